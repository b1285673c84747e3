package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;

/**
 * Leases whose rows cannot be written, so that no worker can act on them until the rows are mended (rule 29 of the lease
 * protocol).
 *
 * <p>They are tried again five minutes after the last refusal, and named once for as long as the row stays as it is. Confined to the
 * consumer loop.
 */
public final class SetAside {

    private static final Logger log = Logs.of(SetAside.class);

    static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final EventLoop loop;
    private final BiConsumer<String, String> told;
    private final Runnable again;
    private final Map<String, Entry> entries = new TreeMap<>();

    /** Those that are tried again, until they are refused again or have not been for as long as they were left alone. */
    private final Map<String, Entry> tried = new TreeMap<>();

    /** Why a lease is set aside, and its row as it is. */
    private record Entry(String why, Lease row, EventLoop.Timer timer) {}

    /**
     * @param told gets the key of each, and why, once for each state of its row
     * @param again has somebody look at what is to be tried again
     */
    SetAside(EventLoop loop, BiConsumer<String, String> told, Runnable again) {
        this.loop = loop;
        this.told = told;
        this.again = again;
    }

    /** @param row as it is, since it cannot be written */
    void add(Lease row, RowTooLargeException cause) {
        String key = row.key();
        String why = String.valueOf(cause.getMessage());
        Entry before = entries.containsKey(key) ? entries.remove(key) : tried.remove(key);
        if (before != null) {
            before.timer().cancel();
        }
        entries.put(key, new Entry(why, row, loop.schedule(AGAIN_NANOS, () -> tryAgain(key))));
        if (before == null || before.row().counter() != row.counter()) {
            log.error("{}, as its lease cannot be written: {}", consequence(key), why);
            told.accept(key, why);
        }
    }

    private void tryAgain(String key) {
        Entry entry = entries.remove(key);
        if (entry != null) {
            EventLoop.Timer forgets = loop.schedule(AGAIN_NANOS, () -> tried.remove(key));
            tried.put(key, new Entry(entry.why(), entry.row(), forgets));
            again.run();
        }
    }

    boolean contains(String key) {
        return entries.containsKey(key);
    }

    /** How many of the rows bear the session's name: to those who plan it holds them. */
    int borneBy(String session) {
        return (int) entries.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(Lease.PLANNER))
                .filter(entry -> entry.getValue().row().isOwnedBy(session))
                .count();
    }

    /** What it means that nobody can act on a lease. */
    public static String consequence(String key) {
        return key.equals(Lease.PLANNER) ? "nobody plans for the fleet" : "shard " + key + " is read by nobody";
    }

    /** Why, by key. */
    public ImmutableMap<String, String> reasons() {
        return ImmutableMap.copyOf(Maps.transformValues(entries, Entry::why));
    }
}
