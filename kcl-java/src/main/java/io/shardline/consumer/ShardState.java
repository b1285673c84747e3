package io.shardline.consumer;

/** What this worker is doing with a shard whose lease it holds. */
public enum ShardState {
    /** The shard's parents are not handled to their end yet. */
    AWAITING_PARENTS,
    /** Its handler is being started. */
    STARTING,
    /** Records are being read, or there are none; the handler has nothing to do. */
    READING,
    /** Its handler is in a call. */
    HANDLING,
    /** Its handler threw, and will be called again after a pause. */
    RETRYING,
    /** Held back by {@link ShardlineConsumer#pause}. */
    PAUSED,
    /** Held back because its handler was given up, see {@link GiveUpPolicy#stopShardAfter}. */
    STOPPED,
    /** All its records are handled, and its end is being told and written down. */
    ENDING,
    /** It is being let go, to another worker or because this one stops. */
    DRAINING
}
