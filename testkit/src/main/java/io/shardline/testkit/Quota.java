package io.shardline.testkit;

/**
 * One of the service's quotas and rates, each of which {@link KinesisEmulator.Builder#lift} switches off.
 *
 * <p>All are on by default. The numbers are those of
 * <a href="https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html">the developer guide</a> and of the
 * API reference of the operations; a rate allows bursts of one second's worth. What a request may look like at all, as the
 * length of a name, is no quota and always checked. Immutable.
 */
public enum Quota {
    /** 500 entries in a PutRecords call; otherwise {@code ValidationException}. */
    REQUEST_ENTRIES,
    /** 10 MiB in a PutRecords call, partition keys included; otherwise {@code InvalidArgumentException}. */
    REQUEST_BYTES,
    /** 1 MiB in a record, partition key included, or what UpdateMaxRecordSize made of it; otherwise {@code ValidationException}. */
    RECORD_BYTES,
    /** 1,000 records a second into a shard; otherwise {@code ProvisionedThroughputExceededException}. */
    WRITE_RECORDS,
    /** 1 MiB a second into a shard, partition keys included; otherwise {@code ProvisionedThroughputExceededException}. */
    WRITE_BYTES,
    /** 5 GetRecords calls a second on a shard; otherwise {@code ProvisionedThroughputExceededException}. */
    READ_CALLS,
    /**
     * 2 MiB a second out of a shard by GetRecords; an answer may be as large as 10 MiB, and then nobody reads the shard for
     * 5 seconds; otherwise {@code ProvisionedThroughputExceededException}.
     */
    READ_BYTES,
    /** 5 GetShardIterator calls a second on a shard; otherwise {@code ProvisionedThroughputExceededException}. */
    ITERATOR_CALLS,
    /** An iterator lives for 5 minutes; then {@code ExpiredIteratorException}. */
    ITERATOR_AGE,
    /** So many calls a second of each control operation, by account or by stream; otherwise {@code LimitExceededException}. */
    CONTROL_CALLS,
    /** UpdateShardCount goes to at most double and at least half the open shards; otherwise {@code InvalidArgumentException}. */
    SCALING_FACTOR,
    /** UpdateShardCount goes 10 times in 24 hours for a stream; otherwise {@code LimitExceededException}. */
    SCALINGS_PER_DAY,
    /** 20,000 open shards in an account, and 10,000 by UpdateShardCount in a stream; otherwise {@code LimitExceededException}. */
    SHARDS,
    /** 5 streams at a time in state CREATING; otherwise {@code LimitExceededException}. */
    STREAMS_IN_CREATION,
    /** 50 streams of mode ON_DEMAND; otherwise {@code LimitExceededException}. */
    ON_DEMAND_STREAMS,
    /** UpdateStreamMode goes twice in 24 hours for a stream; otherwise {@code LimitExceededException}. */
    MODE_CHANGES_PER_DAY,
    /** Encryption starts 25 times and stops 25 times in 24 hours for a stream; otherwise {@code LimitExceededException}. */
    ENCRYPTION_CHANGES_PER_DAY,
    /** 50 tags on a stream or a consumer; otherwise {@code InvalidArgumentException}. */
    TAGS,
    /** 20 registered consumers of a stream; otherwise {@code LimitExceededException}. */
    CONSUMERS,
    /** 5 consumers of a stream at a time in state CREATING; otherwise {@code LimitExceededException}. */
    CONSUMERS_IN_CREATION,
    /** 2 MiB a second to one consumer from one shard; more comes later. */
    FAN_OUT_BYTES,
    /** No SubscribeToShard within 5 seconds after a successful one of the same consumer to the same shard; otherwise {@code ResourceInUseException}. */
    SUBSCRIBE_CALLS,
    /** A subscription lives for 5 minutes; then it completes. */
    SUBSCRIPTION_AGE
}
