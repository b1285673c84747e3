package io.shardline.producer.internal;

import java.util.ArrayDeque;

/**
 * Counts unfinished records between one flush and the next, so that a flush ends exactly when all before it are done.
 *
 * <p>Confined to the loop.
 */
final class FlushEpochs {

    private final ArrayDeque<Epoch> unfinished = new ArrayDeque<>();
    private Epoch current = new Epoch();

    /** The records between two flushes. */
    static final class Epoch {

        private long outstanding;
        private boolean closed;
        private Runnable whenDone = () -> {};
    }

    void enter(PendingRecord pending) {
        pending.epoch = current;
        current.outstanding++;
    }

    /** Ends the epoch. {@code whenDone} runs once, as soon as no record up to here is unfinished, perhaps now. */
    void close(Runnable whenDone) {
        current.closed = true;
        current.whenDone = whenDone;
        unfinished.add(current);
        current = new Epoch();
        endFinished();
    }

    /** Tells that the futures of {@code count} records of an epoch have completed. */
    void finished(Epoch epoch, long count) {
        epoch.outstanding -= count;
        if (epoch.closed && epoch.outstanding == 0) {
            endFinished();
        }
    }

    private void endFinished() {
        Epoch first = unfinished.peek();
        while (first != null && first.outstanding == 0) {
            unfinished.remove();
            first.whenDone.run();
            first = unfinished.peek();
        }
    }
}
