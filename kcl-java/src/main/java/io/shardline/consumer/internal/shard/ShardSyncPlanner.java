package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableList;
import io.shardline.aggregation.HashKey;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
     * The leases to create. None of them is for an ancestor of another one, so it does not matter who creates which, nor when.
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
            } else if (shard.parents().stream()
                    .filter(shards::containsKey)
                    .allMatch(parent -> isHandled(parent, leased, passed))) {
                missing.add(leaseFor(shard, Checkpoint.trimHorizon()));
            }
        }
        return missing.build();
    }

    /** The shards where reading begins, in their order. */
    static List<String> roots(List<ListedShard> listed) {
        Set<String> ids = new LinkedHashSet<>();
        listed.forEach(shard -> ids.add(shard.id()));
        return listed.stream()
                .filter(shard -> Collections.disjoint(ids, shard.parents()))
                .map(ListedShard::id)
                .toList();
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

    /**
     * Whether a listed parent is at its end, or was: one without a lease that has leased descendants was handled, and its lease
     * deleted since.
     */
    private static boolean isHandled(String parent, Map<String, Lease> leased, Set<String> passed) {
        Lease lease = leased.get(parent);
        return lease == null ? passed.contains(parent) : lease.isEnded();
    }

    /**
     * The leases that nobody needs any more: at their end, of shards that the stream no longer lists, so that no delayed
     * creation can revive one that could be read, and with children that no longer look at their parents.
     */
    public static ImmutableList<Lease> finished(List<ListedShard> listed, Collection<Lease> leases) {
        Set<String> open = new LinkedHashSet<>();
        listed.forEach(shard -> open.add(shard.id()));
        Set<String> begun = new LinkedHashSet<>();
        Set<String> awaited = new LinkedHashSet<>();
        for (Lease lease : leases) {
            (lease.checkpoint() instanceof Checkpoint.AtStart ? awaited : begun).addAll(lease.parents());
        }
        return leases.stream()
                .filter(lease -> lease.isEnded() && !open.contains(lease.key()))
                .filter(lease -> begun.contains(lease.key()) && !awaited.contains(lease.key()))
                .collect(ImmutableList.toImmutableList());
    }

    /**
     * The least hash key that no shard without listed children takes, if any. There is none in a stream, so a listing with one
     * was made while the stream changed.
     */
    public static Optional<HashKey> firstHole(List<ListedShard> listed) {
        Set<String> parents = new LinkedHashSet<>();
        listed.forEach(shard -> parents.addAll(shard.parents()));
        List<HashKeyRange> ranges = listed.stream()
                .filter(shard -> !parents.contains(shard.id()))
                .map(ListedShard::range)
                .sorted(Comparator.comparing(HashKeyRange::start))
                .toList();
        BigInteger next = BigInteger.ZERO;
        for (HashKeyRange range : ranges) {
            if (range.start().toBigInteger().compareTo(next) > 0) {
                break;
            }
            next = next.max(range.end().toBigInteger().add(BigInteger.ONE));
        }
        return next.compareTo(HashKey.MAX.toBigInteger()) > 0 ? Optional.empty() : Optional.of(HashKey.of(next));
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
