package io.shardline.consumer.internal.lease;

/**
 * Rules of the lease protocol on which its safety hangs, each as one decision.
 *
 * <p>A consumer keeps all of them. A simulation breaks one at a time, to show that it would notice. Thread-safe.
 */
public class ProtocolRules {

    /** The protocol as it is. */
    public static final ProtocolRules ALL = new ProtocolRules();

    protected ProtocolRules() {}

    /** Rule 1: a session's time counts from the sending of the first attempt, since when others may have seen the heartbeat. */
    protected long countsFrom(long firstSentNanos, long answeredNanos) {
        return firstSentNanos;
    }

    /** Rule 3: a session past its deadline is over for good. */
    protected boolean endsAtDeadline() {
        return true;
    }

    /** Sessions die once: an id is never used again. */
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

    /** Rule 11: a lease is gone once its gift is sent, whatever the answer. */
    protected boolean dropsBeforeGiving() {
        return true;
    }
}
