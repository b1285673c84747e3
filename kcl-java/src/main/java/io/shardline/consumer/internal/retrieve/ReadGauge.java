package io.shardline.consumer.internal.retrieve;

import io.shardline.consumer.internal.lease.ReadPressure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether one shard is short of throughput, in most of the last intervals.
 *
 * <p>Counts only what was read for a handler that waited: a slow handler is no reason to read in another way. Confined to the
 * consumer loop.
 */
final class ReadGauge {

    /** Intervals that are looked back to. */
    static final int INTERVALS = 5;

    /** In so many of them it has to be. */
    static final int MIN_INTERVALS = 3;

    /** What a shard gives in a second, to all that poll it or to one subscription. */
    static final long MAX_BYTES = 2L << 20;

    private static final int MASK = (1 << INTERVALS) - 1;

    private final RetrievalRules rules;
    private final @Nullable Duration wanted;
    private long interval = Long.MIN_VALUE;
    private long heardIn;
    private int throttled;
    private int lagging;
    private int late;
    private int busy;

    private int throttles;
    private int answers;
    private int starvingAnswers;
    private int lateAnswers;
    private long bytes;
    private @Nullable Duration behindBefore;
    private @Nullable Duration behind;

    /** @param wanted how old records may be when they come, or null if that does not matter */
    ReadGauge(RetrievalRules rules, @Nullable Duration wanted) {
        this.rules = rules;
        this.wanted = wanted;
    }

    /** A read was refused because the shard gave too much, or was asked too often. */
    void throttled(long now) {
        hear(now);
        throttles++;
    }

    /**
     * A read succeeded.
     *
     * @param isStarving whether the handler waited for it
     */
    void answered(long now, Duration behindLatest, boolean isStarving) {
        hear(now);
        answers++;
        if (isStarving) {
            starvingAnswers++;
            lateAnswers += wanted != null && behindLatest.compareTo(wanted) > 0 ? 1 : 0;
        }
        if (behindBefore == null) {
            behindBefore = behindLatest;
        }
        behind = behindLatest;
    }

    /** It brought so many bytes. */
    void read(long now, long count) {
        hear(now);
        bytes += count;
    }

    /** Whether nothing was heard of the shard in all of the last intervals. */
    boolean isIdle(long now) {
        return Math.floorDiv(now, rules.interval().toNanos()) - heardIn > INTERVALS;
    }

    /** What has been so in most of the last intervals. */
    ReadPressure pressure(long now) {
        moveTo(now);
        return new ReadPressure(isMostly(throttled), isMostly(lagging), isMostly(late), isMostly(busy));
    }

    private static int isMostly(int bits) {
        return Integer.bitCount(bits) >= MIN_INTERVALS ? 1 : 0;
    }

    private void hear(long now) {
        moveTo(now);
        heardIn = interval;
    }

    private void moveTo(long now) {
        long current = Math.floorDiv(now, rules.interval().toNanos());
        if (interval == Long.MIN_VALUE) {
            interval = current;
        }
        long passed = current - interval;
        if (passed > 0) {
            interval = current;
            close();
            int quiet = (int) Math.min(INTERVALS, passed - 1);
            throttled = throttled << quiet & MASK;
            lagging = lagging << quiet & MASK;
            late = late << quiet & MASK;
            busy = busy << quiet & MASK;
        }
    }

    private void close() {
        double share = bytes / (MAX_BYTES * (rules.interval().toNanos() / 1e9));
        boolean isThrottled =
                throttles >= rules.minThrottles() && throttles * RetrievalRules.READS_A_THROTTLE >= answers;
        boolean waits = starvingAnswers * 2 > answers;
        boolean grows = behind != null && behindBefore != null && behind.compareTo(behindBefore) > 0;
        boolean isAll = share >= RetrievalRules.FULL || isThrottled;
        throttled = (throttled << 1 | bit(isThrottled)) & MASK;
        lagging = (lagging << 1 | bit(waits && grows && isAll)) & MASK;
        late = (late << 1 | bit(waits && lateAnswers * 2 > starvingAnswers)) & MASK;
        busy = (busy << 1 | bit(share >= RetrievalRules.BUSY)) & MASK;
        throttles = 0;
        answers = 0;
        starvingAnswers = 0;
        lateAnswers = 0;
        bytes = 0;
        behindBefore = behind;
    }

    private static int bit(boolean isSo) {
        return isSo ? 1 : 0;
    }
}
