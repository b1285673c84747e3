package io.shardline.consumer.internal.process;

import io.shardline.consumer.internal.shard.Listed;
import io.shardline.runtime.internal.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a shard whose reads suggest it is at its end, or is gone.
 *
 * <p>No single answer proves that: emulators and proxies leave out the next iterator of open shards, and a listing may be
 * stale. Confined to the consumer loop.
 */
final class EndEvidence {

    /** The least time between two listings; two that lack the shard prove that it is gone. */
    private static final long MIN_LISTING_GAP_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final EventLoop loop;
    private final Consumer<Consumer<Listed>> listing;
    private final Runnable gone;

    private boolean claimed;
    private boolean listed;
    private @Nullable Long listedAt;
    private @Nullable Long closedAt;
    private @Nullable Long absentAt;

    /**
     * Without evidence so far.
     *
     * @param listing looks the shard up in a fresh listing of the same stream; calls back if that succeeds
     * @param gone called when the shard is gone; may be called again
     */
    EndEvidence(EventLoop loop, Consumer<Consumer<Listed>> listing, Runnable gone) {
        this.loop = loop;
        this.listing = listing;
        this.gone = gone;
    }

    /** A read suggests that the shard is at its end or gone. */
    void suspect() {
        long now = loop.nanoTime();
        Long before = listedAt;
        if (before == null || now - before >= MIN_LISTING_GAP_NANOS) {
            listedAt = now;
            listing.accept(found -> take(found, now));
        }
    }

    /** Whether the last listing shows the shard. */
    boolean isListed() {
        return listed;
    }

    /** A read shows that the shard is there and not at its end. */
    void isThere() {
        claimed = false;
        absentAt = null;
    }

    /**
     * An answer has neither a next iterator nor children. Returns whether that is proved to be the end: it is the second such
     * answer in a row, has no records and says that it is at the tip, and its read began after a listing had shown the shard as closed.
     */
    boolean claimsEnd(boolean isNothingLeft, long sentNanos) {
        Long closed = closedAt;
        boolean isSecond = claimed;
        claimed = true;
        return isSecond && isNothingLeft && closed != null && sentNanos - closed >= 0;
    }

    private void take(Listed found, long askedNanos) {
        listed = found != Listed.ABSENT;
        switch (found) {
            case OPEN -> absentAt = null;
            case CLOSED -> {
                absentAt = null;
                if (closedAt == null) {
                    closedAt = loop.nanoTime();
                }
            }
            case ABSENT -> {
                Long before = absentAt;
                if (before == null) {
                    absentAt = askedNanos;
                } else if (askedNanos - before >= MIN_LISTING_GAP_NANOS) {
                    gone.run();
                }
            }
        }
    }
}
