package io.shardline.consumer.internal.lease;

import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.runtime.internal.EventLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
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
 * What this worker last saw of every lease, which of them it holds, and how it comes by them and lets them go.
 *
 * <p>One way in: a lease is held once a take of the present session is confirmed, from the row that the take returned.
 * Confined to the consumer loop.
 */
public final class LeaseBook implements SessionKeeper.Listener, FleetWatch.Listener {

    private static final Logger log = LoggerFactory.getLogger(LeaseBook.class);

    /** A full scan catches what nobody had a duty to see, such as a write that landed after its sender's death. */
    private static final long SCAN_PERIOD_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** After this the session that found leases free takes what the others have left. */
    private static final long LEFTOVER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long SCAN_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SessionKeeper.Setting setting;
    private final Timing timing;
    private final SessionKeeper session;
    private final FleetWatch fleet;
    private final HandOvers handOvers;
    private final Listener listener;

    private final Map<String, Lease> seen = new TreeMap<>();
    private final Map<String, HeldLease> held = new TreeMap<>();
    private final Set<String> unresolved = new LinkedHashSet<>();
    private boolean scanning;
    private boolean scanAgain;
    private boolean takeLeftovers;
    private boolean stopping;
    private final Timers timers;

    /** What the consumer must do with its leases. Called on the loop. */
    public interface Listener {

        /** A scan has been taken in. */
        void scanned(Collection<Lease> leases);

        /** A lease is held from now on. */
        void leaseTaken(HeldLease lease);

        /** A lease is not held any more; its shard must not be worked on. */
        void leaseLost(HeldLease lease, String why);

        /** A session is confirmed. */
        void sessionBegan(String session);

        /** A session is over, and its leases have been dropped. */
        void sessionEnded(String session, String why);

        /** The outcome of a write was definite that had not been so. */
        void resolved();

        /** Somebody asked for this lease: drain its shard, then {@link LeaseBook#give} it. */
        void handOver(HeldLease lease, String to);
    }

    public LeaseBook(SessionKeeper.Setting setting, Timing timing, String workerId, Listener listener) {
        this.setting = setting;
        this.timing = timing;
        this.listener = listener;
        this.session = new SessionKeeper(setting, timing, workerId, this);
        this.fleet = new FleetWatch(setting, timing, session, this);
        this.handOvers = new HandOvers(setting, session, this);
        this.timers = new Timers(setting.loop());
    }

    /** Joins the fleet. */
    public void start() {
        session.join(null);
    }

    /** Looks at the clocks; called before every event of the loop. */
    public void checkDeadline() {
        session.checkDeadline();
    }

    public SessionKeeper session() {
        return session;
    }

    /** Whether nothing is held and no write is unresolved. */
    public boolean isIdle() {
        return held.isEmpty() && unresolved.isEmpty();
    }

    public Collection<HeldLease> held() {
        return held.values();
    }

    public Set<String> heldKeys() {
        return held.keySet();
    }

    /** From now on no lease is taken, asked for or promised. */
    public void stopTaking() {
        stopping = true;
        timers.cancelAll();
    }

    /** Ends the session once no lease is held, and tells the others. */
    public void leave(Runnable done) {
        fleet.stop();
        session.leave(() -> {
            setting.calls().hint(setting.store()::moveRevision);
            done.run();
        });
    }

    /** Drops everything without a word to the table. */
    public void abandon(String why) {
        stopTaking();
        fleet.stop();
        session.abandon();
        dropAll(why);
    }

    /** Tells the fleet, this worker included, that there is something new to see. */
    public void announce() {
        setting.calls().read(setting.store()::moveRevision, row -> scan(), failure -> scan());
    }

    /** As {@link #announce}, and takes what nobody else takes. */
    public void announceNewLeases() {
        takeLeftovers = true;
        announce();
    }

    // ------------------------------------------------------------------------------------------------- sessions

    @Override
    public void sessionStarted(String id, @Nullable String previous) {
        listener.sessionBegan(id);
        fleet.start(previous);
        takeLeftovers = previous != null;
        announce();
        scanPeriodically();
    }

    private void scanPeriodically() {
        double spread = 0.8 + 0.4 * setting.platform().random().nextDouble();
        timers.once(Due.PERIODIC, (long) (SCAN_PERIOD_NANOS * spread), () -> {
            scan();
            scanPeriodically();
        });
    }

    @Override
    public void sessionRenewed(SessionRow row) {
        if (stopping) {
            row.asks().keySet().forEach(session::askRead);
            return;
        }
        handOvers.read(row);
    }

    @Override
    public void sessionOver(String id, String why) {
        fleet.stop();
        timers.cancelAll();
        dropAll(why);
        listener.sessionEnded(id, why);
    }

    @Override
    public void sessionDied(String id, boolean markedHere) {
        if (markedHere) {
            takeLeftovers = true;
            announce();
        } else {
            scan();
        }
    }

    @Override
    public void revisionMoved() {
        timers.once(Due.REVISION, FleetWatch.spreadNanos(setting.platform()), this::scan);
    }

    // ------------------------------------------------------------------------------------------------- scanning

    /** Reads the whole table, once, starting no earlier than now. */
    public void scan() {
        if (session.id() == null || stopping) {
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
            timers.once(Due.RETRY, SCAN_RETRY_NANOS, this::scan);
        });
    }

    private void scanned(Scan scan) {
        scanning = false;
        seen.clear();
        Set<String> owners = new LinkedHashSet<>();
        for (Lease lease : scan.leases()) {
            seen.put(lease.key(), lease);
            if (lease.owner() != null && !lease.isEnded()) {
                owners.add(lease.owner());
            }
        }
        boolean again = scanAgain;
        scanAgain = false;
        fleet.observeAll(scan.sessions(), owners);
        owners.stream().filter(owner -> !fleet.isKnown(owner)).forEach(fleet::lookFor);
        listener.scanned(scan.leases());
        if (again || scanAgain) {
            scanAgain = false;
            scan();
        } else {
            plan();
        }
    }

    private void plan() {
        String me = session.id();
        if (me == null || stopping) {
            return;
        }
        Set<String> live = fleet.others();
        live.add(me);
        LeasePlan plan = LeasePlanner.plan(new FleetView(me, live, fleet.dead(), seen.values(), held.keySet()));
        plan.takes().forEach(this::take);
        if (plan.left() > 0 && takeLeftovers) {
            timers.once(Due.LEFTOVERS, LEFTOVER_NANOS, this::takeLeftovers);
        }
        takeLeftovers = false;
        plan.asks()
                .forEach((victim, count) ->
                        setting.calls().hint(() -> setting.store().ask(victim, me, count)));
        if (!plan.asks().isEmpty()) {
            timers.once(Due.ASKED, 2 * timing.beatNanos(), this::scan);
        }
        long heirsTime = fleet.nanosUntilFree();
        if (heirsTime >= 0) {
            timers.once(Due.HEIR, heirsTime, this::scan);
        }
    }

    /** Whatever has no owner a second after it was this worker's duty to see to it. */
    private void takeLeftovers() {
        setting.calls()
                .read(
                        setting.store()::scan,
                        scan -> {
                            scanned(scan);
                            scan.leases().stream()
                                    .filter(lease -> !lease.isEnded() && isFree(lease))
                                    .forEach(this::take);
                        },
                        failure -> scan());
    }

    // --------------------------------------------------------------------------------------------------- leases

    /** L2. Allowed for a row without an owner, with a dead one, or bearing this session's name. */
    void take(Lease lease) {
        String me = session.id();
        if (me == null || stopping || held.containsKey(lease.key()) || !unresolved.add(lease.key())) {
            return;
        }
        setting.calls()
                .write(
                        setting.calls().ordinary(() -> setting.store().take(lease, me)),
                        taken -> {
                            unresolved.remove(lease.key());
                            seen.put(taken.key(), taken);
                            if (session.isCurrent(me)) {
                                hold(taken);
                            } else {
                                scan(); // it bears the name of an earlier session, and nobody else knows
                            }
                            listener.resolved();
                        },
                        found -> {
                            unresolved.remove(lease.key());
                            if (found != null) {
                                seen.put(found.key(), found);
                            }
                            if (found != null && found.isOwnedBy(me) && session.isCurrent(me)) {
                                take(found); // an earlier sending landed, but only a confirmed take lets me act
                            } else if (found != null && !found.isEnded() && isFree(found)) {
                                scan();
                            }
                            listener.resolved();
                        });
    }

    private void hold(Lease taken) {
        String key = taken.key();
        List<HeldLease> mine = new ArrayList<>(1);
        HeldLease lease = new HeldLease(
                setting.calls(),
                setting.store(),
                taken,
                () -> lose(mine.get(0), "a write was refused: the lease has changed hands"));
        mine.add(lease);
        held.put(key, lease);
        session.holds(held.size());
        log.info("session={} took shard={} counter={}", session.id(), key, taken.counter());
        if (stopping) {
            give(lease, taken.checkpoint(), null, () -> {});
        } else {
            listener.leaseTaken(lease);
        }
    }

    /**
     * L5. Writes the last checkpoint and lets the lease go, to a session or to nobody. The lease is gone whatever the
     * answer.
     */
    public void give(HeldLease lease, Checkpoint last, @Nullable String to, Runnable done) {
        lease.whenIdle(() -> {
            if (lease.isGone()) {
                done.run();
                return;
            }
            Lease row = lease.row();
            Checkpoint position = last.isAfter(row.checkpoint()) ? last : row.checkpoint();
            forget(lease);
            unresolved.add(row.key());
            Runnable resolved = () -> {
                unresolved.remove(row.key());
                if (to != null) {
                    handOvers.checkReceiver(to);
                }
                done.run();
                listener.resolved();
            };
            setting.calls()
                    .write(
                            setting.calls().ordinary(() -> setting.store().give(row, position, to)),
                            given -> {
                                seen.put(given.key(), given);
                                resolved.run();
                            },
                            found -> resolved.run());
        });
    }

    /** Forgets a lease whose shard is handled to its end; the row stays. */
    public void finish(HeldLease lease) {
        forget(lease);
        seen.put(lease.key(), lease.row());
    }

    /** Counts of leases that are not at their shard's end, by what was last seen. */
    int activeLeases() {
        return (int) seen.values().stream().filter(lease -> !lease.isEnded()).count();
    }

    int liveSessions() {
        return fleet.others().size() + 1;
    }

    void handOver(HeldLease lease, String to) {
        listener.handOver(lease, to);
    }

    private boolean isFree(Lease lease) {
        return lease.owner() == null || fleet.dead().contains(lease.owner());
    }

    private void lose(HeldLease lease, String why) {
        if (lease.isGone()) {
            return;
        }
        forget(lease);
        log.warn("shard={} lost: {}", lease.key(), why);
        listener.leaseLost(lease, why);
        scan();
    }

    private void dropAll(String why) {
        for (HeldLease lease : List.copyOf(held.values())) {
            forget(lease);
            listener.leaseLost(lease, why);
        }
    }

    private void forget(HeldLease lease) {
        held.remove(lease.key(), lease);
        session.holds(held.size());
        lease.drop();
    }

    /** Why there will be another scan. */
    private enum Due {
        PERIODIC,
        REVISION,
        RETRY,
        LEFTOVERS,
        ASKED,
        HEIR
    }

    /** Timers that end with the session, at most one for each reason. */
    private static final class Timers {
        private final EventLoop loop;
        private final Map<Due, EventLoop.Timer> running = new EnumMap<>(Due.class);

        private Timers(EventLoop loop) {
            this.loop = loop;
        }

        private void once(Due reason, long delayNanos, Runnable action) {
            if (!running.containsKey(reason)) {
                running.put(reason, loop.schedule(delayNanos, () -> {
                    running.remove(reason);
                    action.run();
                }));
            }
        }

        private void cancelAll() {
            running.values().forEach(EventLoop.Timer::cancel);
            running.clear();
        }
    }
}
