package io.shardline.testkit;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A sequence number in its parts: 188 bits, which read as 56 decimal digits beginning with 49.
 *
 * <p>From the top: the digit 2, the second in which the shard was created (36 bits), the shard's number (4 lowest bits), the
 * record's index in the shard (64), zeros (8), the second in which it arrived (36), the shard's number (32), the digit 2.
 * So numbers grow within a shard, and a child's are greater than its parents' if it was created in a later second. Immutable.
 *
 * @param shardCreated second of the shard's creation
 * @param shard the shard's number
 * @param index 0 for the start of the shard, {@link #LAST_INDEX} for its end, the ordinal of a record plus one otherwise
 * @param second when it was given out
 */
record SequenceNumber(long shardCreated, int shard, long index, long second) {
    /** The index in the ending number of a closed shard, above that of all records. */
    static final long LAST_INDEX = Long.MAX_VALUE;

    private static final long VERSION = 2;
    private static final int WORD_COUNT = 3;
    private static final int LIMB_COUNT = 6;
    private static final int BITS = 188;
    private static final int DIGITS = 56;
    private static final int CHUNK_DIGITS = 9;
    private static final long CHUNK = 1_000_000_000L;
    private static final long LIMB_MASK = 0xFFFF_FFFFL;
    private static final long SECONDS_MASK = (1L << 36) - 1;

    /** The parts of a decimal number; null if it is none that {@link #toString} could have written. */
    static @Nullable SequenceNumber parse(String text) {
        if (text.length() != DIGITS || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        BigInteger value = new BigInteger(text);
        if (value.bitLength() > BITS) {
            return null;
        }
        long top = value.shiftRight(2 * Long.SIZE).longValue();
        long middle = value.shiftRight(Long.SIZE).longValue();
        long bottom = value.longValue();
        SequenceNumber number = new SequenceNumber(
                top >>> 20 & SECONDS_MASK,
                (int) (bottom >>> 4),
                top << 48 | middle >>> 16,
                (middle & 0xFF) << 28 | bottom >>> 36);
        return number.toString().equals(text) ? number : null;
    }

    private long word(int position) {
        return switch (position) {
            case 0 -> VERSION << 56 | shardCreated << 20 | (shard & 0xFL) << 16 | index >>> 48;
            case 1 -> index << 16 | second >>> 28;
            default -> second << 36 | (shard & LIMB_MASK) << 4 | VERSION;
        };
    }

    /** The decimal digits; written for speed, since every record read or put needs them. */
    @Override
    public String toString() {
        long[] limbs = new long[LIMB_COUNT];
        for (int i = 0; i < WORD_COUNT; i++) {
            long word = word(i);
            limbs[2 * i] = word >>> Integer.SIZE;
            limbs[2 * i + 1] = word & LIMB_MASK;
        }
        byte[] digits = new byte[DIGITS];
        int firstLimb = 0;
        for (int end = DIGITS; end > 0; end -= CHUNK_DIGITS) {
            long remainder = 0;
            for (int i = firstLimb; i < LIMB_COUNT; i++) {
                long dividend = remainder << Integer.SIZE | limbs[i];
                limbs[i] = dividend / CHUNK;
                remainder = dividend % CHUNK;
            }
            if (limbs[firstLimb] == 0 && firstLimb < LIMB_COUNT - 1) {
                firstLimb++;
            }
            for (int i = end - 1; i >= Math.max(0, end - CHUNK_DIGITS); i--) {
                digits[i] = (byte) ('0' + remainder % 10);
                remainder /= 10;
            }
        }
        return new String(digits, StandardCharsets.ISO_8859_1);
    }
}
