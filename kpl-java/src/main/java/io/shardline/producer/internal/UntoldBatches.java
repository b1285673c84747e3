package io.shardline.producer.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the batches of outcomes that are on their way to the futures, so that a flush can end behind them when no loop is left to
 * count records.
 *
 * <p>Thread-safe.
 */
final class UntoldBatches {

    /** The batches, and one for the producer until it has ended. */
    private final AtomicLong left = new AtomicLong(1);

    private final CompletableFuture<Void> allTold = new CompletableFuture<>();

    void begun() {
        left.incrementAndGet();
    }

    /** A batch has been told, or the producer has ended and told its last. */
    void ended() {
        if (left.decrementAndGet() == 0) {
            allTold.complete(null);
        }
    }

    /** Runs an action once the producer has ended and nothing is left to be told, perhaps now. */
    void whenAllTold(Runnable action) {
        allTold.thenRun(action);
    }
}
