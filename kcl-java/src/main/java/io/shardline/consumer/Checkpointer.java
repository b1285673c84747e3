package io.shardline.consumer;

import java.util.concurrent.CompletableFuture;

/**
 * Writes down how far a shard is handled.
 *
 * <p>Checkpoints only move forward: writing one that was passed already changes nothing and succeeds. Thread-safe, and
 * valid until the handler's shard ends, is lost or is passed on.
 */
public interface Checkpointer {

    /**
     * Everything that the handler was given up to now is handled. Waits until that is written.
     *
     * @throws LeaseLostException if this worker no longer holds the shard
     */
    void checkpoint();

    /**
     * Everything up to and including {@code record} is handled. Waits until that is written.
     *
     * @throws LeaseLostException if this worker no longer holds the shard
     * @throws IllegalArgumentException if the record was not given to this handler yet
     */
    void checkpoint(ConsumerRecord record);

    /**
     * As {@link #checkpoint(ConsumerRecord)}, without waiting.
     *
     * @return completes on a user-code thread; exceptionally with {@link LeaseLostException}
     * @throws IllegalArgumentException if the record was not given to this handler yet
     */
    CompletableFuture<Void> checkpointAsync(ConsumerRecord record);
}
