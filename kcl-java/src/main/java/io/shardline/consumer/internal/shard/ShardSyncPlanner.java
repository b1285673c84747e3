package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableList;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which leases are missing, given the shards of a stream and the leases there are.
 *
 * <p>The listing must begin at the application's starting position: with all shards that the stream has for
 * TRIM_HORIZON, with those open at or after a time for the other two. Its shards without listed parents are then the
 * ones where reading begins; all others get their lease when their parents end. What is left to a sync afterwards is to
 * mend: a shard whose parents are all handled, or whose sibling parent is. Immutable.
 */
public final class ShardSyncPlanner {

    private ShardSyncPlanner() {}

    /**
     * The leases to create. None of them is for an ancestor of another one, so their order does not matter.
     *
     * @param start the checkpoint of a shard where reading begins
     */
    public static ImmutableList<Lease> plan(List<ListedShard> listed, Collection<Lease> leases, Checkpoint start) {
        Map<String, ListedShard> shards = new LinkedHashMap<>();
        listed.forEach(shard -> shards.put(shard.id(), shard));
        Map<String, Lease> leased = new LinkedHashMap<>();
        leases.forEach(lease -> leased.put(lease.key(), lease));
        Set<String> passed = ancestorsOf(leased.keySet(), shards);

        ImmutableList.Builder<Lease> missing = ImmutableList.builder();
        for (ListedShard shard : listed) {
            if (leased.containsKey(shard.id())) {
                continue;
            }
            if (passed.contains(shard.id())) {
                if (isMissingSiblingParent(shard, listed, leased)) {
                    missing.add(leaseFor(shard, beginning(shard, shards, start)));
                }
            } else if (shard.parents().stream().noneMatch(shards::containsKey)) {
                missing.add(leaseFor(shard, start));
            } else if (shard.parents().stream().filter(shards::containsKey).allMatch(p -> isEnded(leased.get(p)))) {
                missing.add(leaseFor(shard, Checkpoint.trimHorizon()));
            }
        }
        return missing.build();
    }

    /** A lease that nobody has held yet. */
    public static Lease leaseFor(ListedShard shard, Checkpoint checkpoint) {
        return Lease.unowned(shard.id(), checkpoint, shard.parents(), shard.range());
    }

    private static Checkpoint beginning(ListedShard shard, Map<String, ListedShard> shards, Checkpoint start) {
        boolean root = shard.parents().stream().noneMatch(shards::containsKey);
        return root ? start : Checkpoint.trimHorizon();
    }

    /**
     * Whether a merged child waits to begin, one parent has a lease, and this is the other.
     *
     * <p>Without a lease for it, its records would never be read. Once the child has begun the parent was either read
     * and its lease deleted, or it never belonged to this application.
     */
    private static boolean isMissingSiblingParent(
            ListedShard parent, List<ListedShard> listed, Map<String, Lease> leased) {
        for (ListedShard child : listed) {
            Lease lease = leased.get(child.id());
            boolean waiting = lease != null && lease.checkpoint() instanceof Checkpoint.AtStart;
            if (waiting
                    && child.parents().contains(parent.id())
                    && child.parents().stream().anyMatch(leased::containsKey)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEnded(@org.jspecify.annotations.Nullable Lease lease) {
        return lease != null && lease.isEnded();
    }

    private static Set<String> ancestorsOf(Set<String> keys, Map<String, ListedShard> shards) {
        Set<String> ancestors = new LinkedHashSet<>();
        java.util.ArrayDeque<String> open = new java.util.ArrayDeque<>(keys);
        while (!open.isEmpty()) {
            ListedShard shard = shards.get(open.poll());
            if (shard != null) {
                shard.parents().stream().filter(ancestors::add).forEach(open::add);
            }
        }
        return ancestors;
    }
}
