package io.shardline.consumer.internal.lease;

import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;

/**
 * A fleet of any size that shares leases by some algorithm, in simulated time.
 *
 * <p>Confined to the simulation.
 */
abstract class ScaledFleet {

    final SimulatedTime time = new SimulatedTime(1);
    final Meter meter = new Meter();
    private long moves;
    private long lastMove;

    /** What the algorithm is called. */
    abstract String name();

    /** Some workers start, all within this time. */
    abstract void start(int workers, Duration within);

    /** Some workers, of those that live, die at once. */
    abstract void kill(int workers);

    /** There are so many more leases, that nobody holds. */
    abstract void addLeases(int count);

    /** How many leases each living worker works on. */
    abstract int[] held();

    /** How many leases there are. */
    abstract int leases();

    /** How many times plans were made since then: by the one that makes them, or by the busiest. */
    abstract long rounds();

    /** Counts rounds from now on. */
    abstract void countRounds();

    /** A lease has got another owner. */
    final void moved() {
        moves++;
        lastMove = time.nowNanos();
    }

    long moves() {
        return moves;
    }

    /** When a lease last got another owner. */
    long lastMoveNanos() {
        return lastMove;
    }
}
