package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
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
 * <p>Ranges play no part in lineage and are all the same. Immutable.
 */
record ShardHistory(Map<String, ListedShard> shards) {

    static ShardHistory random(long seed) {
        Random random = new Random(seed);
        Map<String, ListedShard> shards = new LinkedHashMap<>();
        List<String> open = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            open.add(add(shards, ImmutableSet.of()));
        }
        for (int i = random.nextInt(10); i > 0; i--) {
            if (open.size() > 1 && random.nextBoolean()) {
                int left = random.nextInt(open.size() - 1);
                String one = open.remove(left);
                String other = open.remove(left);
                open.add(left, add(shards, ImmutableSet.of(one, other)));
            } else {
                ImmutableSet<String> parent = ImmutableSet.of(open.remove(random.nextInt(open.size())));
                open.add(add(shards, parent));
                open.add(add(shards, parent));
            }
        }
        return new ShardHistory(shards);
    }

    private static String add(Map<String, ListedShard> shards, ImmutableSet<String> parents) {
        String id = "shard-%02d".formatted(shards.size());
        shards.put(id, new ListedShard(id, parents, HashKeyRange.FULL));
        return id;
    }

    List<ListedShard> listing() {
        return List.copyOf(shards.values());
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
