package io.shardline.consumer;

/** Where a consumer is in its life; it only moves forward. */
public enum ConsumerState {
    /** Built and not started. */
    NEW,
    /** Joined or joining the fleet; shards come and go. */
    RUNNING,
    /** Finishing what is being handled and letting its shards go. */
    STOPPING,
    /** Ended in order. */
    STOPPED,
    /** Ended by something that time does not mend; the future of the start says what. */
    FAILED
}
