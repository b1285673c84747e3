package io.shardline.consumer;

/** The states of a shard whose lease this worker holds. */
public enum ShardState {
    /** Waits until the shard's parents are handled to their end. */
    AWAITING_PARENTS,
    /** The handler is being started. */
    STARTING,
    /** Records are being read, or there are none; the handler is idle. */
    READING,
    /** The handler is in a call. */
    HANDLING,
    /** The handler threw, and is called again after a pause. */
    RETRYING,
    /** Paused by {@link ShardlineConsumer#pause}. */
    PAUSED,
    /** Stopped because the handler failed too often, see {@link GiveUpPolicy#stopShardAfter}. */
    STOPPED,
    /** All records are handled; {@link ShardHandler#shardEnded} is being called, or the end written. */
    ENDING,
    /** The shard is being handed over to another worker, or released because this one stops. */
    DRAINING
}
