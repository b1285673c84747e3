package io.shardline.producer.internal;

import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * The unfinished records of all streams: when all are done, and how old the oldest is.
 *
 * <p>Confined to the loop.
 */
final class UnfinishedRecords {

    private static final Comparator<Epochs> OLDEST_FIRST =
            Comparator.<Epochs>comparingLong(Epochs::knownOldestPutAt).thenComparingLong(Epochs::ordinal);

    /** Of the streams that have any. */
    private final TreeSet<Epochs> byAge = new TreeSet<>(OLDEST_FIRST);

    private long ordinals;

    /** Makes ties come out the same in every run. */
    long nextOrdinal() {
        return ordinals++;
    }

    /** To be called when the age of a stream's oldest record has changed. */
    void aged(Epochs stream) {
        if (stream.knownOldestPutAt() != Ticks.NEVER) {
            byAge.remove(stream);
        }
        stream.noteOldestPutAt();
        if (stream.knownOldestPutAt() != Ticks.NEVER) {
            byAge.add(stream);
        }
    }

    /** About when the oldest was put; never if there is none. */
    long oldestPutAt() {
        return byAge.isEmpty() ? Ticks.NEVER : byAge.first().knownOldestPutAt();
    }

    /** Runs an action once no record that has come so far is unfinished, perhaps now. */
    void whenDone(Runnable action) {
        whenDone(List.copyOf(byAge), action);
    }

    /** As above, for some streams. */
    static void whenDone(List<Epochs> streams, Runnable action) {
        if (streams.isEmpty()) {
            action.run();
            return;
        }
        int[] left = {streams.size()};
        for (Epochs stream : streams) {
            stream.whenDone(() -> {
                left[0]--;
                if (left[0] == 0) {
                    action.run();
                }
            });
        }
    }
}
