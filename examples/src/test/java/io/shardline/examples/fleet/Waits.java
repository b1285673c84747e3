package io.shardline.examples.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long records waited for their handlers: from when a record was there and the one before it of its shard was handled, until
 * it was handled. So gaps between what is put do not count, nor does the time that records before it took.
 *
 * <p>At a change of hands that is the pause of the shard: its next record is there, its last owner does nothing more with it, and
 * its next one does not yet. To be held against the waits of records that come to an idle shard while it stays with its owner, which
 * are the pace of the reads and what the machine adds. Confined to one thread.
 */
final class Waits {

    private static final double MILLIS = 1e3;

    private final List<Duration> atChanges = new ArrayList<>();
    private final List<Duration> otherwise = new ArrayList<>();

    /** @param handled in the order of time */
    static Waits of(List<Handled> handled, ArrivalTimes arrivals) {
        Waits waits = new Waits();
        Map<String, Handled> last = new HashMap<>();
        for (Handled record : handled) {
            Handled before = last.put(record.place().shard(), record);
            if (before != null) {
                Instant arrived = arrivals.of(record.place());
                boolean noneWaited = arrived.isAfter(before.at());
                Duration wait = Duration.between(noneWaited ? arrived : before.at(), record.at());
                if (!before.worker().equals(record.worker())) {
                    waits.atChanges.add(wait);
                } else if (noneWaited) { // those that come with it in a batch do not wait
                    waits.otherwise.add(wait);
                }
            }
        }
        waits.atChanges.sort(null);
        waits.otherwise.sort(null);
        return waits;
    }

    /** Median and longest, at changes of hands and otherwise. */
    @Override
    public String toString() {
        return "at " + atChanges.size() + " changes of hands " + figures(atChanges) + ", otherwise "
                + figures(otherwise);
    }

    private static String figures(List<Duration> waits) {
        return String.format(
                Locale.ROOT,
                "median %.2f s, longest %.2f s",
                waits.get(waits.size() / 2).toMillis() / MILLIS,
                waits.get(waits.size() - 1).toMillis() / MILLIS);
    }
}
