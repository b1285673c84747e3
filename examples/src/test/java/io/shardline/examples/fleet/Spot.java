package io.shardline.examples.fleet;

import java.math.BigInteger;
import java.util.Comparator;

/**
 * Where a record is in a shard, or up to where a shard is handled.
 *
 * <p>Immutable.
 */
record Spot(BigInteger sequence, long sub) implements Comparable<Spot> {

    /** Before all records. */
    static final Spot START = new Spot(BigInteger.ZERO, -1);

    private static final Comparator<Spot> ORDER =
            Comparator.comparing(Spot::sequence).thenComparingLong(Spot::sub);

    static Spot of(String sequence, String sub) {
        return new Spot(new BigInteger(sequence), Long.parseLong(sub));
    }

    @Override
    public int compareTo(Spot other) {
        return ORDER.compare(this, other);
    }
}
