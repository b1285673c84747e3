package io.shardline.producer.internal;

/** What a simulated producer must keep, whatever happens. Immutable. */
enum Invariant {
    ACKNOWLEDGED_MEANS_DELIVERED,
    RECEIPTS_SAY_WHERE,
    FIRST_OCCURRENCES_IN_ORDER,
    EACH_FUTURE_ONCE,
    FAILURES_TELL_THE_TRUTH,
    DUPLICATES_ARE_ACCOUNTED_FOR,
    REQUEST_LIMITS,
    ONE_ATTEMPT_PER_KEY_AT_A_TIME,
    ONE_TRY_AT_A_TIME,
    RATES,
    NOTHING_IS_SENT_AFTER_ITS_TIME,
    BUDGET,
    SHARE_OF_THE_BUDGET,
    FLUSH_ENDS_BEHIND_ITS_RECORDS,
    NOBODY_WAITS_FOR_EVER,
    REPORT;

    void check(boolean kept, Object detail) {
        if (!kept) {
            throw new Broken(this, detail);
        }
    }

    /** Says which one, so that a mutant can be told by what caught it. Immutable. */
    static final class Broken extends AssertionError {

        private static final long serialVersionUID = 1L;

        final Invariant invariant;

        Broken(Invariant invariant, Object detail) {
            super(invariant + ": " + detail);
            this.invariant = invariant;
        }
    }
}
