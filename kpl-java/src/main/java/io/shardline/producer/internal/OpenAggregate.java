package io.shardline.producer.internal;

import io.shardline.aggregation.AggregateBuilder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate that is being filled. A record that stays alone is not encoded, because it goes as it is.
 *
 * <p>Confined to the loop.
 */
final class OpenAggregate {

    private final Room expected;
    private final List<PendingRecord> records;

    /** Null while there is at most one record. */
    private @Nullable AggregateBuilder builder;

    private long cost;
    private long oldestPutAt = Ticks.NEVER;

    /** @param expected about what it will hold */
    OpenAggregate(Room expected) {
        this.expected = expected;
        this.records = new ArrayList<>(Math.max(1, expected.records()));
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
        int keys = builder == null ? records.size() : builder.partitionKeyCount();
        return new Room(Math.min(Room.MOST, records.size()), Math.min(Room.MOST, keys));
    }

    int count() {
        return records.size();
    }

    /** Bytes in a request, with the outer partition key. */
    int size() {
        return builder == null || records.size() == 1
                ? records.get(0).size()
                : builder.size() + RequestEntry.OUTER_PARTITION_KEY.length();
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

    /** Adds a record unless the aggregate would be larger than {@code maxBytes}; the first one in any case. */
    boolean tryAdd(PendingRecord pending, int maxBytes) {
        if (!records.isEmpty() && !builder().tryAdd(pending.entry, maxBytes)) {
            return false;
        }
        records.add(pending);
        cost += pending.cost();
        oldestPutAt = Math.min(oldestPutAt, pending.putAt);
        return true;
    }

    private AggregateBuilder builder() {
        AggregateBuilder present = builder;
        if (present == null) {
            present = AggregateBuilder.putAgainWhole(expected.records(), expected.keys());
            present.tryAdd(first().entry, Integer.MAX_VALUE);
            builder = present;
        }
        return present;
    }

    boolean hasKeyOf(PendingRecord pending) {
        return builder == null
                ? first().record.partitionKey().equals(pending.record.partitionKey())
                : builder.hasPartitionKey(pending.entry.partitionKey());
    }

    boolean contains(PendingRecord pending) {
        return records.contains(pending);
    }

    List<PendingRecord> records() {
        return records;
    }

    /** Ends the filling. Nothing may be added after this. */
    RequestEntry seal() {
        return builder == null || records.size() == 1
                ? RequestEntry.alone(records.get(0))
                : new RequestEntry(records, builder, size(), cost);
    }
}
