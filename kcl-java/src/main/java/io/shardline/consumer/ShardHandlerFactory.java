package io.shardline.consumer;

/**
 * Makes the handler for a shard that this worker has just taken.
 *
 * <p>Called on the platform's user-code threads, for several shards at the same time.
 */
@FunctionalInterface
public interface ShardHandlerFactory {

    /** A new handler, for this shard and this tenure only. */
    ShardHandler create(ShardContext context);
}
