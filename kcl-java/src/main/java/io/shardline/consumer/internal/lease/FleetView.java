package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Collection;
import java.util.Map;

/**
 * What a planner looks at: who lives, who is dead, and the leases.
 *
 * <p>Immutable.
 *
 * @param me the session that plans
 * @param live the sessions that are alive as far as it knows, itself included
 * @param dead sessions known to be dead whose leases may be taken by anybody
 * @param leases all rows, sorted by key
 * @param held keys that this session acts on
 * @param most how many leases a session holds at most, for those that have such a limit
 */
public record FleetView(
        String me,
        ImmutableSortedSet<String> live,
        ImmutableSet<String> dead,
        ImmutableList<Lease> leases,
        ImmutableSet<String> held,
        ImmutableMap<String, Integer> most) {

    /** A fleet in which nobody has a limit. */
    public FleetView(
            String me,
            Collection<String> live,
            Collection<String> dead,
            Collection<Lease> leases,
            Collection<String> held) {
        this(
                me,
                ImmutableSortedSet.copyOf(live),
                ImmutableSet.copyOf(dead),
                ImmutableList.sortedCopyOf(java.util.Comparator.comparing(Lease::key), leases),
                ImmutableSet.copyOf(held),
                ImmutableMap.of());
    }

    public FleetView {
        if (!live.contains(me)) {
            throw new IllegalArgumentException(
                    "a session plans for a fleet that it lives in; " + me + " is not in " + live);
        }
    }

    /** The same with limits. */
    FleetView withMost(Map<String, Integer> limits) {
        return new FleetView(me, live, dead, leases, held, ImmutableMap.copyOf(limits));
    }

    /** Whether a lease waits for somebody to take it. */
    boolean isFree(Lease lease) {
        String owner = lease.owner();
        return owner == null || dead.contains(owner);
    }
}
