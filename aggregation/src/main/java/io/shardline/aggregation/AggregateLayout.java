package io.shardline.aggregation;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
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

    /** In place of an index of a hash key. */
    private static final int NONE = -1;

    private final HashKeys hashKeyPolicy;
    private final boolean putAgainWhole;
    private final KeyTable<String> partitionKeys;
    private final KeyTable<HashKey> hashKeys;
    private final List<AggregateEntry> entries;

    /** Written while the entries are added: by the time of sending, the processor would have to fetch each of them anew. */
    private final ProtoBuffer records = new ProtoBuffer();

    private long size;

    /**
     * An empty one, with room for about as many entries and partition keys as are expected.
     *
     * @param putAgainWhole whether the aggregate has the mark that says so
     */
    AggregateLayout(HashKeys hashKeyPolicy, boolean putAgainWhole, int expectedEntries, int expectedKeys) {
        this.hashKeyPolicy = hashKeyPolicy;
        this.putAgainWhole = putAgainWhole;
        this.size = (long) Wire.FRAME_LENGTH + (putAgainWhole ? Wire.PUT_AGAIN_WHOLE_LENGTH : 0);
        this.partitionKeys = new KeyTable<>(Wire.PARTITION_KEY_TABLE, expectedKeys);
        this.hashKeys = new KeyTable<>(Wire.EXPLICIT_HASH_KEY_TABLE, hashKeyPolicy == HashKeys.ALL ? expectedKeys : 0);
        this.entries = new ArrayList<>(expectedEntries);
    }

    HashKeys hashKeyPolicy() {
        return hashKeyPolicy;
    }

    boolean isPutAgainWhole() {
        return putAgainWhole;
    }

    List<AggregateEntry> entries() {
        return Collections.unmodifiableList(entries);
    }

    long size() {
        return size;
    }

    int partitionKeyCount() {
        return partitionKeys.count();
    }

    boolean hasPartitionKey(String partitionKey) {
        return !partitionKeys.isNew(partitionKeys.indexOf(partitionKey));
    }

    /** Adds an entry unless the size would exceed {@code maxBytes}. The first entry is always added. */
    boolean tryAdd(AggregateEntry entry, long maxBytes) {
        String partitionKey = entry.partitionKey();
        int partitionKeyIndex = partitionKeys.indexOf(partitionKey);
        long partitionKeySize = partitionKeys.isNew(partitionKeyIndex) ? partitionKeys.sizeOf(partitionKey) : 0;
        HashKey hashKey = writtenHashKey(entry);
        int hashKeyIndex = hashKey == null ? NONE : hashKeys.indexOf(hashKey);
        long hashKeySize = hashKey != null && hashKeys.isNew(hashKeyIndex) ? hashKeys.sizeOf(hashKey) : 0;
        long bodySize = bodySize(entry, partitionKeyIndex, hashKeyIndex);
        long grown = size + partitionKeySize + hashKeySize + Wire.fieldSize(bodySize);
        if (!entries.isEmpty() && grown > maxBytes) {
            return false;
        }
        if (partitionKeySize > 0) {
            partitionKeys.add(partitionKey, partitionKeySize);
        }
        if (hashKey != null && hashKeySize > 0) {
            hashKeys.add(hashKey, hashKeySize);
        }
        write(entry, partitionKeyIndex, hashKeyIndex, bodySize);
        entries.add(entry);
        size = grown;
        return true;
    }

    void add(AggregateEntry entry) {
        tryAdd(entry, Long.MAX_VALUE);
    }

    byte[] write() {
        byte[] bytes = new byte[Math.toIntExact(size)];
        Wire.putMagic(bytes);
        int end = partitionKeys.writeTo(bytes, Wire.MAGIC_LENGTH);
        end = hashKeys.writeTo(bytes, end);
        end = records.copyTo(bytes, end);
        if (putAgainWhole) {
            end = Wire.putPutAgainWhole(bytes, end);
        }
        Md5.append(bytes, Wire.MAGIC_LENGTH, end - Wire.MAGIC_LENGTH);
        return bytes;
    }

    private void write(AggregateEntry entry, int partitionKeyIndex, int hashKeyIndex, long bodySize) {
        CodedOutputStream out = records.append(Wire.fieldSize(bodySize));
        try {
            out.writeTag(Wire.RECORDS, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt64NoTag(bodySize);
            out.writeUInt32(Wire.PARTITION_KEY_INDEX, partitionKeyIndex);
            if (hashKeyIndex != NONE) {
                out.writeUInt32(Wire.EXPLICIT_HASH_KEY_INDEX, hashKeyIndex);
            }
            out.writeByteArray(Wire.DATA, entry.data());
            if (!entry.headers().isEmpty()) {
                writeHeaders(entry.headers(), out);
            }
        } catch (IOException e) {
            throw new IllegalStateException("an entry takes more than its size said, " + bodySize + " bytes", e);
        }
    }

    private static void writeHeaders(Map<String, String> headers, CodedOutputStream out) throws IOException {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            out.writeTag(Wire.TAGS, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt64NoTag(tagSize(header));
            out.writeString(Wire.TAG_KEY, header.getKey());
            out.writeString(Wire.TAG_VALUE, header.getValue());
        }
    }

    private static long bodySize(AggregateEntry entry, int partitionKeyIndex, int hashKeyIndex) {
        return Wire.indexSize(partitionKeyIndex)
                + (hashKeyIndex == NONE ? 0 : Wire.indexSize(hashKeyIndex))
                + Wire.fieldSize(entry.data().length)
                + (entry.headers().isEmpty() ? 0 : headersSize(entry.headers()));
    }

    private static long headersSize(Map<String, String> headers) {
        return headers.entrySet().stream()
                .mapToLong(header -> Wire.fieldSize(tagSize(header)))
                .sum();
    }

    private static long tagSize(Map.Entry<String, String> header) {
        return (long) CodedOutputStream.computeStringSize(Wire.TAG_KEY, header.getKey())
                + CodedOutputStream.computeStringSize(Wire.TAG_VALUE, header.getValue());
    }

    private @Nullable HashKey writtenHashKey(AggregateEntry entry) {
        return hashKeyPolicy == HashKeys.ALL ? entry.hashKey() : entry.explicitHashKey();
    }
}
