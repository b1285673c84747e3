package io.shardline.producer;

/**
 * Why a record was given up. The attempts of the {@link PutFailedException} have the service's own codes and messages.
 *
 * <p>Immutable.
 */
public enum FailureReason {

    /** Its time to live ended before an attempt succeeded. The attempts say what stood in the way. */
    EXPIRED,

    /** The stream does not exist, or not in this region or account. */
    STREAM_NOT_FOUND,

    /** The credentials are not valid, or do not allow to put into this stream. */
    ACCESS_DENIED,

    /** The key that the stream is encrypted with is disabled, gone, or not to be used by these credentials. */
    KMS_KEY_UNUSABLE,

    /** Not valid, or larger than the stream takes: the service refused it for good, or is known to. */
    REJECTED,

    /** The service refused it because it was too much for the shard, and {@link ProducerConfig#failIfThrottled()} is set. */
    THROTTLED,

    /** A record before it in the same shard was given up, and {@link OnLoss#STOP_LANE} is set. Nothing more was sent. */
    LANE_STOPPED,

    /**
     * The memory budget was full and stayed full, or what was left of it is for other shards and streams; see {@link FullBudget}.
     * Nothing was sent.
     */
    BUDGET_FULL,

    /** The producer failed, for example for want of memory, several times over this record; the attempts say with what. */
    INTERNAL_ERROR,

    /** The producer was closed before the record was acknowledged, or before it was put. */
    CLOSED
}
