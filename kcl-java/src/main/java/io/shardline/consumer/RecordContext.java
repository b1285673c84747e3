package io.shardline.consumer;

import java.time.Duration;

/**
 * The circumstances of a call of a {@link RecordHandler}.
 *
 * <p>Valid during that call. Confined to the thread of the call.
 */
public interface RecordContext {

    /** The number of the attempt: 1 when this worker first gives the record to the handler, 2 after it threw once, and so on. */
    int attempt();

    /** How far the record's batch was behind the tip of the shard when it was read, as the service reported. */
    Duration behindLatest();

    /**
     * The fencing token: a number that is larger for every later holder of this shard.
     *
     * <p>A store that refuses writes with a smaller token than the largest it has seen is safe from a worker that has lost the
     * shard and does not know it yet.
     */
    long fencingToken();

    /** Whether this worker still holds the shard, by its own clock. A long-running handler should check this now and then. */
    boolean isLeaseHeld();
}
