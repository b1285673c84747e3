package io.shardline.producer.internal;

import java.util.function.LongSupplier;

/**
 * Monotonic time in nanoseconds since the producer started, so that times compare as plain numbers.
 *
 * <p>Thread-safe.
 */
final class Ticks {

    /** A time that does not come. */
    static final long NEVER = Long.MAX_VALUE;

    private final LongSupplier nanoTime;
    private final long start;

    Ticks(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    long now() {
        return nanoTime.getAsLong() - start;
    }

    /** {@code time} plus {@code nanos}, where never plus anything is never. */
    static long after(long time, long nanos) {
        return nanos >= NEVER - time ? NEVER : time + nanos;
    }
}
