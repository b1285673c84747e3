package io.shardline.producer.internal;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Records in the order in which they are to be sent, and their bytes. Its limit is the memory budget.
 *
 * <p>Where there is no memory for more room, what is to be added is not added, and all others stay; nothing else here throws.
 * Confined to the loop.
 */
final class RecordQueue {

    private static final int MIN_ROOM = 16;

    /** A ring. */
    private @Nullable PendingRecord[] records = new PendingRecord[MIN_ROOM];

    private int first;
    private int count;
    private long bytes;
    private long cost;

    boolean isEmpty() {
        return count == 0;
    }

    boolean contains(PendingRecord pending) {
        for (int i = 0; i < count; i++) {
            if (records[place(i)] == pending) {
                return true;
            }
        }
        return false;
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
        return count == 0 ? null : records[first]; // spares the loop a look at the queue of each lane
    }

    void add(PendingRecord pending) {
        makeRoom(1);
        records[place(count)] = pending;
        counted(pending, 1);
    }

    /** Puts records before all others, in their order: all of them or none. */
    void addBefore(List<PendingRecord> earlier) {
        makeRoom(earlier.size());
        for (int i = earlier.size() - 1; i >= 0; i--) {
            PendingRecord pending = earlier.get(i);
            first = place(records.length - 1);
            records[first] = pending;
            counted(pending, 1);
        }
    }

    /** Removes the first. */
    PendingRecord remove() {
        PendingRecord removed = records[first];
        if (removed == null) {
            throw new IllegalStateException("the queue is empty");
        }
        records[first] = null;
        first = place(1);
        counted(removed, -1);
        return removed;
    }

    /** Adds all records to a list, in order, and keeps them. */
    void copyTo(List<PendingRecord> list) {
        for (int i = 0; i < count; i++) {
            PendingRecord pending = records[place(i)];
            if (pending != null) {
                list.add(pending);
            }
        }
    }

    void clear() {
        while (!isEmpty()) {
            remove();
        }
    }

    /** Has each taken over, in order. It leaves only then, so whatever throws, none is lost. */
    void handOver(Consumer<PendingRecord> successor) {
        PendingRecord next = peek();
        while (next != null) {
            successor.accept(next);
            remove();
            next = peek();
        }
    }

    /** Removes those whose outcome is decided. */
    void removeDecided() {
        for (int i = count; i > 0; i--) {
            PendingRecord next = remove();
            if (!next.isDecided) {
                records[place(count)] = next; // there is room, since it has just left
                counted(next, 1);
            }
        }
    }

    private void counted(PendingRecord pending, int sign) {
        count += sign;
        bytes += sign * (long) pending.size();
        cost += sign * pending.cost();
    }

    private int place(int index) {
        return (first + index) & (records.length - 1);
    }

    private void makeRoom(int more) {
        int needed = Math.addExact(count, more);
        if (needed > records.length) {
            int room = Integer.highestOneBit(needed - 1) << 1;
            @Nullable PendingRecord[] larger = new PendingRecord[room];
            for (int i = 0; i < count; i++) {
                larger[i] = records[place(i)];
            }
            records = larger;
            first = 0;
        }
    }
}
