package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;

/**
 * A shard as the service lists it.
 *
 * <p>Immutable.
 *
 * @param id the shard id
 * @param parents one shard after a split, two after a merge, none at first
 * @param range the hash keys that are routed to it
 */
public record ListedShard(String id, ImmutableSet<String> parents, HashKeyRange range) {}
