package io.shardline.consumer;

import java.util.concurrent.CompletableFuture;

/**
 * The checkpoints of one shard, as its {@link ShardHandler} writes them.
 *
 * <p>A checkpoint that names no record covers:
 *
 * <ul>
 *   <li>on the thread of a running call of {@link ShardHandler#records}: the batch of that call, and all before it;
 *   <li>anywhere else, including other threads during that call: the batches whose calls have returned normally, and those that
 *       {@link GiveUpPolicy#skipAfter} has skipped. A batch whose call threw is not covered.
 * </ul>
 *
 * <p>A handler that passes records to threads of its own must name the record. Otherwise a checkpoint covers batches that it has
 * received and not yet processed.
 *
 * <p>Checkpoints only move forward: writing an earlier one changes nothing and succeeds. Thread-safe, and
 * valid until the handler's shard ends, is lost or is handed over.
 */
public interface Checkpointer {

    /**
     * Writes a checkpoint that names no record, see above, and waits until it is stored. Returns at once if there is nothing to
     * write.
     *
     * @throws LeaseLostException if this worker no longer holds the shard
     */
    void checkpoint();

    /**
     * Writes that everything up to and including {@code record} is handled, and waits until it is stored.
     *
     * @throws LeaseLostException if this worker no longer holds the shard
     * @throws IllegalArgumentException if no call of this handler was given the record yet
     */
    void checkpoint(ConsumerRecord record);

    /**
     * As {@link #checkpoint()}, without waiting. What it covers is decided before this method returns.
     *
     * <p>A call of the handler may wait for the future, unless you gave a platform that uses one executor for handlers and for
     * futures.
     *
     * @return completes on a thread that calls no handler; fails with {@link LeaseLostException}
     */
    CompletableFuture<Void> checkpointAsync();

    /**
     * As {@link #checkpoint(ConsumerRecord)}, without waiting.
     *
     * @return the same as of {@link #checkpointAsync()}
     * @throws IllegalArgumentException if no call of this handler was given the record yet
     */
    CompletableFuture<Void> checkpointAsync(ConsumerRecord record);
}
