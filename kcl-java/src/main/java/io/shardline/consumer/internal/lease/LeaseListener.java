package io.shardline.consumer.internal.lease;

import org.jspecify.annotations.Nullable;

/**
 * What the consumer must do with its leases.
 *
 * <p>Called on the loop.
 */
public interface LeaseListener {

    /** A scan has been taken in. */
    void scanned(LeaseStore.Scan scan);

    /** The table was read for what bears this session's name alone, as another session plans. */
    default void scannedForOwn(LeaseStore.Scan scan) {}

    /**
     * What was free and is this worker's share it has taken, or is taking; {@link LeaseBook#isSettled} says when that is
     * over.
     */
    default void planned() {}

    /** There will be no scan: another session plans for all, and every root of the stream has its lease. */
    default void othersPlan() {}

    /** A lease is held from now on. */
    void leaseTaken(HeldLease lease);

    /** A lease is not held any more; its shard must not be worked on. */
    void leaseLost(HeldLease lease, String why);

    /** The checkpoint in the lease's row has moved. */
    default void checkpointed(HeldLease lease) {}

    /** A lease is of no use to anybody, as its row cannot be written; told once. */
    default void cannotBeWritten(String key, String why) {}

    /** A session is confirmed. */
    void sessionBegan(String session);

    /** A session is over, and its leases have been dropped. */
    void sessionEnded(String session, String why);

    /** The outcome of a write was definite that had not been so. */
    void resolved();

    /** This lease is promised to another session, and goes once that one knows. */
    void promised(HeldLease lease);

    /** This lease is to go: drain its shard, then {@link LeaseBook#give} it to a session, or to nobody. */
    void handOver(HeldLease lease, @Nullable String to);
}
