package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.internal.lease.ScanSchedule.Due;
import io.shardline.runtime.internal.Logs;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;

/**
 * The reading of the whole lease table when there is a reason to, and of what comes of it: a plan, which it has carried out
 * (rules 18, 21 and 22 of the lease protocol).
 *
 * <p>Confined to the consumer loop.
 */
final class FleetScan implements LargeFleet.Owner, SmallFleet.Owner {

    private static final Logger log = Logs.of(FleetScan.class);

    /** All workers see a change at the same time, and should not all scan at once. */
    static final long SPREAD_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /**
     * The time between two scans of a worker, for each that lives: together they scan at most forty times a second. In a
     * fleet of a hundred many changes come at once, and everybody sees each.
     */
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    /** In a fleet up to this size nobody waits: its scans are few and small. */
    private static final int MOST_WITHOUT_PACE = 10;

    private final SessionKeeper.Setting setting;
    private final Timing timing;
    private final SessionKeeper session;
    private final FleetWatch fleet;
    private final Follower follower;
    private final SmallFleet small;
    private final LargeFleet large;

    private final TableView seen;
    private final Announcements announcements;
    private final ScanSchedule schedule;
    private boolean rootsLeased;
    private boolean stopped;
    private long unplaced;

    /** What comes of a scan. Called on the loop. */
    interface Follower {

        /** Is told of scans and plans. */
        LeaseListener listener();

        /** Keys of leases that are held. */
        Set<String> heldKeys();

        /** Leases whose rows cannot be written, so that there is nothing to plan. */
        SetAside setAside();

        /** The plan says so. */
        void take(Lease lease);

        /** The application does not read its stream any more. */
        void release(String key);
    }

    FleetScan(
            SessionKeeper.Setting setting, Timing timing, SessionKeeper session, FleetWatch fleet, Follower follower) {
        this.setting = setting;
        this.timing = timing;
        this.session = session;
        this.fleet = fleet;
        this.follower = follower;
        this.seen = new TableView(setting.loop());
        this.schedule = new ScanSchedule(setting, this::scan, this::scanned);
        this.announcements = new Announcements(setting, fleet);
        this.small = new SmallFleet(setting, timing, schedule, this);
        this.large = new LargeFleet(setting, timing, session, fleet, this);
    }

    /** Whether there is something to plan here: for itself, as all do in a small fleet, or for all. */
    boolean plansHere() {
        return !fleet.isPlanned() || large.isPlannedHere();
    }

    /** Every root of the stream has a lease, so others may rely on that once this session plans for them. */
    void rootsAreLeased() {
        rootsLeased = true;
    }

    /** Begins for a session that has just started. */
    void start() {
        announcements.tell(() -> {
            if (!plansHere()) {
                large.seekPlanner(); // that who planned lives is only known by looking
            }
            scan();
        });
        schedule.periodically(() -> {
            plannerGone();
            scan();
        });
    }

    /** Ends with the session; {@link #start} begins anew. */
    void pause() {
        schedule.cancel();
        large.drop();
    }

    /** Ends for good. */
    void stop() {
        stopped = true;
        pause();
    }

    /** Tells the fleet that there are leases to take, and then takes what nobody else takes. */
    void announceNewLeases() {
        announcements.tellTogether(() -> {
            small.onDuty();
            scan();
        });
    }

    /** Tells the others soon, also when this worker is leaving. */
    @Override
    public void announceSoon() {
        announcements.tellSoon();
    }

    /** The fleet's revision has moved: everybody sees that at the same time, and should not scan at once. */
    void revisionMoved() {
        schedule.once(Due.REVISION, spreadNanos(), this::scan);
    }

    /** There is something to plan, for whoever plans. */
    void needsPlan() {
        if (plansHere()) {
            scan();
        } else {
            announceSoon();
        }
    }

    /** What was planned to be taken is another's by now, perhaps more than his share: who has too little must ask. */
    void planWasOvertaken() {
        schedule.once(Due.ASKED, 2 * timing.beatNanos(), this::scan);
    }

    /** A session is dead from now on. */
    void sessionDied(boolean markedHere) {
        if (!plansHere()) {
            large.seekPlanner(); // it may be the planner who died
            if (markedHere) {
                announceSoon();
            }
            return;
        }
        large.sessionDied();
        if (markedHere) {
            announceNewLeases();
        } else {
            scan();
        }
    }

    /** Whoever plans may be waiting for this session to become the next. */
    void plannerGone() {
        if (!plansHere()) {
            large.seekPlanner();
        }
    }

    /** Reads the whole table and plans, if it is for this session to plan; once, starting no earlier than now. */
    @Override
    public void scan() {
        if (session.id() == null || stopped) {
            return;
        }
        if (!plansHere()) {
            follower.listener().othersPlan();
            return;
        }
        schedule.read(paceNanos());
    }

    private long paceNanos() {
        if (large.isPlannedHere()) {
            return large.paceNanos();
        }
        int live = liveSessions();
        return live <= MOST_WITHOUT_PACE ? 0 : live * PACE_NANOS;
    }

    /** Reads the whole table for what bears this session's name, whoever plans. */
    void scanForOwn() {
        if (plansHere() || stopped) {
            scan();
            return;
        }
        setting.calls()
                .read(
                        setting.store()::scan,
                        scan -> {
                            takeIn(scan);
                            follower.listener().scannedForOwn(scan);
                            String me = session.id();
                            if (me != null) {
                                LeasePlanner.strays(viewOf(me)).forEach(follower::take);
                                releaseUnread();
                            }
                        },
                        failure -> log.warn("scanning the lease table failed", failure));
    }

    /** The leases as they were last seen. */
    ImmutableList<KnownFleet.KnownLease> knownLeases() {
        return seen.known();
    }

    /** A row as a write has shown it. */
    void saw(Lease row) {
        seen.saw(row);
    }

    /** Leases that are not at their shard's end, by what was last seen. */
    int activeLeases() {
        return seen.activeLeases();
    }

    int liveSessions() {
        return fleet.others().size() + 1;
    }

    /** Who of the others goes on with which of some leases, as far as the fleet is known; empty if there is nobody. */
    ImmutableListMultimap<String, String> heirs(Collection<String> keys, Set<String> unfit) {
        Set<String> fit = fleet.others();
        fit.removeAll(unfit);
        return seen.heirs(fit, keys);
    }

    @Override
    public boolean isFree(Lease lease) {
        return !lease.isEnded() && seen.isRead(lease) && (lease.owner() == null || fleet.isFreedByDeath(lease.owner()));
    }

    /**
     * Ends for good after one more look, as there may be newcomers that only a scan shows.
     *
     * @param limitNanos after which it ends without having seen anything
     */
    void stopAfterLastScan(long limitNanos, Runnable then) {
        stopped = true;
        if (session.id() == null) {
            leavePlanning(then); // there is nothing to let go
            return;
        }
        CompletableFuture<Optional<Scan>> last = new CompletableFuture<>();
        last.thenAccept(scan -> {
            scan.ifPresent(this::takeIn);
            leavePlanning(then);
        });
        setting.loop().schedule(limitNanos, () -> last.complete(Optional.empty()));
        setting.calls()
                .read(
                        setting.store()::scan,
                        scan -> last.complete(Optional.of(scan)),
                        failure -> last.complete(Optional.empty()));
    }

    private void leavePlanning(Runnable then) {
        large.leave();
        stop();
        then.run();
    }

    private void takeIn(Scan scan) {
        seen.takeIn(scan);
        Set<String> owners = seen.owners();
        fleet.observeAll(scan.sessions(), owners);
        owners.stream().filter(owner -> !fleet.isKnown(owner)).forEach(fleet::lookFor);
    }

    private void scanned(Scan scan) {
        takeIn(scan);
        cleanUp(scan);
        follower.listener().scanned(scan);
        if (schedule.wasAskedMeanwhile()) {
            scan();
        } else {
            plan();
        }
    }

    /** W5, by one worker; it does not matter whether it succeeds, as there is always a next time. */
    private void cleanUp(Scan scan) {
        String me = session.id();
        if (me == null || !plansHere() || !(large.isPlannedHere() || isFirst(me))) {
            return;
        }
        Set<String> old = fleet.longDead();
        old.removeAll(seen.owners());
        scan.sessions().stream()
                .map(SessionRow::id)
                .filter(old::contains)
                .forEach(dead -> setting.calls().hint(() -> setting.store().deleteSession(dead)));
    }

    private boolean isFirst(String me) {
        return fleet.others().stream().noneMatch(other -> other.compareTo(me) < 0);
    }

    private FleetView viewOf(String me) {
        Set<String> live = fleet.others();
        live.add(me);
        return new FleetView(me, live, fleet.dead(), planned().toList(), follower.heldKeys())
                .withMost(seen.mostLeases());
    }

    private Stream<Lease> planned() {
        return seen.read().filter(lease -> !follower.setAside().contains(lease.key()));
    }

    private void plan() {
        String me = session.id();
        if (me == null || stopped || !plansHere()) {
            return;
        }
        FleetView view = viewOf(me);
        releaseUnread();
        sayIfUnplaced(LeasePlanner.unplaced(view));
        if (large.isPlannedHere()) {
            LeasePlanner.strays(view).forEach(follower::take); // rule 13, as for everybody
            long next = large.plan(view, seen.sessions(), seen.ownersOfUnread());
            if (next >= 0) {
                schedule.once(Due.ASKED, next, this::scan);
            }
        } else {
            small.plan(view);
            if (large.isTooLarge(view) && rootsLeased && isFirst(me)) {
                large.seekPlanner();
            }
        }
        long heirsTime = fleet.nanosUntilFree();
        if (heirsTime >= 0) {
            schedule.once(Due.HEIR, heirsTime, this::scan);
        }
        follower.listener().planned();
    }

    private void sayIfUnplaced(long count) {
        if (count > 0 && count != unplaced) {
            log.warn("{} shards are read by nobody: all live workers hold as many as they may (maxLeases)", count);
        }
        unplaced = count;
    }

    /** What is held of a stream that the application has removed goes to nobody. */
    private void releaseUnread() {
        seen.unread()
                .filter(lease -> follower.heldKeys().contains(lease.key()))
                .toList()
                .forEach(lease -> follower.release(lease.key()));
    }

    @Override
    public void take(Lease lease) {
        follower.take(lease);
    }

    @Override
    public void setAside(Lease row, RowTooLargeException why) {
        follower.setAside().add(row, why);
    }

    private long spreadNanos() {
        return (long) (setting.platform().random().nextDouble() * SPREAD_NANOS);
    }
}
