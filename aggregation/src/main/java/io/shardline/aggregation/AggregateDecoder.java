package io.shardline.aggregation;

import com.google.protobuf.CodedInputStream;
import io.shardline.aggregation.Decoded.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the protobuf message of one aggregate. The message is read twice, tables first, because protobuf lets a writer put
 * the fields in any order. Takes time linear in the bytes, whatever they are. Confined to its user.
 */
final class AggregateDecoder {
    /** Ends the reading with a reason, where protobuf itself has no complaint. Confined to one decoding. */
    static final class MalformedException extends Exception {
        private final Reason reason;

        MalformedException(Reason reason, String detail) {
            super(detail, null, false, false);
            this.reason = reason;
        }

        Decoded.Malformed toDecoded() {
            return new Decoded.Malformed(reason, String.valueOf(getMessage()));
        }
    }

    private static final int PARTITION_KEY_TAG = Wire.delimitedTag(Wire.PARTITION_KEY_TABLE);
    private static final int EXPLICIT_HASH_KEY_TAG = Wire.delimitedTag(Wire.EXPLICIT_HASH_KEY_TABLE);
    private static final int RECORD_TAG = Wire.delimitedTag(Wire.RECORDS);
    private static final int PUT_AGAIN_WHOLE_TAG = Wire.varintTag(Wire.PUT_AGAIN_WHOLE);

    private static final int PARTITION_KEY_INDEX_TAG = Wire.varintTag(Wire.PARTITION_KEY_INDEX);
    private static final int EXPLICIT_HASH_KEY_INDEX_TAG = Wire.varintTag(Wire.EXPLICIT_HASH_KEY_INDEX);
    private static final int TAGS_TAG = Wire.delimitedTag(Wire.TAGS);
    private static final int TAG_KEY_TAG = Wire.delimitedTag(Wire.TAG_KEY);
    private static final int TAG_VALUE_TAG = Wire.delimitedTag(Wire.TAG_VALUE);
    private static final int DATA_TAG = Wire.delimitedTag(Wire.DATA);

    private final byte[] bytes;
    private final List<DecodedEntry.Key> partitionKeys = new ArrayList<>();
    private final List<HashKey> hashKeys = new ArrayList<>();
    private final List<AggregateEntry> entries = new ArrayList<>();

    private boolean putAgainWhole;

    AggregateDecoder(byte[] bytes) {
        this.bytes = bytes;
    }

    Decoded.Aggregated read() throws IOException, MalformedException {
        readTables(message());
        readEntries(message());
        if (entries.isEmpty()) {
            throw new MalformedException(Reason.NO_ENTRIES, "the aggregate has no entries");
        }
        return new Decoded.Aggregated(entries, putAgainWhole);
    }

    private CodedInputStream message() {
        return CodedInputStream.newInstance(bytes, Wire.MAGIC_LENGTH, bytes.length - Wire.FRAME_LENGTH);
    }

    private void readTables(CodedInputStream in) throws IOException, MalformedException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == PARTITION_KEY_TAG) {
                partitionKeys.add(partitionKey(in.readString()));
            } else if (tag == EXPLICIT_HASH_KEY_TAG) {
                hashKeys.add(hashKey(in.readString()));
            } else if (tag == PUT_AGAIN_WHOLE_TAG) {
                putAgainWhole = in.readBool();
            } else {
                skip(tag, in);
            }
        }
    }

    private void readEntries(CodedInputStream in) throws IOException, MalformedException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == RECORD_TAG) {
                int outer = in.pushLimit(in.readRawVarint32());
                entries.add(readEntry(in));
                in.popLimit(outer);
            } else {
                skip(tag, in);
            }
        }
    }

    /** Reads up to the limit of the stream. Of a field that comes twice the last one counts, as protobuf has it. */
    private AggregateEntry readEntry(CodedInputStream in) throws IOException, MalformedException {
        DecodedEntry.Key partitionKey = null;
        HashKey explicitHashKey = null;
        byte[] data = null;
        Map<String, String> headers = new LinkedHashMap<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == PARTITION_KEY_INDEX_TAG) {
                partitionKey = lookUp(partitionKeys, in.readUInt64(), "partition key");
            } else if (tag == EXPLICIT_HASH_KEY_INDEX_TAG) {
                explicitHashKey = lookUp(hashKeys, in.readUInt64(), "explicit hash key");
            } else if (tag == DATA_TAG) {
                data = in.readByteArray();
            } else if (tag == TAGS_TAG) {
                int outer = in.pushLimit(in.readRawVarint32());
                readHeader(in, headers);
                in.popLimit(outer);
            } else {
                skip(tag, in);
            }
        }
        return new DecodedEntry(
                required(partitionKey, "partition_key_index"), explicitHashKey, required(data, "data"), headers);
    }

    /** Of two headers of one name the last one counts; a header without a value has the empty one. */
    private void readHeader(CodedInputStream in, Map<String, String> headers) throws IOException, MalformedException {
        String name = null;
        String value = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == TAG_KEY_TAG) {
                name = in.readString();
            } else if (tag == TAG_VALUE_TAG) {
                value = in.readString();
            } else {
                skip(tag, in);
            }
        }
        headers.put(required(name, "key of a tag"), value);
    }

    private <T> T required(@Nullable T value, String field) throws MalformedException {
        if (value == null) {
            throw new MalformedException(
                    Reason.BAD_PROTOBUF, "entry " + entries.size() + " lacks the required field " + field);
        }
        return value;
    }

    private <T> T lookUp(List<T> table, long index, String name) throws MalformedException {
        if (Long.compareUnsigned(index, table.size()) >= 0) {
            throw new MalformedException(
                    Reason.INDEX_OUT_OF_RANGE,
                    "entry " + entries.size() + " names " + name + " " + Long.toUnsignedString(index)
                            + " of a table of " + table.size());
        }
        return table.get((int) index);
    }

    /** Kinesis takes no longer key, so it is not that of a user record. */
    private static DecodedEntry.Key partitionKey(String text) throws MalformedException {
        if (AggregateEntry.isTooLong(text)) {
            throw new MalformedException(Reason.KEY_TOO_LONG, AggregateEntry.tooLong(text));
        }
        return new DecodedEntry.Key(text);
    }

    private static HashKey hashKey(String decimal) throws MalformedException {
        try {
            return HashKey.parse(decimal);
        } catch (IllegalArgumentException e) {
            throw new MalformedException(Reason.BAD_HASH_KEY, String.valueOf(e.getMessage()));
        }
    }

    private static void skip(int tag, CodedInputStream in) throws IOException, MalformedException {
        if (!in.skipField(tag)) {
            throw new MalformedException(Reason.BAD_PROTOBUF, "a group ends that never began");
        }
    }
}
