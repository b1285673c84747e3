package io.shardline.testkit;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a message takes on its way, one message at a time.
 *
 * <p>Confined to the client that it is given to.
 */
@FunctionalInterface
public interface Latency {
    /** The time of the next message, not negative. */
    Duration next();

    /** No time at all. */
    static Latency none() {
        return () -> Duration.ZERO;
    }

    /** Always the same time. */
    static Latency fixed(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("latency must not be negative: " + time);
        }
        return () -> time;
    }

    /**
     * A time drawn evenly from {@code least} to {@code most}.
     *
     * @throws IllegalArgumentException if {@code least} is negative or not below {@code most}
     */
    static Latency between(Duration least, Duration most, RandomGenerator random) {
        if (least.isNegative() || least.compareTo(most) >= 0) {
            throw new IllegalArgumentException("latency must be 0 <= least < most: " + least + ", " + most);
        }
        return () -> Duration.ofNanos(random.nextLong(least.toNanos(), most.toNanos()));
    }
}
