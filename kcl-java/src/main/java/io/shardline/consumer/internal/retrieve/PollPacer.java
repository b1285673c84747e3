package io.shardline.consumer.internal.retrieve;

import io.shardline.runtime.internal.Backoff;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Decides how long to wait between two reads of a shard.
 *
 * <p>A shard takes five reads and gives two MiB a second, to all its readers together; each reader leaves room for others,
 * and one who reads alone is never throttled. Immutable.
 */
public final class PollPacer {

    private static final Backoff AFTER_FAILURE = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));

    /** What a shard gives in a second, to all its readers together; after a larger answer it gives nothing for as long. */
    private static final long SHARD_BYTES_PER_SECOND = 2L << 20;

    /** Nearly the five reads a second that a shard takes: reads that bring nothing cost it nothing else. */
    private static final long EMPTY_NANOS = TimeUnit.MILLISECONDS.toNanos(220);

    private final long behindNanos;
    private final long atTipNanos;

    public PollPacer(double readsPerSecondBehind, double readsPerSecondAtTip) {
        behindNanos = (long) (TimeUnit.SECONDS.toNanos(1) / readsPerSecondBehind);
        atTipNanos = (long) (TimeUnit.SECONDS.toNanos(1) / readsPerSecondAtTip);
    }

    /** From the start of a read that succeeded to the next one. */
    long afterSuccess(boolean behind) {
        return behind ? behindNanos : atTipNanos;
    }

    /**
     * From the first read of a tenure to the second: the shard was not read for a moment before. At once if the first asked for few
     * records, as nothing was known of their size, and left some; their size is known now.
     */
    long afterFirst(boolean behind) {
        return behind ? 0 : behindNanos * 2 / 5;
    }

    /** From the start of a read that brought nothing, as those before it, to the next one before the tip. */
    long afterEmpty() {
        return Math.min(behindNanos, EMPTY_NANOS);
    }

    /** From an answer to the moment from which the shard gives more. */
    long afterBytes(long bytes) {
        return bytes * TimeUnit.SECONDS.toNanos(1) / SHARD_BYTES_PER_SECOND;
    }

    /** From a failure to the next attempt; never sooner than after a success. */
    long afterFailures(int inARow, RandomGenerator random) {
        return behindNanos + AFTER_FAILURE.delayNanos(inARow, random);
    }
}
