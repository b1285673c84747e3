package io.shardline.consumer.internal.lease;

import com.google.common.hash.Hashing;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the other sessions, and marks dead the ones whose heartbeat stands still.
 *
 * <p>Each session watches the next few of a ring, so the cost does not grow with the fleet. A heartbeat counts from the
 * moment the <em>answer</em> arrived that first showed it. The mark is conditional on that heartbeat: it and a late
 * renewal meet on one row, and one of them fails. Confined to the consumer loop.
 */
public final class FleetWatch {

    private static final Logger log = LoggerFactory.getLogger(FleetWatch.class);

    /** How many of the following sessions on the ring each session watches. */
    private static final int NEIGHBOURS = 4;

    /** While somebody is suspected, everybody looks this many times as often. */
    private static final int CLOSER = 6;

    /** How long the row of a dead session is kept after its death was seen here. */
    private static final long KEPT_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final double JITTER = 0.03;

    private final SessionKeeper.Setting setting;
    private final EventLoop loop;
    private final Platform platform;
    private final Timing timing;
    private final SessionKeeper self;
    private final Listener listener;

    private final Map<String, Seen> alive = new TreeMap<>();
    private final Map<String, Death> dead = new LinkedHashMap<>();
    private final Set<String> missing = new LinkedHashSet<>();
    private Set<String> suspects = Set.of();
    private long revision = -1;
    private EventLoop.@Nullable Timer next;

    /** What the leases must know of the fleet. Called on the loop. */
    public interface Listener {

        /** A session is dead from now on. */
        void sessionDied(String session, boolean markedHere);

        /** The membership or the set of leases has changed. */
        void revisionMoved();
    }

    /** What was last seen of a session that lives. */
    private static final class Seen {
        private SessionRow row;
        private long firstSeen;
        private long lastRead;
        private EventLoop.@Nullable Timer judgement;
        private boolean marking;

        private Seen(SessionRow row, long now) {
            this.row = row;
            this.firstSeen = now;
            this.lastRead = now;
        }

        private void startOver(long now) {
            firstSeen = now;
            marking = false; // a mark under way is for a heartbeat that is history, or for a session of mine that is
            if (judgement != null) {
                judgement.cancel();
                judgement = null;
            }
        }
    }

    /** That a session is dead, who goes on for it, and since when that is known here. */
    private record Death(@Nullable String heir, long since) {}

    public FleetWatch(SessionKeeper.Setting setting, Timing timing, SessionKeeper self, Listener listener) {
        this.setting = setting;
        this.loop = setting.loop();
        this.platform = setting.platform();
        this.timing = timing;
        this.self = self;
        this.listener = listener;
    }

    /** Starts to watch, for a session that has just begun. */
    public void start(@Nullable String previous) {
        if (previous != null) {
            die(previous, self.id()); // over by our own clock, whatever its row still says
        }
        alive.values().forEach(seen -> seen.startOver(loop.nanoTime()));
        look(); // at once: a worker that may not look should know it when it starts
    }

    public void stop() {
        if (next != null) {
            next.cancel();
        }
        alive.values().forEach(seen -> seen.startOver(loop.nanoTime()));
    }

    /** The other sessions that live and take leases, as far as is known. */
    public Set<String> others() {
        Set<String> others = new LinkedHashSet<>();
        alive.forEach((session, seen) -> {
            if (!seen.row.leaving() && !self.isCurrent(session)) {
                others.add(session);
            }
        });
        return others;
    }

    public boolean isKnown(String session) {
        return alive.containsKey(session) || dead.containsKey(session);
    }

    /** Dead sessions whose leases are for anybody, or for this worker as their heir. */
    public Set<String> dead() {
        Set<String> free = new LinkedHashSet<>();
        dead.forEach((session, death) -> {
            if (!isLeftToHeir(death)) {
                free.add(session);
            }
        });
        return free;
    }

    /** Dead sessions that may be forgotten: for an hour no delayed message of theirs has been under way. */
    Set<String> longDead() {
        Set<String> old = new LinkedHashSet<>();
        dead.forEach((session, death) -> {
            if (loop.nanoTime() - death.since() >= KEPT_NANOS) {
                old.add(session);
            }
        });
        return old;
    }

    /** How long until some dead session's leases are no longer left to its heir, or -1. */
    public long nanosUntilFree() {
        long least = -1;
        for (Death death : dead.values()) {
            if (isLeftToHeir(death)) {
                long left = death.since() + timing.beatNanos() - loop.nanoTime();
                least = least < 0 ? Math.max(0, left) : Math.min(least, Math.max(0, left));
            }
        }
        return least;
    }

    /** Takes in all sessions of a scan, and forgets the dead that are no longer in the table. */
    public void observeAll(List<SessionRow> rows, Set<String> owners) {
        Set<String> listed = new LinkedHashSet<>();
        for (SessionRow row : rows) {
            listed.add(row.id());
            observe(row);
        }
        alive.keySet().stream()
                .filter(session -> !listed.contains(session) && !self.isCurrent(session))
                .toList()
                .forEach(this::lookFor);
        listed.addAll(owners); // a death is remembered for as long as a lease bears its name
        dead.keySet().retainAll(listed);
    }

    /** Takes in one row that was read just now. */
    public void observe(SessionRow row) {
        if (dead.containsKey(row.id())) {
            return; // death is final; an older read may still show it alive
        }
        if (!row.alive()) {
            die(row.id(), row.heir());
            listener.sessionDied(row.id(), false);
            return;
        }
        long now = loop.nanoTime();
        Seen seen = alive.get(row.id());
        if (seen == null) {
            alive.put(row.id(), new Seen(row, now));
        } else if (row.heartbeat() >= seen.row.heartbeat()) {
            boolean moved = row.heartbeat() > seen.row.heartbeat();
            boolean readTooSeldom = now - seen.lastRead > row.timing().judgeNanos() / 2;
            seen.row = row;
            seen.lastRead = now;
            if (moved || readTooSeldom) {
                seen.startOver(now);
            }
            if (moved && suspects.contains(row.id())) {
                clear(row.id());
            }
            suspect(seen, now);
        }
    }

    /**
     * Finds out about a session that owns a lease and is in no scan.
     *
     * <p>Absence is not death: a scan may have read the lease before, and the session after, both were written. Only two
     * consistent reads that are a judging time apart count.
     */
    public void lookFor(String session) {
        if (missing.add(session)) {
            readMissing(session, 1);
        }
    }

    private void readMissing(String session, int reads) {
        setting.calls()
                .read(
                        () -> setting.store().readSession(session),
                        row -> {
                            if (row.isPresent() || dead.containsKey(session)) {
                                missing.remove(session);
                                row.ifPresent(this::observe);
                            } else if (reads >= setting.rules().absencesThatCount()) {
                                missing.remove(session);
                                die(session, null);
                                listener.sessionDied(session, true);
                            } else {
                                loop.schedule(longestJudgeNanos(), () -> readMissing(session, reads + 1));
                            }
                        },
                        failure -> loop.schedule(timing.beatNanos(), () -> readMissing(session, reads)));
    }

    private long longestJudgeNanos() {
        return alive.values().stream()
                .mapToLong(seen -> seen.row.timing().judgeNanos())
                .reduce(timing.judgeNanos(), Math::max);
    }

    private void suspect(Seen seen, long now) {
        long judge = seen.row.timing().judgeNanos();
        String session = seen.row.id();
        boolean standing = now - seen.firstSeen >= judge / 2 && !self.isCurrent(session);
        if (standing && seen.judgement == null) {
            seen.judgement = loop.schedule(seen.firstSeen + judge - now, () -> judge(seen));
        }
        if (standing && !suspects.contains(session)) {
            setting.calls().hint(() -> setting.store().suspect(session, true));
        }
    }

    private void clear(String session) {
        setting.calls().hint(() -> setting.store().suspect(session, false));
    }

    private void judge(Seen seen) {
        SessionRow row = seen.row;
        seen.judgement = null;
        boolean readLately = loop.nanoTime() - seen.lastRead <= row.timing().judgeNanos() / 2;
        String me = self.id();
        if (me == null || !readLately || seen.marking || alive.get(row.id()) != seen) {
            return; // who has no session judges nobody, nor does who has not looked
        }
        seen.marking = true;
        setting.calls()
                .write(
                        setting.calls()
                                .first(
                                        () -> setting.store().markDead(row.id(), row.heartbeat(), me),
                                        () -> self.isCurrent(me)),
                        marked -> marked(row.id()),
                        found -> {
                            seen.marking = false;
                            if (found == null) {
                                lookFor(row.id());
                            } else {
                                observe(found);
                            }
                        });
    }

    private void marked(String session) {
        log.info("session={} marked dead: its heartbeat stood still", session);
        die(session, null);
        listener.sessionDied(session, true);
    }

    private void die(String session, @Nullable String heir) {
        Seen seen = alive.remove(session);
        if (seen != null) {
            seen.startOver(loop.nanoTime());
        }
        dead.putIfAbsent(session, new Death(heir, loop.nanoTime()));
        if (suspects.contains(session)) {
            clear(session);
        }
    }

    private boolean isLeftToHeir(Death death) {
        return death.heir() != null
                && !self.isCurrent(death.heir())
                && loop.nanoTime() - death.since() < timing.beatNanos();
    }

    /** Counts from the last sending: counted from its answer, a slow table would make every gap look like an outage. */
    private void scheduleNext(long lastSent) {
        if (next != null) {
            next.cancel();
        }
        long period = suspects.isEmpty() ? timing.beatNanos() : timing.beatNanos() / CLOSER;
        long jittered = (long) (period * (1 - JITTER * platform.random().nextDouble()));
        next = loop.schedule(lastSent + jittered - loop.nanoTime(), this::look);
    }

    private void look() {
        String me = self.id();
        if (me == null) {
            return; // starts again with the next session
        }
        if (next != null) {
            next.cancel();
        }
        long sent = loop.nanoTime();
        Set<String> watched = neighbours(me);
        watched.addAll(suspects);
        watched.remove(me);
        setting.calls()
                .readFirst(
                        () -> setting.store().watch(watched),
                        watch -> {
                            if (self.isCurrent(me)) {
                                try {
                                    seen(watch, watched);
                                } finally {
                                    scheduleNext(sent);
                                }
                            }
                        },
                        failure -> {
                            log.warn("watching the fleet failed", failure);
                            if (self.isCurrent(me)) {
                                scheduleNext(sent);
                            }
                        });
    }

    private void seen(LeaseStore.Watch watch, Set<String> watched) {
        suspects = watch.fleet().suspects();
        watch.sessions().forEach(this::observe);
        suspects.stream()
                .filter(session -> watched.contains(session) && !alive.containsKey(session))
                .forEach(this::clear);
        if (watch.fleet().revision() != revision) {
            revision = watch.fleet().revision();
            listener.revisionMoved();
        }
    }

    /** The next sessions on the ring after mine; all of them in a small fleet. */
    private Set<String> neighbours(String me) {
        List<String> ring = new ArrayList<>(alive.keySet());
        if (!ring.contains(me)) {
            ring.add(me);
        }
        ring.sort(Comparator.comparingLong(FleetWatch::place).thenComparing(Comparator.naturalOrder()));
        int mine = ring.indexOf(me);
        Set<String> following = new LinkedHashSet<>();
        for (int i = 1; i <= Math.min(NEIGHBOURS, ring.size() - 1); i++) {
            following.add(ring.get((mine + i) % ring.size()));
        }
        return following;
    }

    private static long place(String session) {
        return Hashing.murmur3_128().hashString(session, StandardCharsets.UTF_8).asLong();
    }

    /** For scans that follow a change: all workers see it at the same time and should not all scan at once. */
    static long spreadNanos(Platform platform) {
        return (long) (platform.random().nextDouble() * TimeUnit.MILLISECONDS.toNanos(500));
    }
}
