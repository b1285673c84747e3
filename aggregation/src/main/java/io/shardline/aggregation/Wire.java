package io.shardline.aggregation;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;

/**
 * The numbers of the aggregated record format: magic, field numbers and protobuf tags.
 *
 * <p>The schema, in protobuf 2: {@code AggregatedRecord} has the repeated strings {@code partition_key_table} (1) and {@code
 * explicit_hash_key_table} (2) and the repeated messages {@code records} (3); such a record has the required {@code
 * partition_key_index} (1), the optional {@code explicit_hash_key_index} (2), both uint64, the required bytes {@code data}
 * (3) and the repeated messages {@code tags} (4), which have the strings {@code key} (1) and {@code value} (2), the latter
 * optional. KPL and KCL write and read no tags; we keep headers in them. Ours alone is {@code put_again_whole} (2047), a bool of
 * {@code AggregatedRecord}. Immutable.
 */
final class Wire {
    private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};

    static final int MAGIC_LENGTH = 4;

    /** What an aggregate has besides its protobuf message: magic in front and MD5 behind. */
    static final int FRAME_LENGTH = MAGIC_LENGTH + Md5.LENGTH;

    static final int PARTITION_KEY_TABLE = 1;
    static final int EXPLICIT_HASH_KEY_TABLE = 2;
    static final int RECORDS = 3;

    /**
     * A bool, ours alone: the producer puts the aggregate again as a whole if one of its entries belongs to another shard. The
     * number is the largest whose tag has two bytes, far from what Amazon may add; readers of the format skip the field.
     */
    static final int PUT_AGAIN_WHOLE = 2047;

    /** That field, true, as it is written: tag and value. */
    private static final byte[] PUT_AGAIN_WHOLE_MARK = {(byte) 0xF8, 0x7F, 1};

    static final int PUT_AGAIN_WHOLE_LENGTH = 3;

    static final int PARTITION_KEY_INDEX = 1;
    static final int EXPLICIT_HASH_KEY_INDEX = 2;
    static final int DATA = 3;
    static final int TAGS = 4;

    static final int TAG_KEY = 1;
    static final int TAG_VALUE = 2;

    /** Writes the mark; returns the place behind. */
    static int putPutAgainWhole(byte[] target, int offset) {
        System.arraycopy(PUT_AGAIN_WHOLE_MARK, 0, target, offset, PUT_AGAIN_WHOLE_LENGTH);
        return offset + PUT_AGAIN_WHOLE_LENGTH;
    }

    /** Protobuf's tag of a length-delimited field: its number and the wire type 2. */
    static int delimitedTag(int fieldNumber) {
        return fieldNumber << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    /** Protobuf's tag of a varint field: its number and the wire type 0. */
    static int varintTag(int fieldNumber) {
        return fieldNumber << 3 | WireFormat.WIRETYPE_VARINT;
    }

    /** The bytes of a length-delimited field: tag (one byte for all field numbers used here), length, content. */
    static long fieldSize(long contentLength) {
        return 1 + CodedOutputStream.computeUInt64SizeNoTag(contentLength) + contentLength;
    }

    /** The bytes of a varint field: tag (one byte for all field numbers used here) and value. */
    static int indexSize(int index) {
        return 1 + CodedOutputStream.computeUInt32SizeNoTag(index);
    }

    static boolean startsWithMagic(byte[] bytes) {
        return bytes.length >= MAGIC_LENGTH
                && bytes[0] == MAGIC[0]
                && bytes[1] == MAGIC[1]
                && bytes[2] == MAGIC[2]
                && bytes[3] == MAGIC[3];
    }

    static void putMagic(byte[] bytes) {
        System.arraycopy(MAGIC, 0, bytes, 0, MAGIC_LENGTH);
    }

    private Wire() {}
}
