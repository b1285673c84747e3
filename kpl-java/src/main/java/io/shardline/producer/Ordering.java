package io.shardline.producer;

/**
 * What the producer promises about the order of records.
 *
 * <p>Immutable.
 */
public enum Ordering {

    /**
     * The first occurrences of a key's acknowledged records are in the order in which they were put, through retries,
     * time-outs, splits and merges. "Put before" means by the same thread, or happens-before.
     *
     * <p>The key is the partition key; records of one partition key with different explicit hash keys may go to
     * different shards, and then have no order.
     */
    PER_KEY,

    /** No promise. A shard may have several requests in flight at once; choose it where latency matters and order does not. */
    NONE
}
