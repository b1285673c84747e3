package io.shardline.consumer;

/**
 * What becomes of a user record whose hash key lies outside the shard that its aggregated record was read from.
 *
 * <p>Such entries arise when a shard is split while an aggregate is under way: it is stored where its first entry
 * belongs. Producers that notice put them again. Whatever is dropped, the log says so once for each shard that is held, and
 * the event {@link ConsumerEvent.EntriesDropped} each time.
 */
public enum ForeignEntries {

    /**
     * Drop the entry if the producer is one that puts it again, deliver it otherwise. The default.
     *
     * <p>KPL and Shardline's producer do, and are known by the partition key {@code a} of their aggregated records. Other
     * producers use the first entry's partition key, so an aggregated record whose first entry itself has the key {@code a}
     * may be theirs, and all of it is delivered.
     */
    AUTO,

    /** Deliver it. Nothing is lost; entries that were put again are duplicates. */
    DELIVER,

    /** Drop the entry alone. */
    DROP,

    /** Drop the whole aggregated record, as KCL does. */
    DROP_AGGREGATE
}
