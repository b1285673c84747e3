package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.internal.lease.KnownFleet.KnownSession;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The watch over other sessions, which marks dead those whose heartbeat stands still (rules 6 to 9, 19 and 20 of the lease
 * protocol).
 *
 * <p>Each session watches the next few of a ring, so the cost does not grow with the fleet. A heartbeat counts from the
 * moment the <em>answer</em> arrived that first showed it. The mark is conditional on that heartbeat: it and a late
 * renewal meet on one row, and one of them fails. Confined to the consumer loop.
 */
public final class FleetWatch {

    private static final Logger log = Logs.of(FleetWatch.class);

    /** How many of the following sessions on the ring each session watches. */
    private static final int NEIGHBOURS = 4;

    /** As that in a large fleet, where reading them is a good part of the bill; so many die at once that others notice. */
    static final int NEIGHBOURS_IF_PLANNED = 2;

    /** How many of the following sessions are remembered in a large fleet, of which nobody but the planner sees all. */
    private static final int MOST_REMEMBERED = 32;

    /** While somebody is suspected, everybody looks this many times as often. */
    private static final int CLOSER = 6;

    private static final double JITTER = 0.03;

    private final SessionKeeper.Setting setting;
    private final EventLoop loop;
    private final Platform platform;
    private final Timing timing;
    private final SessionKeeper self;
    private final Listener listener;

    private final Map<String, Seen> alive = new TreeMap<>();
    private final DeadSessions dead;
    private final Set<String> missing = new LinkedHashSet<>();
    private Set<String> suspects = Set.of();
    private long revision = -1;
    private boolean planned;
    private boolean planning;
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

    public FleetWatch(SessionKeeper.Setting setting, Timing timing, SessionKeeper self, Listener listener) {
        this.setting = setting;
        this.loop = setting.loop();
        this.platform = setting.platform();
        this.timing = timing;
        this.self = self;
        this.listener = listener;
        this.dead = new DeadSessions(loop, self, timing.beatNanos());
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

    /** Takes in the fleet row as a call has shown it. */
    void observe(FleetRow fleet) {
        planned = fleet.planned();
        suspects = planned ? ImmutableSet.of() : fleet.suspects(); // too many would read them
    }

    /** Whether one session plans for all. */
    boolean isPlanned() {
        return planned;
    }

    /** Whether that session is this one, which looks more often: the others wait for it. */
    void plans(boolean forAll) {
        planning = forAll;
        if (forAll) {
            scheduleNext(loop.nanoTime());
        }
    }

    /** All that live, in the order in which they watch each other. */
    Ring ring() {
        String me = self.id();
        Set<String> all = new TreeSet<>(alive.keySet());
        if (me != null) {
            all.add(me);
        }
        return new Ring(all);
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

    /** The same with all that was last seen of them, and those who are leaving. */
    ImmutableList<KnownSession> known() {
        return alive.values().stream()
                .filter(seen -> !self.isCurrent(seen.row.id()))
                .map(seen -> new KnownSession(seen.row, seen.lastRead))
                .collect(ImmutableList.toImmutableList());
    }

    public boolean isKnown(String session) {
        return alive.containsKey(session) || dead.contains(session);
    }

    /** Whether a session is among {@link #dead()}. */
    boolean isFreedByDeath(String session) {
        return dead.isFree(session);
    }

    /** Dead sessions whose leases are for anybody, or for this worker as their heir. */
    public Set<String> dead() {
        return dead.free();
    }

    /** Dead sessions whose rows may be deleted. */
    Set<String> longDead() {
        return dead.longDead();
    }

    /** How long until some dead session's leases are no longer left to its heir, or -1. */
    public long nanosUntilFree() {
        return dead.nanosUntilFree();
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
        dead.retainAll(listed);
    }

    /** Takes in one row that was read just now. */
    public void observe(SessionRow row) {
        if (dead.contains(row.id())) {
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
     * consistent reads that are a judging time apart count. What another program owns moves with every write of it: there they
     * must be a lease duration apart, which is that program's failover time.
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
                            if (row.isPresent() || dead.contains(session)) {
                                missing.remove(session);
                                row.ifPresent(this::observe);
                            } else if (reads >= setting.rules().absencesThatCount()) {
                                missing.remove(session);
                                die(session, null);
                                listener.sessionDied(session, true);
                            } else {
                                long apart = SessionRow.isSession(session) ? longestJudgeNanos() : timing.leaseNanos();
                                loop.schedule(apart, () -> readMissing(session, reads + 1));
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
        if (standing && !planned && !suspects.contains(session)) {
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
        dead.add(session, heir);
        if (suspects.contains(session)) {
            clear(session);
        }
    }

    /** Counts from the last sending: counted from its answer, a slow table would make every gap look like an outage. */
    private void scheduleNext(long lastSent) {
        if (next != null) {
            next.cancel();
        }
        long period = suspects.isEmpty() && !planning ? timing.beatNanos() : timing.beatNanos() / CLOSER;
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
        observe(watch.fleet());
        Set<String> absent = new LinkedHashSet<>(watched);
        watch.sessions().forEach(row -> {
            absent.remove(row.id());
            observe(row);
        });
        absent.forEach(this::absent);
        suspects.stream()
                .filter(session -> watched.contains(session) && !alive.containsKey(session))
                .forEach(this::clear);
        if (watch.fleet().revision() != revision) {
            revision = watch.fleet().revision();
            listener.revisionMoved();
        }
    }

    /** Where each plans for itself a scan finds that out. */
    private void absent(String session) {
        if (planned && alive.containsKey(session)) {
            lookFor(session);
        }
    }

    /** The next sessions on the ring after mine; all of them in a small fleet. */
    private Set<String> neighbours(String me) {
        Ring ring = ring();
        if (planned && !planning && alive.size() > MOST_REMEMBERED) {
            forgetAllBut(ring.following(me, MOST_REMEMBERED));
        }
        return new LinkedHashSet<>(ring.following(me, planned ? NEIGHBOURS_IF_PLANNED : NEIGHBOURS));
    }

    private void forgetAllBut(Collection<String> near) {
        alive.forEach((session, seen) -> {
            if (!near.contains(session)) {
                seen.startOver(loop.nanoTime());
            }
        });
        alive.keySet().retainAll(near);
        dead.forgetLongDead();
    }
}
