package io.shardline.consumer;

import org.jspecify.annotations.Nullable;

/**
 * The shard that a {@link ShardHandler} was made for.
 *
 * <p>Immutable.
 *
 * @param streamName the stream's name
 * @param shardId the shard's id
 * @param checkpoint the last position that was handled, or null at the start of the shard
 * @param pendingCheckpoint the first half of a two-phase checkpoint that KCL has left, or null
 * @param fencingToken a number that is larger for every later holder of this shard
 */
public record ShardContext(
        String streamName,
        String shardId,
        @Nullable Position checkpoint,
        @Nullable PendingCheckpoint pendingCheckpoint,
        long fencingToken) {}
