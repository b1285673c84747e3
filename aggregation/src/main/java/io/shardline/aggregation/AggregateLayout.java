package io.shardline.aggregation;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Entries with the tables and the exact size of the aggregate they make: the one encoder of the format. Confined to its
 * user.
 */
final class AggregateLayout {
    /** Which entries get a hash key written. */
    enum HashKeys {
        /** Those that have an explicit one. */
        AS_GIVEN,
        /** All: the explicit one, or that of the partition key. */
        ALL
    }

    private static final int FIRST_CAPACITY = 16;

    private final HashKeys hashKeyPolicy;
    private final KeyTable<String> partitionKeys = new KeyTable<>(Wire.PARTITION_KEY_TABLE);
    private final KeyTable<HashKey> hashKeys = new KeyTable<>(Wire.EXPLICIT_HASH_KEY_TABLE);
    private final List<AggregateEntry> entries = new ArrayList<>();

    /** Where each entry's partition key is in its table: by the time of writing, a look-up would have to fetch it anew. */
    private int[] partitionKeyIndexes = new int[FIRST_CAPACITY];

    private long size = Wire.FRAME_LENGTH;

    AggregateLayout(HashKeys hashKeyPolicy) {
        this.hashKeyPolicy = hashKeyPolicy;
    }

    HashKeys hashKeyPolicy() {
        return hashKeyPolicy;
    }

    List<AggregateEntry> entries() {
        return Collections.unmodifiableList(entries);
    }

    long size() {
        return size;
    }

    /** Adds an entry unless the size would exceed {@code maxBytes}. The first entry is always added. */
    boolean tryAdd(AggregateEntry entry, long maxBytes) {
        HashKey hashKey = writtenHashKey(entry);
        int partitionKeyIndex = partitionKeys.indexOf(entry.partitionKey());
        byte @Nullable [] newPartitionKey = partitionKeys.textIfNew(entry.partitionKey(), partitionKeyIndex);
        byte @Nullable [] newHashKey = hashKey == null ? null : hashKeys.textIfNew(hashKey, hashKeys.indexOf(hashKey));
        long grown = size
                + sizeInTable(newPartitionKey)
                + sizeInTable(newHashKey)
                + Wire.fieldSize(bodySize(entry, partitionKeyIndex));
        if (!entries.isEmpty() && grown > maxBytes) {
            return false;
        }
        if (newPartitionKey != null) {
            partitionKeys.add(entry.partitionKey(), newPartitionKey);
        }
        if (hashKey != null && newHashKey != null) {
            hashKeys.add(hashKey, newHashKey);
        }
        note(partitionKeyIndex);
        entries.add(entry);
        size = grown;
        return true;
    }

    private void note(int partitionKeyIndex) {
        int count = entries.size();
        if (count == partitionKeyIndexes.length) {
            partitionKeyIndexes = Arrays.copyOf(partitionKeyIndexes, 2 * count);
        }
        partitionKeyIndexes[count] = partitionKeyIndex;
    }

    void add(AggregateEntry entry) {
        tryAdd(entry, Long.MAX_VALUE);
    }

    byte[] write() {
        byte[] bytes = new byte[Math.toIntExact(size)];
        Wire.putMagic(bytes);
        int length = bytes.length - Wire.FRAME_LENGTH;
        CodedOutputStream out = CodedOutputStream.newInstance(bytes, Wire.MAGIC_LENGTH, length);
        try {
            partitionKeys.writeTo(out);
            hashKeys.writeTo(out);
            for (int i = 0; i < entries.size(); i++) {
                write(entries.get(i), partitionKeyIndexes[i], out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the aggregate is larger than its size said, " + size + " bytes", e);
        }
        out.checkNoSpaceLeft();
        Md5.append(bytes, Wire.MAGIC_LENGTH, length);
        return bytes;
    }

    private void write(AggregateEntry entry, int partitionKeyIndex, CodedOutputStream out) throws IOException {
        out.writeTag(Wire.RECORDS, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt64NoTag(bodySize(entry, partitionKeyIndex));
        out.writeUInt32(Wire.PARTITION_KEY_INDEX, partitionKeyIndex);
        HashKey hashKey = writtenHashKey(entry);
        if (hashKey != null) {
            out.writeUInt32(Wire.EXPLICIT_HASH_KEY_INDEX, hashKeys.indexOf(hashKey));
        }
        out.writeByteArray(Wire.DATA, entry.data());
        for (Map.Entry<String, String> header : entry.headers().entrySet()) {
            byte[] name = utf8(header.getKey());
            byte[] value = utf8(header.getValue());
            out.writeTag(Wire.TAGS, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt64NoTag(tagSize(name, value));
            out.writeByteArray(Wire.TAG_KEY, name);
            out.writeByteArray(Wire.TAG_VALUE, value);
        }
    }

    private long bodySize(AggregateEntry entry, int partitionKeyIndex) {
        HashKey hashKey = writtenHashKey(entry);
        return Wire.indexSize(partitionKeyIndex)
                + (hashKey == null ? 0 : Wire.indexSize(hashKeys.indexOf(hashKey)))
                + Wire.fieldSize(entry.data().length)
                + headersSize(entry.headers());
    }

    private static long headersSize(Map<String, String> headers) {
        long size = 0;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            size += Wire.fieldSize(tagSize(utf8(header.getKey()), utf8(header.getValue())));
        }
        return size;
    }

    private static long tagSize(byte[] name, byte[] value) {
        return Wire.fieldSize(name.length) + Wire.fieldSize(value.length);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long sizeInTable(byte @Nullable [] newText) {
        return newText == null ? 0 : Wire.fieldSize(newText.length);
    }

    private @Nullable HashKey writtenHashKey(AggregateEntry entry) {
        return hashKeyPolicy == HashKeys.ALL ? entry.hashKey() : entry.explicitHashKey();
    }
}
