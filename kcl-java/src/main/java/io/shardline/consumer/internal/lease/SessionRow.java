package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One life of a worker in the lease table: born ALIVE, renewed by its owner alone, one day DEAD and never anything else.
 *
 * <p>Immutable.
 *
 * @param id {@code <workerId>@<64 random bits>}, made new at every join and never used again
 * @param worker whose life it is
 * @param alive false once the session is marked dead
 * @param leaving whether it lets its leases go and takes no more; a hint, which others heed when they see it
 * @param heartbeat 0 at creation, one more at each renewal
 * @param timing how it may be judged; watchers use this and not their own configuration
 * @param leases how many leases it holds, a hint for planners
 * @param asks who asks it for how many leases
 * @param inbox leases that bear its name or soon will, with their counters; in a large fleet also whom it is to watch
 * @param heir on a session that ended itself: the one that goes on, if any
 * @param pressure of the streams that the worker reads automatically, by {@link ReadPressure#keyOf}; those that are shortest of
 *     throughput where there are many, null if there are none
 */
public record SessionRow(
        String id,
        Worker worker,
        boolean alive,
        boolean leaving,
        long heartbeat,
        Timing timing,
        int leases,
        ImmutableMap<String, Integer> asks,
        ImmutableMap<String, Long> inbox,
        @Nullable String heir,
        @Nullable ImmutableMap<String, ReadPressure> pressure) {

    /** Most entries that {@code asks} and {@code inbox} take, so that a row stays below 1 KB. */
    public static final int MAX_HINTS = 8;

    /** Of how many streams a row tells the pressure, so that it stays below 1 KB. */
    public static final int MAX_PRESSURES = 4;

    /** The inbox key that says: too many to name, scan. */
    public static final String SCAN = "*";

    /** The inbox key that says: what was free and is this session's share it holds by now. Told once by each planner. */
    static final String SHARE = "share";

    private static final String NEIGHBOUR = "worker/";

    private static final Pattern SESSION_ID = Pattern.compile(".*@[0-9a-z]+", Pattern.DOTALL);

    /** The inbox key that names a session to be watched. */
    static String noticeOf(String session) {
        return NEIGHBOUR + session;
    }

    /** The session that an inbox key tells to watch, or null if it says something else. */
    static @Nullable String neighbourIn(String inboxKey) {
        return inboxKey.startsWith(NEIGHBOUR) ? inboxKey.substring(NEIGHBOUR.length()) : null;
    }

    /** The session of a worker that reads nothing automatically. */
    public SessionRow(
            String id,
            Worker worker,
            boolean alive,
            boolean leaving,
            long heartbeat,
            Timing timing,
            int leases,
            ImmutableMap<String, Integer> asks,
            ImmutableMap<String, Long> inbox,
            @Nullable String heir) {
        this(id, worker, alive, leaving, heartbeat, timing, leases, asks, inbox, heir, null);
    }

    /** A session before its first renewal. */
    public static SessionRow created(String id, Worker worker, Timing timing) {
        return new SessionRow(id, worker, true, false, 0, timing, 0, ImmutableMap.of(), ImmutableMap.of(), null);
    }

    /**
     * What a renewal writes besides the heartbeat: the hints, and the requests that were read and need not come back.
     *
     * @param asksRead with their numbers: a request that was repeated with another one is not read yet, and the renewal is refused
     * @param inboxRead the same of notices
     * @param pressure what {@link SessionRow#pressure} becomes, or null to leave it as it is
     */
    public record Renewal(
            int leases,
            boolean leaving,
            ImmutableMap<String, Integer> asksRead,
            ImmutableMap<String, Long> inboxRead,
            @Nullable ImmutableMap<String, ReadPressure> pressure) {

        /** Of a worker that reads nothing automatically. */
        public Renewal(
                int leases,
                boolean leaving,
                ImmutableMap<String, Integer> asksRead,
                ImmutableMap<String, Long> inboxRead) {
            this(leases, leaving, asksRead, inboxRead, null);
        }

        /** The same without what was read, which no request can stand in the way of. */
        Renewal readingNothing() {
            return new Renewal(leases, leaving, ImmutableMap.of(), ImmutableMap.of(), pressure);
        }
    }

    /** Whether an owner's name is that of a session; other programs' workers appear under names of another shape. */
    static boolean isSession(String owner) {
        return SESSION_ID.matcher(owner).matches();
    }

    /** Whether all that a renewal removes is as it was read. */
    boolean hasAsRead(Renewal renewal) {
        return asks.entrySet().containsAll(renewal.asksRead().entrySet())
                && inbox.entrySet().containsAll(renewal.inboxRead().entrySet());
    }

    SessionRow renewed(Renewal renewal) {
        return new SessionRow(
                id,
                worker,
                alive,
                renewal.leaving(),
                heartbeat + 1,
                timing,
                renewal.leases(),
                without(asks, renewal.asksRead().keySet()),
                without(inbox, renewal.inboxRead().keySet()),
                heir,
                renewal.pressure() == null ? pressure : renewal.pressure());
    }

    SessionRow dead(@Nullable String goesOnAs) {
        return new SessionRow(
                id,
                worker,
                false,
                leaving,
                heartbeat,
                timing,
                leases,
                ImmutableMap.of(),
                ImmutableMap.of(),
                goesOnAs,
                pressure);
    }

    SessionRow asked(String asker, int count) {
        return new SessionRow(
                id, worker, alive, leaving, heartbeat, timing, leases, with(asks, asker, count), inbox, heir, pressure);
    }

    SessionRow notified(String leaseKey, long counter) {
        String key = inbox.size() < MAX_HINTS || inbox.containsKey(leaseKey) ? leaseKey : SCAN;
        return new SessionRow(
                id, worker, alive, leaving, heartbeat, timing, leases, asks, with(inbox, key, counter), heir, pressure);
    }

    private static <V> ImmutableMap<String, V> with(ImmutableMap<String, V> map, String key, V value) {
        Map<String, V> changed = new LinkedHashMap<>(map);
        changed.put(key, value);
        return ImmutableMap.copyOf(changed);
    }

    private static <V> ImmutableMap<String, V> without(ImmutableMap<String, V> map, Set<String> keys) {
        Map<String, V> changed = new LinkedHashMap<>(map);
        changed.keySet().removeAll(keys);
        return ImmutableMap.copyOf(changed);
    }
}
