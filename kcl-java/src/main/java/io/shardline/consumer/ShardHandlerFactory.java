package io.shardline.consumer;

/**
 * A factory of handlers, one for each shard that this worker takes.
 *
 * <p>Called on the platform's user-code threads, for several shards at the same time.
 */
@FunctionalInterface
public interface ShardHandlerFactory {

    /** Makes a new handler, for this shard and this tenure only. */
    ShardHandler create(ShardContext context);
}
