package io.shardline.consumer.internal.retrieve;

/**
 * A shard as the service knows it.
 *
 * <p>Immutable.
 */
public record ShardName(String streamName, String shardId) {}
