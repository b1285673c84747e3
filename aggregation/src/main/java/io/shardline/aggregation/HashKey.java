package io.shardline.aggregation;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A place in a stream: the unsigned 128-bit number by which Kinesis assigns a record to a shard.
 *
 * <p>It is the MD5 of the partition key, or the record's explicit hash key. The components are the upper and the lower
 * half of the number, as unsigned 64-bit values; order is numeric. Immutable.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record HashKey(long high, long low) implements Comparable<HashKey> {
    /** The least hash key, 0. */
    public static final HashKey MIN = new HashKey(0, 0);

    /** The greatest hash key, 2^128-1. */
    public static final HashKey MAX = new HashKey(-1, -1);

    private static final int BITS = 128;
    private static final int MAX_DIGITS = 39;

    /** The lower half of a long: numbers are divided 32 bits at a time. */
    private static final long LIMB = 0xFFFF_FFFFL;

    /** Digits are written nine at a time, because ten would not fit into 32 bits. */
    private static final int CHUNK_DIGITS = 9;

    private static final long CHUNK = 1_000_000_000;

    /** Enough chunks for all digits. */
    private static final int WRITTEN_DIGITS = 5 * CHUNK_DIGITS;

    /**
     * The hash key Kinesis gives to a partition key: the MD5 of its UTF-8 form, read as a big-endian number.
     *
     * @param partitionKey the partition key; a surrogate without its pair counts as {@code ?}
     * @return the hash key
     */
    public static HashKey ofPartitionKey(String partitionKey) {
        ByteBuffer digest = ByteBuffer.wrap(Md5.of(partitionKey.getBytes(StandardCharsets.UTF_8)));
        return new HashKey(digest.getLong(), digest.getLong());
    }

    /**
     * Reads a decimal number, the way Kinesis writes hash keys.
     *
     * @param decimal one or more of the digits 0 to 9; leading zeros are allowed
     * @return the hash key
     * @throws IllegalArgumentException if the text is anything else, or greater than 2^128-1
     */
    public static HashKey parse(String decimal) {
        int start = 0;
        while (start < decimal.length() - 1 && decimal.charAt(start) == '0') {
            start++;
        }
        // The length is checked before the number is read, because reading takes time quadratic in the digits.
        if (decimal.length() - start > MAX_DIGITS || !isDecimal(decimal)) {
            throw outOfRange(decimal);
        }
        BigInteger value = new BigInteger(decimal.substring(start));
        if (value.bitLength() > BITS) {
            throw outOfRange(decimal);
        }
        return of(value);
    }

    /**
     * The hash key of a number.
     *
     * @param value 0 to 2^128-1
     * @return the hash key
     * @throws IllegalArgumentException if the number is out of range
     */
    public static HashKey of(BigInteger value) {
        if (value.signum() < 0 || value.bitLength() > BITS) {
            throw outOfRange(value.toString());
        }
        return new HashKey(value.shiftRight(Long.SIZE).longValue(), value.longValue());
    }

    /**
     * This hash key as a number.
     *
     * @return 0 to 2^128-1
     */
    public BigInteger toBigInteger() {
        byte[] magnitude =
                ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
        return new BigInteger(1, magnitude);
    }

    @Override
    public int compareTo(HashKey other) {
        int upper = Long.compareUnsigned(high, other.high);
        return upper != 0 ? upper : Long.compareUnsigned(low, other.low);
    }

    /** The number in decimal, without leading zeros: the form that Kinesis takes and gives. */
    @Override
    public String toString() {
        // Not with BigInteger: this is done for every Kinesis record that is sent.
        long[] limbs = {high >>> Integer.SIZE, high & LIMB, low >>> Integer.SIZE, low & LIMB};
        byte[] digits = new byte[WRITTEN_DIGITS];
        for (int end = WRITTEN_DIGITS; end > 0; end -= CHUNK_DIGITS) {
            long chunk = 0;
            for (int i = 0; i < limbs.length; i++) {
                long dividend = chunk << Integer.SIZE | limbs[i];
                limbs[i] = dividend / CHUNK;
                chunk = dividend % CHUNK;
            }
            for (int i = end - 1; i >= end - CHUNK_DIGITS; i--) {
                digits[i] = (byte) ('0' + chunk % 10);
                chunk /= 10;
            }
        }
        int start = 0;
        while (start < WRITTEN_DIGITS - 1 && digits[start] == '0') {
            start++;
        }
        return new String(digits, start, WRITTEN_DIGITS - start, StandardCharsets.ISO_8859_1);
    }

    private static boolean isDecimal(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static IllegalArgumentException outOfRange(String value) {
        int shown = 2 * MAX_DIGITS;
        String excerpt = value.length() <= shown ? value : value.substring(0, shown) + "...";
        return new IllegalArgumentException(
                "hash key '" + excerpt + "' is not a decimal number from 0 to 2^128-1 (" + MAX + ")");
    }
}
