package io.shardline.consumer;

import java.time.Duration;

/**
 * What a handler may want to know beside the record.
 *
 * <p>Valid during the call it was given to. Confined to the thread of that call.
 */
public interface RecordContext {

    /** 1 for the first time that this worker gives the record to the handler, 2 after it threw once, and so on. */
    int attempt();

    /** How far the batch that the record came with was behind the tip of the shard, by the service's word. */
    Duration behindLatest();

    /**
     * A number that is larger for every later holder of this shard.
     *
     * <p>A store that refuses writes with a smaller token than it has seen is safe from a worker that lost the shard
     * without knowing.
     */
    long fencingToken();

    /** Whether this worker still holds the shard by its own clock; a long-running handler should look now and then. */
    boolean isLeaseHeld();
}
