package io.shardline.consumer;

/** The stages of a consumer's life. It moves forward only, except that {@link #DISCONNECTED} and {@link #RUNNING} alternate. */
public enum ConsumerState {
    /** Built, not started. */
    NEW,
    /** Started: joining the fleet, or holding shards. */
    RUNNING,
    /**
     * Running without a session in the lease table, and so without shards: it was paused or cut off for too long, or the table
     * refuses its calls. It goes on trying, and is {@link #RUNNING} again once it has joined; {@link ConsumerHealth#problems} says what
     * the table answers.
     */
    DISCONNECTED,
    /** Closing: finishes what is being handled and releases its shards. */
    STOPPING,
    /** Ended by a close. */
    STOPPED,
    /** Ended by a failure that cannot be repaired while it runs; the future of the start, or the {@link CloseReport}, says which. */
    FAILED
}
