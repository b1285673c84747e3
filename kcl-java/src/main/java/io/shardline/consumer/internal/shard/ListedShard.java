package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * A shard as the service lists it, under the key that its lease has.
 *
 * <p>Immutable.
 *
 * @param id the lease key
 * @param parents one shard after a split, two after a merge, none at first
 * @param range the hash keys that are routed to it
 */
public record ListedShard(String id, ImmutableSet<String> parents, HashKeyRange range) {

    static ListedShard of(String keyPrefix, Shard shard) {
        List<String> parents = Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
                .filter(Objects::nonNull)
                .toList();
        return of(keyPrefix, shard.shardId(), parents, shard.hashKeyRange());
    }

    static ListedShard of(String keyPrefix, ChildShard child) {
        return of(keyPrefix, child.shardId(), child.parentShards(), child.hashKeyRange());
    }

    private static ListedShard of(
            String keyPrefix,
            String shardId,
            Collection<String> parents,
            software.amazon.awssdk.services.kinesis.model.HashKeyRange range) {
        return new ListedShard(
                keyPrefix + shardId,
                parents.stream().map(keyPrefix::concat).collect(ImmutableSet.toImmutableSet()),
                HashKeyRange.parse(range.startingHashKey(), range.endingHashKey()));
    }
}
