package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;

/**
 * What all sessions should do to bring the fleet to its balance.
 *
 * <p>Immutable.
 *
 * @param takes leases without a living owner, by who is to take them
 * @param moves leases that are to go from those who hold more than their share to those who hold less
 */
record FleetPlan(ImmutableListMultimap<String, Lease> takes, ImmutableList<Move> moves) {

    /** That so many leases, whichever, go from one living session to another. */
    record Move(String from, String to, int count) {}
}
