package io.shardline.consumer.internal.shard;

/** What a listing of a stream's shards says of one shard. */
public enum Listed {
    OPEN,
    /** It takes no more records, and has children. */
    CLOSED,
    /** The listing does not have it. */
    ABSENT
}
