package io.shardline.producer;

/**
 * What becomes of the records behind one that was given up.
 *
 * <p>Immutable.
 */
public enum OnLoss {

    /** They are sent: their order has a gap. */
    GO_ON,

    /**
     * All records of the same shard that were not acknowledged yet, and all that are put for its hash keys afterwards, fail with
     * {@link FailureReason#LANE_STOPPED}, until {@link ShardlineProducer#resume} is called. For applications that may not skip
     * a record: they put again from the first one that failed. What is in flight at that moment may still be acknowledged.
     */
    STOP_LANE
}
