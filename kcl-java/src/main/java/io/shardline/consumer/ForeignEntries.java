package io.shardline.consumer;

/**
 * What becomes of a user record whose hash key lies outside the shard that its aggregated record was read from.
 *
 * <p>Such entries arise when a shard is split while an aggregate is under way: it is stored where its first entry
 * belongs. Producers that notice put them again.
 */
public enum ForeignEntries {

    /**
     * Drop the entry if the producer is one that puts it again, deliver it otherwise. The default.
     *
     * <p>KPL and Shardline's producer do, and are known by the partition key {@code a} of their aggregated records.
     */
    AUTO,

    /** Deliver it. Nothing is lost; entries that were put again are duplicates. */
    DELIVER,

    /** Drop the entry alone. */
    DROP,

    /** Drop the whole aggregated record, as KCL does. */
    DROP_AGGREGATE
}
