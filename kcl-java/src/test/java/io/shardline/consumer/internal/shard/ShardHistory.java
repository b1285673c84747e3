package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKey;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * The shards of a stream that was split and merged at random, parents before children.
 *
 * <p>Immutable.
 */
record ShardHistory(Map<String, ListedShard> shards) {

    static ShardHistory random(long seed) {
        Random random = new Random(seed);
        Map<String, ListedShard> shards = new LinkedHashMap<>();
        List<ListedShard> open = new ArrayList<>();
        HashKeyRange rest = HashKeyRange.FULL;
        for (int i = random.nextInt(4); i > 0; i--) {
            open.add(add(shards, ImmutableSet.of(), lowerHalf(rest)));
            rest = upperHalf(rest);
        }
        open.add(add(shards, ImmutableSet.of(), rest));
        for (int i = random.nextInt(10); i > 0; i--) {
            if (open.size() > 1 && random.nextBoolean()) {
                int left = random.nextInt(open.size() - 1);
                ListedShard one = open.remove(left);
                ListedShard other = open.remove(left);
                HashKeyRange both =
                        new HashKeyRange(one.range().start(), other.range().end());
                open.add(left, add(shards, ImmutableSet.of(one.id(), other.id()), both));
            } else {
                int place = random.nextInt(open.size());
                ListedShard parent = open.remove(place);
                ImmutableSet<String> parents = ImmutableSet.of(parent.id());
                open.add(place, add(shards, parents, upperHalf(parent.range())));
                open.add(place, add(shards, parents, lowerHalf(parent.range())));
            }
        }
        return new ShardHistory(shards);
    }

    private static HashKeyRange upperHalf(HashKeyRange range) {
        return new HashKeyRange(range.midpoint(), range.end());
    }

    private static HashKeyRange lowerHalf(HashKeyRange range) {
        return new HashKeyRange(
                range.start(), HashKey.of(range.midpoint().toBigInteger().subtract(BigInteger.ONE)));
    }

    private static ListedShard add(Map<String, ListedShard> shards, ImmutableSet<String> parents, HashKeyRange range) {
        ListedShard shard = new ListedShard("shard-%02d".formatted(shards.size()), parents, range);
        shards.put(shard.id(), shard);
        return shard;
    }

    List<ListedShard> listing() {
        return List.copyOf(shards.values());
    }

    /** What a stream lists of the time after its first shards were made: those that were open then, or came later. */
    ShardHistory openSince(int shardsMade) {
        Map<String, ListedShard> left = new LinkedHashMap<>(shards);
        shards.values().stream()
                .limit(shardsMade)
                .forEach(child -> left.keySet().removeAll(child.parents()));
        return new ShardHistory(left);
    }

    /** What a stream still lists after its oldest shards have aged out. */
    ShardHistory withoutTheOldest(int count) {
        Map<String, ListedShard> left = new LinkedHashMap<>(shards);
        shards.keySet().stream().limit(Math.min(count, shards.size() - 1)).forEach(left::remove);
        return new ShardHistory(left);
    }

    List<ListedShard> roots() {
        return shards.values().stream()
                .filter(shard -> shard.parents().stream().noneMatch(shards::containsKey))
                .toList();
    }

    List<ListedShard> childrenOf(String id) {
        return shards.values().stream()
                .filter(shard -> shard.parents().contains(id))
                .toList();
    }

    Set<String> ancestorsOf(String id) {
        Set<String> ancestors = new LinkedHashSet<>();
        ListedShard shard = shards.get(id);
        if (shard != null) {
            for (String parent : shard.parents()) {
                ancestors.add(parent);
                ancestors.addAll(ancestorsOf(parent));
            }
        }
        return ancestors;
    }

    /** Leases of some shards, in any state. */
    List<Lease> randomLeases(Random random) {
        List<Lease> leases = new ArrayList<>();
        for (ListedShard shard : shards.values()) {
            if (random.nextInt(3) == 0) {
                Checkpoint checkpoint = random.nextBoolean() ? Checkpoint.shardEnd() : Checkpoint.trimHorizon();
                leases.add(ShardSyncPlanner.leaseFor(shard, checkpoint));
            }
        }
        return leases;
    }
}
