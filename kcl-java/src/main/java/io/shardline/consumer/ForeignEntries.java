package io.shardline.consumer;

/**
 * What becomes of a user record whose hash key lies outside the shard that its aggregated record was read from.
 *
 * <p>Such entries arise when a shard is split while an aggregate is under way: it is stored where its first entry
 * belongs. Producers that notice put them again. Whatever is dropped, the event {@link ConsumerEvent.EntriesDropped} tells each
 * time, and the log once for each shard that is held: at debug level what its producer surely puts again, else as a warning.
 */
public enum ForeignEntries {

    /**
     * Drop what its producer puts again, deliver everything else. The default.
     *
     * <p>Shardline's producer marks its aggregated records: it puts such a record again as a whole, before it acknowledges any of
     * it. So a marked one with an entry that lies outside is dropped as a whole, and a split makes no duplicates; the same under another
     * partition key than {@code a} was copied from another stream, and is delivered. KPL, and
     * Shardline's producer before the mark, are known by the partition key {@code a} of their aggregated records: of theirs the
     * entries outside are dropped alone. Other producers use the first entry's partition key, so an aggregated record without the
     * mark whose first entry itself has the key {@code a} may be theirs, and all of it is delivered.
     */
    AUTO,

    /** Deliver it. Nothing is lost; entries that were put again are duplicates. */
    DELIVER,

    /** Drop the entry alone, whatever the producer. */
    DROP,

    /** Drop the whole aggregated record, as KCL does. */
    DROP_AGGREGATE
}
