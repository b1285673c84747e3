package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;

/**
 * What a worker has seen of leases and of other sessions, and when.
 *
 * <p>Immutable.
 *
 * @param leases of streams that the application reads, sorted by key
 * @param sessions the others that live, sorted by id
 */
public record KnownFleet(ImmutableList<KnownLease> leases, ImmutableList<KnownSession> sessions) {

    /**
     * A lease's row.
     *
     * @param at when the answer came that showed it, by the loop's clock
     */
    public record KnownLease(Lease row, long at) {}

    /**
     * A session's row.
     *
     * @param at when the answer came that showed it, by the loop's clock
     */
    public record KnownSession(SessionRow row, long at) {}
}
