package io.shardline.consumer;

import java.util.concurrent.CompletableFuture;

/**
 * Writes down how far a shard is handled.
 *
 * <p>Without a record a checkpoint covers
 *
 * <ul>
 *   <li>on the thread of a running call of {@link ShardHandler#records}: the batch of that call, and all before it;
 *   <li>anywhere else, on another thread during that call too: everything that calls have returned from normally. A batch that
 *       threw is not covered. One that {@link GiveUpPolicy#skipAfter} has passed over is.
 * </ul>
 *
 * A handler that handles records on threads of its own therefore names the record: by itself a checkpoint there covers
 * batches that were merely received.
 *
 * <p>Checkpoints only move forward: writing one that was passed already changes nothing and succeeds. Thread-safe, and
 * valid until the handler's shard ends, is lost or is passed on.
 */
public interface Checkpointer {

    /**
     * Writes down what is handled, as described above, and waits until that is written. Returns at once if nothing is handled
     * yet.
     *
     * @throws LeaseLostException if this worker no longer holds the shard
     */
    void checkpoint();

    /**
     * Everything up to and including {@code record} is handled. Waits until that is written.
     *
     * @throws LeaseLostException if this worker no longer holds the shard
     * @throws IllegalArgumentException if no call of this handler was given the record yet
     */
    void checkpoint(ConsumerRecord record);

    /**
     * As {@link #checkpoint()}, without waiting. What it covers is settled before it returns.
     *
     * <p>A call of the handler may wait for it, too, unless the platform is one of yours and has the same executor for handlers and
     * for futures.
     *
     * @return completes on a thread that calls no handler; exceptionally with {@link LeaseLostException}
     */
    CompletableFuture<Void> checkpointAsync();

    /**
     * As {@link #checkpoint(ConsumerRecord)}, without waiting.
     *
     * @return as that of {@link #checkpointAsync()}
     * @throws IllegalArgumentException if no call of this handler was given the record yet
     */
    CompletableFuture<Void> checkpointAsync(ConsumerRecord record);
}
