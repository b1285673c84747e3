package io.shardline.producer;

/**
 * What {@code put} does while the producer holds as many bytes as its memory budget allows, or the record's shard or stream as many
 * as it may have of them ({@link ProducerConfig.Builder#memoryBudget}).
 *
 * <p>Immutable.
 */
public enum FullBudget {

    /**
     * Blocks the calling thread until there is room, at most {@link ProducerConfig#maxBlock()}; those who wait for the same
     * shard are served in turn.
     *
     * <p>A {@code put} in a callback of this producer does not block, for the room may be its own thread's to make: there the
     * record waits in turn as under {@link #COMPLETE_LATER}, without a limit of time.
     */
    BLOCK,

    /** Returns at once, with a future that has failed with {@link FailureReason#BUDGET_FULL}. */
    FAIL,

    /**
     * Returns at once; the record is taken in when there is room; of one shard first come, first served.
     *
     * <p>Such a record does not count in the budget while it waits: this is for callers that limit themselves by the
     * futures they hold. More than a million waiting records are refused with {@link FailureReason#BUDGET_FULL}.
     */
    COMPLETE_LATER
}
