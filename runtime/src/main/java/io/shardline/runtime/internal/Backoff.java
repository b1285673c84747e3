package io.shardline.runtime.internal;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubling from {@code first} up to {@code most}, with full jitter.
 *
 * <p>Full jitter, a uniform draw between zero and the bound, spreads competing callers best; the draw never goes below a
 * twentieth of the bound, so that a retry is never a busy loop. Immutable.
 *
 * @param first the bound before the second attempt, positive
 * @param most the bound after many attempts, at least {@code first}
 */
public record Backoff(Duration first, Duration most) {

    private static final long LEAST_SHARE = 20;

    public Backoff {
        if (first.isNegative() || first.isZero() || most.compareTo(first) < 0) {
            throw new IllegalArgumentException("need 0 < first <= most, got first=" + first + " most=" + most);
        }
    }

    /**
     * The wait in nanoseconds.
     *
     * @param failures how many attempts have failed in a row, at least 1
     */
    public long delayNanos(int failures, RandomGenerator random) {
        long bound = boundNanos(failures);
        long least = bound / LEAST_SHARE;
        return least + (long) (random.nextDouble() * (bound - least));
    }

    /** The longest that {@link #delayNanos} can be. */
    public long boundNanos(int failures) {
        long start = first.toNanos();
        int doublingsThatFit = Long.numberOfLeadingZeros(start) - 1;
        return Math.min(start << Math.min(failures - 1, doublingsThatFit), most.toNanos());
    }
}
