package io.shardline.producer.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts the unfinished records of a stream in the order in which they came, a few milliseconds' worth at a time: so that a flush ends exactly
 * when all before it are done, and the age of the oldest is known at once.
 *
 * <p>An epoch that is done leaves the chain, and leaves to the one before it what waits for both; so there are never more of
 * them than unfinished records. Confined to the loop.
 */
final class Epochs {

    /** Records that come within this time share an epoch. */
    static final long GRAIN_NANOS = Duration.ofMillis(10).toNanos();

    private final UnfinishedRecords ofAllStreams;
    private Epoch first = new Epoch(this);
    private Epoch current = first;
    private long ordinal = -1;
    private long knownOldestPutAt = Ticks.NEVER;

    Epochs(UnfinishedRecords ofAllStreams) {
        this.ofAllStreams = ofAllStreams;
    }

    /** The unfinished records of a short time, or between two flushes. */
    static final class Epoch {

        private final Epochs stream;
        private long oldestPutAt = Ticks.NEVER;
        private long outstanding;
        private final List<Runnable> whenDone = new ArrayList<>(0);
        private @Nullable Epoch previous;
        private @Nullable Epoch next;

        private Epoch(Epochs stream) {
            this.stream = stream;
        }

        /** Tells that the futures of {@code count} of its records have completed. */
        void finished(long count) {
            stream.finished(this, count);
        }
    }

    void enter(PendingRecord pending) {
        if (current.outstanding == 0) {
            current.oldestPutAt = pending.putAt;
        } else if (pending.putAt - current.oldestPutAt >= GRAIN_NANOS) {
            begin();
            current.oldestPutAt = pending.putAt;
        }
        current.oldestPutAt = Math.min(current.oldestPutAt, pending.putAt);
        current.outstanding++;
        pending.epoch = current;
        tellIfAged();
    }

    /** Runs an action once no record that has come so far is unfinished, perhaps now. */
    void whenDone(Runnable action) {
        Epoch last = current.outstanding > 0 ? current : current.previous;
        if (last == null) {
            action.run();
            return;
        }
        last.whenDone.add(action);
        if (last == current) {
            begin();
        }
    }

    private void finished(Epoch epoch, long count) {
        epoch.outstanding -= count;
        if (epoch.outstanding == 0 && epoch != current) {
            leave(epoch);
        }
        tellIfAged();
    }

    /** About when the oldest unfinished record was put; never if all are done. */
    long oldestPutAt() {
        return first.outstanding > 0 ? first.oldestPutAt : Ticks.NEVER;
    }

    private void tellIfAged() {
        if (oldestPutAt() != knownOldestPutAt) {
            ordinal = ordinal < 0 ? ofAllStreams.nextOrdinal() : ordinal;
            ofAllStreams.aged(this);
        }
    }

    /** The age that the order of all streams has been told of. */
    long knownOldestPutAt() {
        return knownOldestPutAt;
    }

    /** Only while this is in no order. */
    void noteOldestPutAt() {
        knownOldestPutAt = oldestPutAt();
    }

    long ordinal() {
        return ordinal;
    }

    private void begin() {
        Epoch epoch = new Epoch(this);
        epoch.previous = current;
        current.next = epoch;
        current = epoch;
    }

    private void leave(Epoch epoch) {
        Epoch next = epoch.next;
        if (next == null) {
            throw new IllegalStateException("the current epoch stays");
        }
        Epoch previous = epoch.previous;
        next.previous = previous;
        if (previous == null) {
            first = next;
            epoch.whenDone.forEach(Runnable::run);
        } else {
            previous.next = next;
            previous.whenDone.addAll(epoch.whenDone);
        }
    }
}
