package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableSet;

/**
 * What the whole fleet should look at; hints only, no safety depends on it.
 *
 * <p>Immutable.
 *
 * @param revision moves after every change of membership or of the set of leases
 * @param suspects sessions whose heartbeat stands still
 * @param planned whether one session plans for all; otherwise each plans for itself
 */
public record FleetRow(long revision, ImmutableSet<String> suspects, boolean planned) {

    /** The row before anybody wrote it. */
    public static final FleetRow EMPTY = new FleetRow(0, ImmutableSet.of());

    /** The row of a fleet in which each session plans for itself. */
    public FleetRow(long revision, ImmutableSet<String> suspects) {
        this(revision, suspects, false);
    }
}
