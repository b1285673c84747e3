package io.shardline.consumer;

/**
 * The treatment of a user record whose hash key lies outside the shard that its aggregated record was read from.
 *
 * <p>Such entries arise when a shard is split while an aggregated record is being put: it is stored where its first entry belongs.
 * Producers that notice this put the entries again. Every drop is reported by {@link ConsumerEvent.EntriesDropped}, and logged once
 * for each tenure of a shard: at debug level if the producer is known to put the entries again, otherwise as a warning.
 */
public enum ForeignEntries {

    /**
     * Drops what its producer puts again, and delivers everything else. The default.
     *
     * <p>Shardline's producer marks its aggregated records, and puts a marked record again as a whole before it acknowledges any of it.
     * So a marked record with an entry outside is dropped as a whole, and a split makes no duplicates. A marked record whose partition
     * key is not {@code a} was copied from another stream, and is delivered. Without the mark, the partition key {@code a} shows that
     * KPL, or Shardline's producer before the mark, wrote the record: only the entries outside are dropped. Other producers use the
     * partition key of the first entry, so a record without the mark whose first entry itself has the key {@code a} may be theirs, and
     * is delivered as a whole.
     */
    AUTO,

    /** Delivers the entry. Nothing is lost; entries that were put again are duplicates. */
    DELIVER,

    /** Drops the entry alone, whatever the producer. */
    DROP,

    /** Drops the whole aggregated record, as KCL does. */
    DROP_AGGREGATE
}
