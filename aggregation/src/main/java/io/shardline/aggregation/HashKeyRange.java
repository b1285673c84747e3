package io.shardline.aggregation;

import java.math.BigInteger;

/**
 * The hash keys a shard is responsible for, from {@code start} to {@code end}, both included. Immutable.
 *
 * @param start the least hash key of the range
 * @param end the greatest hash key of the range
 */
public record HashKeyRange(HashKey start, HashKey end) {
    /** All hash keys: the range of a stream's only shard. */
    public static final HashKeyRange FULL = new HashKeyRange(HashKey.MIN, HashKey.MAX);

    /**
     * Checks the order of the bounds.
     *
     * @throws IllegalArgumentException if {@code start} is greater than {@code end}
     */
    public HashKeyRange {
        if (start.compareTo(end) > 0) {
            throw new IllegalArgumentException(
                    "hash key range starts at " + start + ", which is greater than its end " + end);
        }
    }

    /**
     * Reads a range as Kinesis describes it.
     *
     * @param start the least hash key, in decimal
     * @param end the greatest hash key, in decimal
     * @return the range
     * @throws IllegalArgumentException if a bound is not a hash key, or {@code start} is greater than {@code end}
     */
    public static HashKeyRange parse(String start, String end) {
        return new HashKeyRange(HashKey.parse(start), HashKey.parse(end));
    }

    /**
     * Whether a hash key lies in this range.
     *
     * @param hashKey any hash key
     * @return true from {@code start} to {@code end}, both included
     */
    public boolean contains(HashKey hashKey) {
        return start.compareTo(hashKey) <= 0 && hashKey.compareTo(end) <= 0;
    }

    /**
     * Whether this range ends right where the other begins or the other way round, as Kinesis demands of two shards that
     * are to be merged.
     *
     * @param other any range
     * @return true if the two ranges together are one range and share no hash key
     */
    public boolean adjoins(HashKeyRange other) {
        return endsRightBefore(other) || other.endsRightBefore(this);
    }

    /**
     * The first hash key of the upper half: where a shard is split evenly.
     *
     * @return {@code start} plus half the number of hash keys in the range, rounded down; {@code start} itself if that is
     *     the only one
     */
    public HashKey midpoint() {
        BigInteger first = start.toBigInteger();
        BigInteger count = end.toBigInteger().subtract(first).add(BigInteger.ONE);
        return HashKey.of(first.add(count.shiftRight(1)));
    }

    private boolean endsRightBefore(HashKeyRange other) {
        return end.compareTo(other.start) < 0
                && end.toBigInteger().add(BigInteger.ONE).equals(other.start.toBigInteger());
    }
}
