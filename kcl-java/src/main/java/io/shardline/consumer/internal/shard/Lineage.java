package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableList;
import io.shardline.consumer.internal.lease.Lease;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Where the shards of a stream stand to those that have leases: before them, after them, or unrelated.
 *
 * <p>A shard that is not listed any more, and has no lease, tells nothing about its parents. Hash keys do: a lease whose shard
 * is not listed either, and takes some of the same, is an ancestor's. Confined to one thread.
 */
final class Lineage {

    private final Map<String, ListedShard> shards = new LinkedHashMap<>();
    private final Set<String> fromStart = new LinkedHashSet<>();
    private final Map<String, Lease> leases = new LinkedHashMap<>();
    private final Set<String> passed;
    private final ImmutableList<Lease> unlisted;
    private final Map<String, Boolean> comesAfterReading = new LinkedHashMap<>();

    Lineage(StreamListing listing, Collection<Lease> leased) {
        listing.all().forEach(shard -> shards.put(shard.id(), shard));
        for (ListedShard shard : listing.fromStart()) {
            shards.put(shard.id(), shard);
            fromStart.add(shard.id());
        }
        leased.forEach(lease -> leases.put(lease.key(), lease));
        passed = ancestorsOf(leases.keySet());
        unlisted = leases.values().stream()
                .filter(lease -> !shards.containsKey(lease.key()))
                .collect(ImmutableList.toImmutableList());
    }

    private Set<String> ancestorsOf(Set<String> keys) {
        Set<String> ancestors = new LinkedHashSet<>();
        ArrayDeque<String> open = new ArrayDeque<>(keys);
        while (!open.isEmpty()) {
            parentsOf(open.poll()).stream().filter(ancestors::add).forEach(open::add);
        }
        return ancestors;
    }

    private Set<String> parentsOf(String id) {
        ListedShard shard = shards.get(id);
        Lease lease = leases.get(id);
        return shard != null ? shard.parents() : lease != null ? lease.parents() : Set.of();
    }

    boolean isLeased(String id) {
        return leases.containsKey(id);
    }

    /** Whether its lease says that nothing of it is handled. */
    boolean isWaiting(String id) {
        Lease lease = leases.get(id);
        return lease != null && !lease.checkpoint().hasBegun();
    }

    /** Whether its lease says that something of it is handled. */
    boolean hasBegun(String id) {
        return isLeased(id) && !isWaiting(id);
    }

    /** Whether it was open at the starting position or later. */
    boolean isFromStart(ListedShard shard) {
        return fromStart.contains(shard.id());
    }

    /** Whether a shard that comes after it has a lease. */
    boolean isPassed(ListedShard shard) {
        return passed.contains(shard.id());
    }

    /** The leases of shards that are not listed. */
    ImmutableList<Lease> unlistedLeases() {
        return unlisted;
    }

    /** Whether a parent has no lease and is not listed, so that nobody knows where it comes from. */
    boolean hasUnknownParent(ListedShard shard) {
        return shard.parents().stream().anyMatch(this::isUnknown);
    }

    private boolean isUnknown(String id) {
        return !isLeased(id) && !shards.containsKey(id);
    }

    /** Whether it comes after a shard that has a lease or will get one, and so is read from its beginning. */
    boolean comesAfterReading(ListedShard shard) {
        Boolean known = comesAfterReading.get(shard.id());
        if (known == null) {
            known = shard.parents().stream().anyMatch(parent -> isReadBefore(shard, parent));
            comesAfterReading.put(shard.id(), known);
        }
        return known;
    }

    /** Whether of all its parents nothing was handled, so that it begins where they did. */
    boolean comesAfterUnread(ListedShard shard) {
        return !shard.parents().isEmpty()
                && shard.parents().stream()
                        .map(leases::get)
                        .allMatch(
                                parent -> parent != null && parent.checkpoint().isStartForChildren());
    }

    private boolean isReadBefore(ListedShard child, String parent) {
        ListedShard listed = shards.get(parent);
        if (isLeased(parent) || fromStart.contains(parent)) {
            return true;
        }
        return listed != null ? comesAfterReading(listed) : unlisted.stream().anyMatch(lease -> overlaps(lease, child));
    }

    /**
     * Whether every parent is at its end, or was, or is not read: one without a lease that has leased descendants was handled,
     * and its lease deleted since; one from before the start has nothing to read.
     */
    boolean areParentsHandled(ListedShard shard) {
        return shard.parents().stream().allMatch(parent -> isHandled(shard, parent));
    }

    private boolean isHandled(ListedShard child, String parent) {
        Lease lease = leases.get(parent);
        if (lease != null) {
            return lease.isEnded();
        }
        ListedShard listed = shards.get(parent);
        if (listed == null) {
            return unlisted.stream().allMatch(ancestor -> ancestor.isEnded() || !overlaps(ancestor, child));
        }
        return passed.contains(parent) || (!fromStart.contains(parent) && !comesAfterReading(listed));
    }

    /** A lease that does not tell its hash keys, as KCL wrote them at first, may be an ancestor's of any shard. */
    private static boolean overlaps(Lease lease, ListedShard shard) {
        return lease.range() == null
                || (lease.range().start().compareTo(shard.range().end()) <= 0
                        && shard.range().start().compareTo(lease.range().end()) <= 0);
    }
}
