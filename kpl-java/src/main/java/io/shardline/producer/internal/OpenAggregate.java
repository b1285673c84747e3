package io.shardline.producer.internal;

import io.shardline.aggregation.AggregateBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * An aggregate that is being filled.
 *
 * <p>Confined to the loop.
 */
final class OpenAggregate {

    private final AggregateBuilder builder;
    private final List<PendingRecord> records;
    private long cost;
    private long oldestPutAt = Ticks.NEVER;

    /** @param expected about what it will hold */
    OpenAggregate(Room expected) {
        builder = AggregateBuilder.putAgainWhole(expected.records(), expected.keys());
        records = new ArrayList<>(expected.records());
    }

    /**
     * What an aggregate holds, for the next one to have room for as much from the beginning.
     *
     * <p>Immutable.
     */
    record Room(int records, int keys) {

        static final Room LITTLE = new Room(0, 0);

        /** Of more, the first ones must have come: what waits for one record may not take the memory of thousands. */
        private static final int MOST = 1_024;
    }

    Room room() {
        return new Room(Math.min(Room.MOST, records.size()), Math.min(Room.MOST, builder.partitionKeyCount()));
    }

    int count() {
        return records.size();
    }

    /** Bytes in a request, with the outer partition key. */
    int size() {
        return records.size() == 1 ? records.get(0).size() : builder.size() + RequestEntry.OUTER_PARTITION_KEY.length();
    }

    /** What the records take of the memory budget. */
    long cost() {
        return cost;
    }

    PendingRecord first() {
        return records.get(0);
    }

    /** When the oldest record was put; not always the first, because children take over the records of two parents. */
    long oldestPutAt() {
        return oldestPutAt;
    }

    /** Adds a record unless the aggregate would be larger than {@code maxBytes}. */
    boolean tryAdd(PendingRecord pending, int maxBytes) {
        if (!builder.tryAdd(pending.entry, maxBytes)) {
            return false;
        }
        records.add(pending);
        cost += pending.cost();
        oldestPutAt = Math.min(oldestPutAt, pending.putAt);
        return true;
    }

    boolean hasKeyOf(PendingRecord pending) {
        return builder.hasPartitionKey(pending.entry.partitionKey());
    }

    boolean contains(PendingRecord pending) {
        return records.contains(pending);
    }

    List<PendingRecord> records() {
        return records;
    }

    /** Ends the filling. Nothing may be added after this. */
    RequestEntry seal() {
        return records.size() == 1
                ? RequestEntry.alone(records.get(0))
                : new RequestEntry(records, builder, size(), cost);
    }
}
