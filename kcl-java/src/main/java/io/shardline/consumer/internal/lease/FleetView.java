package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Collection;

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
 */
public record FleetView(
        String me,
        ImmutableSortedSet<String> live,
        ImmutableSet<String> dead,
        ImmutableList<Lease> leases,
        ImmutableSet<String> held) {

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
                ImmutableSet.copyOf(held));
        if (!this.live.contains(me)) {
            throw new IllegalArgumentException(
                    "a session plans for a fleet that it lives in; " + me + " is not in " + this.live);
        }
    }

    /** Whether a lease waits for somebody to take it. */
    boolean isFree(Lease lease) {
        String owner = lease.owner();
        return owner == null || dead.contains(owner);
    }
}
