package io.shardline.testkit;

import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * A point of the hash-key space: an unsigned 128-bit number.
 *
 * <p>Immutable.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
record HashKey(long high, long low) implements Comparable<HashKey> {
    static final HashKey MIN = new HashKey(0, 0);
    static final HashKey MAX = new HashKey(-1, -1);

    private static final BigInteger SPACE = BigInteger.ONE.shiftLeft(128);

    /** The hash key that the 16 bytes of an MD5 stand for. */
    static HashKey ofDigest(byte[] digest) {
        ByteBuffer bytes = ByteBuffer.wrap(digest);
        return new HashKey(bytes.getLong(), bytes.getLong());
    }

    /** The key of a number that {@link #contains} accepts. */
    static HashKey of(BigInteger value) {
        return new HashKey(value.shiftRight(Long.SIZE).longValue(), value.longValue());
    }

    /** Whether the number is one of the space. */
    static boolean contains(BigInteger value) {
        return value.signum() >= 0 && value.compareTo(SPACE) < 0;
    }

    /** The first key of part {@code index} when the space is cut into {@code parts} even ones. */
    static HashKey boundary(int index, int parts) {
        return of(SPACE.multiply(BigInteger.valueOf(index)).divide(BigInteger.valueOf(parts)));
    }

    /** The key before this one; {@link #MIN} has none. */
    HashKey previous() {
        return new HashKey(low == 0 ? high - 1 : high, low - 1);
    }

    /** The key after this one; {@link #MAX} has none. */
    HashKey next() {
        return new HashKey(low == -1 ? high + 1 : high, low + 1);
    }

    @Override
    public int compareTo(HashKey other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /** The decimal number, as the service writes it. */
    @Override
    public String toString() {
        byte[] magnitude =
                ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
        return new BigInteger(1, magnitude).toString();
    }
}
