package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.runtime.internal.EventLoop;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the whole lease table when there is a reason to, remembers it, and has the plan for it carried out.
 *
 * <p>Confined to the consumer loop.
 */
final class FleetScan {

    private static final Logger log = LoggerFactory.getLogger(FleetScan.class);

    /** Catches what nobody had a duty to see, such as a write that landed after its sender's death. */
    private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** When whoever found leases free looks whether the others have taken their share. */
    private static final long LEFTOVER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Changes within this time are told to the fleet as one. */
    private static final long ANNOUNCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final SessionKeeper.Setting setting;
    private final Timing timing;
    private final SessionKeeper session;
    private final FleetWatch fleet;
    private final Follower follower;

    private final Map<String, Lease> seen = new TreeMap<>();
    private ImmutableSet<String> removedStreams = ImmutableSet.of();
    private final Map<Due, EventLoop.Timer> timers = new EnumMap<>(Due.class);
    private boolean scanning;
    private boolean scanAgain;
    private boolean onDuty;
    private boolean announcing;
    private boolean announceAgain;
    private boolean takeAllFree;
    private boolean stopped;

    /** What comes of a scan. Called on the loop. */
    interface Follower {

        /** A scan has been taken in; the plan comes next. */
        void scanned(Collection<Lease> leases);

        /** Keys of leases that are held. */
        Set<String> heldKeys();

        /** The plan for a scan has been carried out. */
        void planned();

        /** The plan says so. */
        void take(Lease lease);

        /** The application does not read its stream any more. */
        void release(String key);
    }

    /** Why there will be another scan, or an announcement. */
    private enum Due {
        PERIODIC,
        REVISION,
        RETRY,
        LEFTOVERS,
        ASKED,
        HEIR,
        ANNOUNCEMENT
    }

    FleetScan(
            SessionKeeper.Setting setting, Timing timing, SessionKeeper session, FleetWatch fleet, Follower follower) {
        this.setting = setting;
        this.timing = timing;
        this.session = session;
        this.fleet = fleet;
        this.follower = follower;
    }

    /** Begins for a session that has just started. */
    void start() {
        announce();
        scanPeriodically();
    }

    /** Ends with the session; {@link #start} begins anew. */
    void pause() {
        timers.values().forEach(EventLoop.Timer::cancel);
        timers.clear();
    }

    /** Ends for good. */
    void stop() {
        stopped = true;
        pause();
    }

    /** Tells the fleet, this worker included, that there is something new to see. */
    void announce() {
        setting.calls().read(setting.store()::moveRevision, row -> scan(), failure -> scan());
    }

    /** As {@link #announce}, and then takes what nobody else takes. What changes while that is being told is told as one. */
    void announceNewLeases() {
        if (announcing) {
            announceAgain = true;
            return;
        }
        announcing = true;
        setting.calls().read(setting.store()::moveRevision, row -> announced(), failure -> announced());
    }

    private void announced() {
        announcing = false;
        onDuty = true;
        scan();
        if (announceAgain) {
            announceAgain = false;
            announceNewLeases();
        }
    }

    /** Tells the others soon, together with what else changes until then, also when this worker is leaving. */
    void announceSoon() {
        once(Due.ANNOUNCEMENT, ANNOUNCE_NANOS, () -> setting.calls().hint(setting.store()::moveRevision));
    }

    /** The fleet's revision has moved: everybody sees that at the same time, and should not scan at once. */
    void revisionMoved() {
        once(Due.REVISION, FleetWatch.spreadNanos(setting.platform()), this::scan);
    }

    /** Reads the whole table, once, starting no earlier than now. */
    void scan() {
        if (session.id() == null || stopped) {
            return;
        }
        if (scanning) {
            scanAgain = true;
            return;
        }
        scanning = true;
        setting.calls().read(setting.store()::scan, this::scanned, failure -> {
            log.warn("scanning the lease table failed", failure);
            scanning = false;
            once(Due.RETRY, RETRY_NANOS, this::scan);
        });
    }

    /** A row as a write has shown it. */
    void saw(Lease row) {
        seen.put(row.key(), row);
    }

    /** Leases that are not at their shard's end, by what was last seen. */
    int activeLeases() {
        return (int) read().filter(lease -> !lease.isEnded()).count();
    }

    /** The leases of streams that the application has not removed. */
    private Stream<Lease> read() {
        return seen.values().stream().filter(this::isRead);
    }

    private boolean isRead(Lease lease) {
        String stream = LeaseKey.parse(lease.key()).streamName();
        return stream == null || !removedStreams.contains(stream);
    }

    int liveSessions() {
        return fleet.others().size() + 1;
    }

    /** Who of the others goes on with which of some leases, as far as the fleet is known; empty if there is nobody. */
    ImmutableListMultimap<String, String> heirs(Collection<String> keys, Set<String> unfit) {
        Map<String, Integer> counts = new TreeMap<>();
        fleet.others().stream().filter(session -> !unfit.contains(session)).forEach(session -> counts.put(session, 0));
        seen.values().stream()
                .filter(lease -> !lease.isEnded())
                .forEach(lease -> counts.computeIfPresent(String.valueOf(lease.owner()), (owner, count) -> count + 1));
        return LeasePlanner.heirs(counts, keys);
    }

    boolean isFree(Lease lease) {
        return !lease.isEnded()
                && isRead(lease)
                && (lease.owner() == null || fleet.dead().contains(lease.owner()));
    }

    /** Ends for good after one more look, as there may be newcomers that only a scan shows. */
    void stopAfterLastScan(Runnable then) {
        stop();
        setting.calls()
                .read(
                        setting.store()::scan,
                        scan -> {
                            takeIn(scan);
                            then.run();
                        },
                        failure -> then.run());
    }

    private void takeIn(Scan scan) {
        seen.clear();
        removedStreams = scan.removed();
        Set<String> owners = new LinkedHashSet<>();
        for (Lease lease : scan.leases()) {
            seen.put(lease.key(), lease);
            if (lease.owner() != null && !lease.isEnded()) {
                owners.add(lease.owner());
            }
        }
        fleet.observeAll(scan.sessions(), owners);
        owners.stream().filter(owner -> !fleet.isKnown(owner)).forEach(fleet::lookFor);
    }

    private void scanned(Scan scan) {
        scanning = false;
        boolean again = scanAgain;
        scanAgain = false;
        takeIn(scan);
        cleanUp(scan);
        follower.scanned(scan.leases());
        if (again || scanAgain) {
            scanAgain = false;
            scan();
        } else {
            plan();
        }
    }

    /** W5, by one worker; it does not matter whether it succeeds, as there is always a next time. */
    private void cleanUp(Scan scan) {
        String me = session.id();
        if (me == null || fleet.others().stream().anyMatch(other -> other.compareTo(me) < 0)) {
            return;
        }
        Set<String> old = fleet.longDead();
        seen.values().stream().filter(lease -> !lease.isEnded()).forEach(lease -> old.remove(lease.owner()));
        scan.sessions().stream()
                .map(SessionRow::id)
                .filter(old::contains)
                .forEach(dead -> setting.calls().hint(() -> setting.store().deleteSession(dead)));
    }

    private void plan() {
        String me = session.id();
        if (me == null || stopped) {
            return;
        }
        Set<String> live = fleet.others();
        live.add(me);
        LeasePlan plan = LeasePlanner.plan(new FleetView(me, live, fleet.dead(), read().toList(), follower.heldKeys()));
        seen.values().stream()
                .filter(lease -> !isRead(lease) && follower.heldKeys().contains(lease.key()))
                .toList()
                .forEach(lease -> follower.release(lease.key()));
        plan.takes().forEach(follower::take);
        if (takeAllFree) {
            seen.values().stream().filter(this::isFree).toList().forEach(follower::take);
        } else if (plan.left() > 0) {
            lookForLeftovers();
        }
        takeAllFree = false;
        onDuty = false;
        plan.asks()
                .forEach((victim, count) ->
                        setting.calls().hint(() -> setting.store().ask(victim, me, count)));
        if (!plan.asks().isEmpty()) {
            once(Due.ASKED, 2 * timing.beatNanos(), this::scan);
        }
        long heirsTime = fleet.nanosUntilFree();
        if (heirsTime >= 0) {
            once(Due.HEIR, heirsTime, this::scan);
        }
        follower.planned();
    }

    /**
     * Others may be dying, or leaving and not taking any more.
     *
     * <p>Whoever made the leases free comes back first; the rest of the fleet looks once more after that.
     */
    private void lookForLeftovers() {
        long spread = 2 * FleetWatch.spreadNanos(setting.platform());
        once(Due.LEFTOVERS, onDuty ? LEFTOVER_NANOS : 2 * LEFTOVER_NANOS + spread, () -> {
            takeAllFree = true;
            scan();
        });
    }

    private void scanPeriodically() {
        double spread = 0.8 + 0.4 * setting.platform().random().nextDouble();
        once(Due.PERIODIC, (long) (PERIOD_NANOS * spread), () -> {
            scanPeriodically();
            scan();
        });
    }

    /** At most one timer for each reason. */
    private void once(Due reason, long delayNanos, Runnable action) {
        if (!timers.containsKey(reason)) {
            timers.put(reason, setting.loop().schedule(delayNanos, () -> {
                timers.remove(reason);
                action.run();
            }));
        }
    }
}
