package io.shardline.producer.internal;

import io.shardline.aggregation.HashKeyRange;
import java.util.HashSet;
import java.util.Set;

/**
 * The shards of a stream that may not be listed: one lane for all of them, and which there are as far as answers have told.
 *
 * <p>Confined to the loop.
 */
final class UnlistedShards {

    /** The name of the lane, where a shard's is expected. */
    static final String UNKNOWN = "unknown";

    static final ShardMap MAP = ShardMap.ofOne(new ShardMap.OpenShard(UNKNOWN, HashKeyRange.FULL));

    /** More than streams have; the rate of the lane is no limit any more then. */
    private static final int MAX_SHARDS = 20_000;

    private final ShardLane lane;
    private final Set<String> seen = new HashSet<>();

    UnlistedShards(ShardLane lane) {
        this.lane = lane;
    }

    boolean hasLane(ShardLane other) {
        return other == lane;
    }

    /** A record was stored there; whether nothing was known of that shard. */
    boolean add(String shardId) {
        return seen.size() < MAX_SHARDS && seen.add(shardId);
    }

    int count() {
        return seen.size();
    }
}
