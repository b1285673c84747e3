package io.shardline.producer.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * The aggregates that a lane fills for its next load.
 *
 * <p>If there is an order to keep, a partition key is in one of them only: the service may refuse any of them and store
 * the others. Confined to the loop.
 */
final class NextLoad {

    /** A record's key is looked for in all of them. */
    private static final int MOST_AGGREGATES = 8;

    /** Of all together, if there are several; what one may have by default. */
    private static final int MOST_BYTES = 256 * 1024;

    private final ProducerSettings settings;

    /** Full ones, and at the end the one that is being filled. */
    private final List<OpenAggregate> aggregates = new ArrayList<>(1);

    private int count;

    /** What the last aggregate held that was taken. */
    private OpenAggregate.Room expected = OpenAggregate.Room.LITTLE;

    NextLoad(ProducerSettings settings) {
        this.settings = settings;
    }

    boolean contains(PendingRecord pending) {
        return aggregates.stream().anyMatch(each -> each.contains(pending));
    }

    boolean isEmpty() {
        return aggregates.isEmpty();
    }

    /** How many records it has. */
    int count() {
        return count;
    }

    int aggregates() {
        return aggregates.size();
    }

    /** Bytes in a request, with the outer partition keys. */
    int size() {
        int size = 0;
        for (OpenAggregate each : aggregates) {
            size += each.size();
        }
        return size;
    }

    /** What the records take of the memory budget. */
    long cost() {
        long cost = 0;
        for (OpenAggregate each : aggregates) {
            cost += each.cost();
        }
        return cost;
    }

    OpenAggregate first() {
        return aggregates.get(0);
    }

    /** When the oldest record was put; not always the first, because children take over the records of two parents. */
    long oldestPutAt() {
        long oldest = Ticks.NEVER;
        for (OpenAggregate each : aggregates) {
            oldest = Math.min(oldest, each.oldestPutAt());
        }
        return oldest;
    }

    OpenAggregate last() {
        return aggregates.get(aggregates.size() - 1);
    }

    /** Whether the first aggregate grows no more. */
    boolean isFull(int aggregateLimit) {
        return aggregates.size() > 1 || isLastFull(aggregateLimit);
    }

    /** Whether the last aggregate is as large as it may be. */
    boolean isLastFull(int aggregateLimit) {
        return last().size() >= aggregateLimit || last().count() >= settings.maxAggregateCount();
    }

    /**
     * Adds a record to the last aggregate, or to a new one if it does not fit there and aggregates may not be larger.
     *
     * @param aggregateLimit how large an aggregate may be now, in bytes with the outer partition key
     * @return false if there is no room, or an earlier aggregate has the record's key
     */
    boolean tryAdd(PendingRecord pending, int aggregateLimit) {
        int last = aggregates.size() - 1;
        if (isKeyInFirst(last, pending)) {
            return false;
        }
        if (last >= 0 && addTo(aggregates.get(last), pending, aggregateLimit)) {
            return true;
        }
        if (last >= 0 && (!mayBeginAnother(aggregateLimit) || isKeyInFirst(last + 1, pending))) {
            return false;
        }
        OpenAggregate another = new OpenAggregate(expected);
        if (!addTo(another, pending, aggregateLimit)) {
            return false;
        }
        aggregates.add(another); // with its first record in, so that none is ever empty
        return true;
    }

    private boolean addTo(OpenAggregate aggregate, PendingRecord pending, int aggregateLimit) {
        boolean added = aggregate.count() < settings.maxAggregateCount()
                && aggregate.tryAdd(pending, aggregateLimit - RequestEntry.OUTER_PARTITION_KEY.length());
        count += added ? 1 : 0;
        return added;
    }

    private boolean mayBeginAnother(int aggregateLimit) {
        return aggregateLimit == settings.busyAggregate()
                && aggregates.size() < MOST_AGGREGATES
                && size() + settings.busyAggregate() <= MOST_BYTES;
    }

    /** Whether one of the first {@code number} aggregates has the record's key, and that matters. */
    private boolean isKeyInFirst(int number, PendingRecord pending) {
        for (int i = 0; i < number && settings.ordered(); i++) {
            if (aggregates.get(i).hasKeyOf(pending)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Takes aggregates from the front: one, and more as far as the limits let. Each leaves when its entry is in the list.
     *
     * @param taken an empty list
     * @param withLast whether the last one is to go, too, if it is not the only one
     */
    void take(List<RequestEntry> taken, int mostEntries, long mostBytes, boolean withLast) {
        int kept = withLast ? 0 : 1;
        long room = mostBytes;
        while (!isEmpty()
                && (taken.isEmpty()
                        || (aggregates.size() > kept && taken.size() < mostEntries && first().size() <= room))) {
            OpenAggregate next = first();
            expected = next.room();
            taken.add(next.seal());
            room -= next.size();
            count -= next.count();
            aggregates.remove(0);
        }
    }

    /** All records, in order. */
    List<PendingRecord> records() {
        List<PendingRecord> all = new ArrayList<>(count);
        aggregates.forEach(each -> all.addAll(each.records()));
        return all;
    }

    void clear() {
        aggregates.clear();
        count = 0;
    }
}
