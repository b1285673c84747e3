package io.shardline.consumer.internal.lease;

/**
 * Rules of the lease protocol, each as one decision; {@code docs/lease-protocol.md} has them by number.
 *
 * <p>A consumer keeps all of them. A simulation breaks one at a time, to show that it would notice. Thread-safe.
 */
public class ProtocolRules {

    /** The protocol as it is. */
    public static final ProtocolRules ALL = new ProtocolRules();

    protected ProtocolRules() {}

    /** Rule 1: a session's time counts from the sending of the first attempt; others may have seen the heartbeat since. */
    protected long countsFrom(long firstSentNanos, long answeredNanos) {
        return firstSentNanos;
    }

    /** Rule 3: a session past its deadline is over for good. */
    protected boolean endsAtDeadline() {
        return true;
    }

    /** Rule G1: sessions die once, and an id is never used again. */
    protected String newSession(String workerId, long random) {
        return workerId + "@" + Long.toHexString(random);
    }

    /** Rule 9: so many consistent reads, a judging time apart, must miss a session before it counts as dead. */
    protected int absencesThatCount() {
        return 2;
    }

    /** Rule 10: a lease that bears the own name is taken, not acted on as it is. */
    protected boolean takesWhatBearsItsName() {
        return true;
    }

    /** Rule 23: the largest fleet in which each plans for itself; in a larger one all would scan at every change. */
    protected int mostWithoutPlanner() {
        return 100;
    }

    /**
     * Rule 26: the smallest fleet in which one plans for all. Less than above, because all scan once when the way of planning
     * changes: a fleet of a hundred that is restarted one by one should not do so at each of them.
     */
    protected int leastWithPlanner() {
        return mostWithoutPlanner() - mostWithoutPlanner() / 5;
    }

    /** Rule 11: a lease is gone once its gift is sent, whatever the answer. */
    protected boolean dropsBeforeGiving() {
        return true;
    }
}
