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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which leases are missing, given the shards of a stream and the leases there are.
 *
 * <p>Reading begins at the shards that are open at the starting position or later and whose parents are not; all others get
 * their lease when their parents end. A table that has leases says where reading is, whatever the starting position: what
 * comes after a leased shard is read from its beginning, unless that lease says otherwise. What is left to a sync afterwards is to mend: a shard whose parents
 * are all handled, or whose sibling parent is. Immutable.
 */
public final class ShardSyncPlanner {

    private ShardSyncPlanner() {}

    /**
     * The leases to create. None of them is for an ancestor of another one, so it does not matter who creates which, nor when.
     *
     * @param start the checkpoint of a shard where reading begins
     */
    public static ImmutableList<Lease> plan(StreamListing listing, Collection<Lease> leases, Checkpoint start) {
        Lineage lineage = new Lineage(listing, leases);
        Set<String> siblings = parentsOfWaitingChildren(listing.all(), lineage);
        ImmutableList.Builder<Lease> missing = ImmutableList.builder();
        for (ListedShard shard : listing.all()) {
            boolean isFromItsBeginning = lineage.comesAfterReading(shard);
            boolean isRoot = !isFromItsBeginning && lineage.isFromStart(shard);
            boolean isMissing = lineage.isPassed(shard)
                    ? siblings.contains(shard.id()) && (isFromItsBeginning || isRoot)
                    : isRoot || (isFromItsBeginning && lineage.areParentsHandled(shard));
            if (isMissing && !lineage.isLeased(shard.id())) {
                missing.add(leaseFor(shard, isRoot ? start : startAfterParents(shard, lineage, start)));
            }
        }
        return missing.build();
    }

    /**
     * Whether shards from before the starting position have to be listed, too: some have leases, and one that has none may come
     * after them.
     */
    static boolean needsAllShards(StreamListing listing, Collection<Lease> leases) {
        if (listing.isComplete()) {
            return false;
        }
        return mayFollowUnlisted(listing.fromStart(), new Lineage(listing, leases));
    }

    private static boolean mayFollowUnlisted(List<ListedShard> shards, Lineage lineage) {
        return !lineage.unlistedLeases().isEmpty()
                && shards.stream()
                        .filter(shard -> !lineage.isLeased(shard.id()) && !lineage.isPassed(shard))
                        .anyMatch(lineage::hasUnknownParent);
    }

    private static Checkpoint startAfterParents(ListedShard shard, Lineage lineage, Checkpoint start) {
        return lineage.comesAfterUnread(shard) && start instanceof Checkpoint.AtStart ofParents
                ? ofParents.ofChild()
                : Checkpoint.trimHorizon();
    }

    /** The keys of leases that the reading of listed shards needs: their own, and those of what they may come after. */
    static Set<String> needed(StreamListing listing, Collection<Lease> leases) {
        Lineage lineage = new Lineage(listing, leases);
        Set<String> needed = new LinkedHashSet<>();
        for (ListedShard shard : listing.all()) {
            needed.add(shard.id());
            if (!lineage.hasBegun(shard.id())) {
                needed.addAll(shard.parents());
            }
        }
        if (mayFollowUnlisted(listing.all(), lineage)) {
            lineage.unlistedLeases().forEach(lease -> needed.add(lease.key()));
        }
        return needed;
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

    /**
     * The parents of merged children that wait to begin, where one of them has a lease.
     *
     * <p>Without a lease for the other, its records would never be read. Once the child has begun the parent was either read
     * and its lease deleted, or it never belonged to this application.
     */
    private static Set<String> parentsOfWaitingChildren(List<ListedShard> listed, Lineage lineage) {
        Set<String> parents = new LinkedHashSet<>();
        for (ListedShard child : listed) {
            if (lineage.isWaiting(child.id()) && child.parents().stream().anyMatch(lineage::isLeased)) {
                parents.addAll(child.parents());
            }
        }
        return parents;
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
            (lease.checkpoint().hasBegun() ? begun : awaited).addAll(lease.parents());
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
}
