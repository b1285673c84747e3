package io.shardline.consumer;

/** Where a consumer is in its life; it only moves forward, but for the way back from {@link #DISCONNECTED}. */
public enum ConsumerState {
    /** Built and not started. */
    NEW,
    /** Joined or joining the fleet; shards come and go. */
    RUNNING,
    /**
     * Running without a session in the lease table, and so without shards: it was paused or cut off for too long, or the table
     * refuses it. It goes on trying, and is {@link #RUNNING} again once it has joined; {@link ConsumerHealth#problems} says what
     * the table answers.
     */
    DISCONNECTED,
    /** Finishing what is being handled and letting its shards go. */
    STOPPING,
    /** Ended in order. */
    STOPPED,
    /** Ended by something that nobody can mend while it runs; the future of the start, or the report of the end, says what. */
    FAILED
}
