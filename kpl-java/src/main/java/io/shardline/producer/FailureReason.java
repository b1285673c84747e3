package io.shardline.producer;

/**
 * Why a record was given up.
 *
 * <p>Immutable.
 */
public enum FailureReason {

    /** Its time to live ended before an attempt succeeded. The attempts say what stood in the way. */
    EXPIRED,

    /** The stream does not exist, or not in this region or account. */
    STREAM_NOT_FOUND,

    /**
     * The service refused it for good: not allowed, not valid, larger than the stream takes, or the stream's encryption
     * key cannot be used. The last attempt has the service's code and message.
     */
    REJECTED,

    /** The memory budget was full and stayed full; see {@link FullBudget}. Nothing was sent. */
    BUDGET_FULL,

    /** The producer was closed before the record was acknowledged, or before it was put. */
    CLOSED
}
