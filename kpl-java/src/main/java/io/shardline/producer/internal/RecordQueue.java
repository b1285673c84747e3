package io.shardline.producer.internal;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records in the order in which they are to be sent, and their bytes. Its limit is the memory budget.
 *
 * <p>Confined to the loop.
 */
final class RecordQueue {

    private final ArrayDeque<PendingRecord> records = new ArrayDeque<>();

    /** Kept here to spare the loop a look at the queue of each lane. */
    private int count;

    private long bytes;
    private long cost;

    boolean isEmpty() {
        return count == 0;
    }

    boolean contains(PendingRecord pending) {
        return records.contains(pending);
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    /** What the records take of the memory budget. */
    long cost() {
        return cost;
    }

    @Nullable
    PendingRecord peek() {
        return count == 0 ? null : records.peekFirst();
    }

    void add(PendingRecord pending) {
        records.addLast(pending);
        count++;
        bytes += pending.size();
        cost += pending.cost();
    }

    /** Puts records before all others, in their order. */
    void addBefore(List<PendingRecord> earlier) {
        for (int i = earlier.size() - 1; i >= 0; i--) {
            PendingRecord pending = earlier.get(i);
            records.addFirst(pending);
            count++;
            bytes += pending.size();
            cost += pending.cost();
        }
    }

    PendingRecord remove() {
        PendingRecord first = records.removeFirst();
        count--;
        bytes -= first.size();
        cost -= first.cost();
        return first;
    }

    List<PendingRecord> removeAll() {
        List<PendingRecord> all = List.copyOf(records);
        records.clear();
        count = 0;
        bytes = 0;
        cost = 0;
        return all;
    }
}
