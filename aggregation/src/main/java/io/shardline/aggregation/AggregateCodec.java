package io.shardline.aggregation;

import io.shardline.aggregation.AggregateDecoder.MalformedException;
import io.shardline.aggregation.AggregateLayout.HashKeys;
import io.shardline.aggregation.Decoded.Malformed;
import io.shardline.aggregation.Decoded.Plain;
import io.shardline.aggregation.Decoded.Reason;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Turns entries into an aggregate and the data of a Kinesis record back into entries, byte for byte as Amazon's Kinesis
 * Producer Library does. Thread-safe.
 */
public final class AggregateCodec {
    private static final Plain PLAIN = new Plain();

    private AggregateCodec() {}

    /**
     * Writes entries as they are: a hash key is written for those that have an explicit one and for no others.
     *
     * @param entries one or more entries
     * @return the aggregate, in a new array
     * @throws IllegalArgumentException if there are no entries
     * @throws ArithmeticException if the size does not fit an int
     */
    public static byte[] encode(List<AggregateEntry> entries) {
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("an aggregate has at least one entry, none was given");
        }
        AggregateLayout layout = new AggregateLayout(HashKeys.AS_GIVEN, false, entries.size(), 0);
        entries.forEach(layout::add);
        return layout.write();
    }

    /**
     * Whether data begins as an aggregate does, so that a consumer looks for entries in it. Reads four bytes.
     *
     * @param data the data of a Kinesis record
     */
    public static boolean beginsAsAggregate(byte[] data) {
        return Wire.startsWithMagic(data);
    }

    /**
     * Reads the data of a Kinesis record, whatever it is. Unknown protobuf fields and tags are ignored, and partition keys
     * that are not UTF-8 are read with replacement characters.
     *
     * @param data the data of a Kinesis record; not kept, the entries have copies of their parts
     * @return what it is; damaged and hostile data too is an answer, never an exception
     */
    public static Decoded decode(byte[] data) {
        // Like KCL, we take a frame around an empty message for a plain record.
        if (!Wire.startsWithMagic(data) || data.length <= Wire.FRAME_LENGTH) {
            return PLAIN;
        }
        int end = data.length - Md5.LENGTH;
        byte[] checksum = Md5.of(data, Wire.MAGIC_LENGTH, end - Wire.MAGIC_LENGTH);
        if (!Arrays.equals(checksum, 0, Md5.LENGTH, data, end, data.length)) {
            return new Malformed(Reason.BAD_CHECKSUM, "the last 16 bytes are not the MD5 of the message before them");
        }
        try {
            return new AggregateDecoder(data).read();
        } catch (MalformedException e) {
            return e.toDecoded();
        } catch (IOException e) {
            return new Malformed(Reason.BAD_PROTOBUF, String.valueOf(e.getMessage()));
        }
    }
}
