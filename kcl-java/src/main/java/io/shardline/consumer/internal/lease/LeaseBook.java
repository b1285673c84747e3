package io.shardline.consumer.internal.lease;

import io.shardline.runtime.internal.Logs;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The leases that this worker holds, and how they come and go (rules 10 to 13 of the lease protocol).
 *
 * <p>One way in: a lease is held once a take of the present session is confirmed, from the row that the take returned.
 * Confined to the consumer loop.
 */
public final class LeaseBook
        implements SessionKeeper.Listener,
                FleetWatch.Listener,
                FleetScan.Follower,
                Transfers.Owner,
                HeldLease.Listener {

    private static final Logger log = Logs.of(LeaseBook.class);

    private final SessionKeeper.Setting setting;
    private final SessionKeeper session;
    private final FleetWatch fleet;
    private final FleetScan scans;
    private final HandOvers handOvers;
    private final ExpectedLeases expected;
    private final LeaseListener listener;
    private final SetAside setAside;
    private final Transfers transfers;
    private final int mostLeases;

    private final Map<String, HeldLease> held = new TreeMap<>();
    private final Set<String> formerKeys = new TreeSet<>();
    private boolean hasJoined;
    private boolean stopping;

    public LeaseBook(SessionKeeper.Setting setting, Timing timing, Worker worker, LeaseListener listener) {
        this.setting = setting;
        this.mostLeases = worker.mostLeases();
        this.listener = listener;
        this.setAside = new SetAside(setting.loop(), listener::cannotBeWritten, this::planAgain);
        this.session = new SessionKeeper(setting, timing, worker, this);
        this.fleet = new FleetWatch(setting, timing, session, this);
        this.scans = new FleetScan(setting, timing, session, fleet, this);
        this.transfers = new Transfers(setting, scans, setAside, this);
        this.expected = new ExpectedLeases(setting, session, this);
        this.handOvers = new HandOvers(setting, session, fleet, this, scans);
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

    /** What was last seen of the leases, and of the sessions of others. */
    public KnownFleet known() {
        return new KnownFleet(scans.knownLeases(), fleet.known());
    }

    private void planAgain() {
        tellCount();
        if (!stopping) {
            scans.needsPlan();
        }
    }

    /** Leases whose rows cannot be written. */
    @Override
    public SetAside setAside() {
        return setAside;
    }

    @Override
    public LeaseListener listener() {
        return listener;
    }

    /** Whether nothing is held and no write is unresolved. */
    public boolean isIdle() {
        return held.isEmpty() && transfers.unresolved().isEmpty();
    }

    /** Whether every take, and every lease let go, has been answered. */
    public boolean isSettled() {
        return transfers.unresolved().isEmpty();
    }

    /** Keys of leases that are held, or of whose row a write is unresolved. */
    public Set<String> openKeys() {
        Set<String> keys = new TreeSet<>(held.keySet());
        keys.addAll(transfers.unresolved());
        return keys;
    }

    public Collection<HeldLease> held() {
        return held.values();
    }

    @Override
    public Set<String> heldKeys() {
        return held.keySet();
    }

    /**
     * From now on no lease is taken; those that are held go to others, who are told first, or to nobody.
     *
     * @param limitNanos how long to wait for others to know
     */
    public void leaveAll(long limitNanos) {
        stopping = true;
        session.sayLeaving();
        long begun = setting.loop().nanoTime();
        scans.stopAfterLastScan(
                limitNanos / 2,
                () -> handOvers.leaveAll(limitNanos - (setting.loop().nanoTime() - begun)));
    }

    /** From now on no lease is taken or asked for. */
    void stopTaking() {
        stopping = true;
        scans.stop();
    }

    /** Ends the session once no lease is held, and tells the others. */
    public void leave(Runnable done) {
        fleet.stop();
        session.leave(() -> {
            if (hasJoined) {
                setting.calls().read(setting.store()::moveRevision, row -> done.run(), failure -> done.run());
            } else {
                done.run(); // the table may be another application's
            }
        });
    }

    /** Drops everything without a word to the table. */
    public void abandon(String why) {
        stopTaking();
        fleet.stop();
        session.abandon();
        dropAll(why);
    }

    /** Tells the fleet that there are leases to take, and takes what nobody else takes. */
    public void announceNewLeases() {
        scans.announceNewLeases();
    }

    /** Reads the whole lease table, if it is for this worker to do so. */
    public void lookAgain() {
        scans.scan();
    }

    /** Looks for leases that bear this session's name. */
    void scanForOwn() {
        scans.scanForOwn();
    }

    /** Whether this worker looks after the leases as a whole: each in a small fleet, one in a large fleet. */
    public boolean plansHere() {
        return scans.plansHere();
    }

    /** Whether it is this worker that does so for all. */
    public boolean plansForAll() {
        return fleet.isPlanned() && scans.plansHere();
    }

    /** Whether one session plans for all. */
    boolean isPlanned() {
        return fleet.isPlanned();
    }

    /** To be told once every root of the stream has a lease. */
    public void rootsAreLeased() {
        scans.rootsAreLeased();
    }

    // ------------------------------------------------------------------------------------------------- sessions

    @Override
    public void sessionStarted(String id, @Nullable String previous) {
        hasJoined = true;
        listener.sessionBegan(id);
        fleet.start(previous);
        scans.start();
        if (!scans.plansHere() && !formerKeys.isEmpty()) {
            takeFree(List.copyOf(formerKeys)); // no scan will show them
        }
        formerKeys.clear();
    }

    @Override
    public void sessionRenewed(SessionRow row) {
        if (stopping) {
            row.asks().forEach(session::askRead);
            return;
        }
        handOvers.serve(row);
        row.inbox().forEach((key, counter) -> {
            session.inboxRead(key, counter);
            noticed(row.id(), key);
        });
    }

    private void noticed(String me, String key) {
        String neighbour = SessionRow.neighbourIn(key);
        if (neighbour != null) {
            fleet.lookFor(neighbour);
        } else if (key.equals(Lease.PLANNER)) {
            scans.plannerGone();
        } else if (key.equals(SessionRow.SHARE)) {
            listener.planned();
        } else if (key.equals(SessionRow.SCAN)) {
            expected.expectMany(me);
        } else {
            expected.expect(me, key);
        }
    }

    @Override
    public void sessionOver(String id, String why) {
        fleet.stop();
        scans.pause();
        formerKeys.addAll(held.keySet());
        dropAll(why);
        listener.sessionEnded(id, why);
    }

    @Override
    public void sessionDied(String id, boolean markedHere) {
        scans.sessionDied(markedHere);
    }

    @Override
    public void revisionMoved() {
        scans.revisionMoved();
    }

    // --------------------------------------------------------------------------------------------------- leases

    /** L2. Allowed for a row without an owner, with a dead one, or bearing this session's name. */
    @Override
    public void take(Lease lease) {
        String me = session.id();
        if (me == null || stopping || held.containsKey(lease.key()) || setAside.contains(lease.key())) {
            return;
        }
        boolean isMine = lease.isOwnedBy(me); // then I alone can take it or let it go
        if ((!isMine && !hasRoom()) || transfers.unresolved().contains(lease.key())) {
            return;
        }
        if (isMine && !setting.rules().takesWhatBearsItsName()) {
            hold(lease);
        } else {
            transfers.take(lease, me);
        }
    }

    /** What others have promised counts as well: it comes for certain. Asked for each lease, so it looks only at what was promised. */
    private boolean hasRoom() {
        Set<String> taking = transfers.taking();
        long promised = expected.keys().stream()
                .filter(key -> !held.containsKey(key) && !taking.contains(key))
                .count();
        return held.size() + taking.size() + promised < mostLeases;
    }

    @Override
    public void release(String key) {
        HeldLease lease = held.get(key);
        if (lease != null) {
            listener.handOver(lease, null);
        }
    }

    /** Takes some leases that nobody has taken yet, whoever's share they are; the balance comes later. */
    public void takeFree(Collection<String> keys) {
        setting.calls()
                .read(
                        () -> setting.store().readReadable(keys),
                        found -> found.stream().filter(scans::isFree).forEach(this::take),
                        failure -> scans.needsPlan());
    }

    /** Takes a lease that this worker has created and that is its to take, unless another session plans for all. */
    public void takeCreated(Lease created) {
        if (!fleet.isPlanned()) {
            take(created);
        }
    }

    @Override
    public void hold(Lease taken) {
        HeldLease lease = new HeldLease(setting.calls(), setting.store(), taken, this);
        held.put(lease.key(), lease);
        tellCount();
        log.info("session={} took shard={} counter={}", session.id(), lease.key(), taken.counter());
        if (stopping || held.size() > mostLeases) {
            give(lease, taken.checkpoint(), null, () -> {});
        } else {
            listener.leaseTaken(lease);
        }
    }

    @Override
    public void tooLarge(HeldLease lease, RowTooLargeException why) {
        setAside.add(lease.row(), why);
        lost(lease, "its row is too large to be written");
    }

    @Override
    public void checkpointed(HeldLease lease) {
        listener.checkpointed(lease);
    }

    /**
     * L5. Writes the last checkpoint and lets the lease go, to a session or to nobody. The lease is gone whatever the
     * answer.
     */
    public void give(HeldLease lease, Checkpoint last, @Nullable String to, Runnable done) {
        lease.whenIdle(() -> {
            if (lease.isGone()) {
                done.run();
            } else {
                transfers.give(lease, last, to, done);
            }
        });
    }

    /** Forgets a lease whose shard is handled to its end; the row stays. */
    public void finish(HeldLease lease) {
        forget(lease);
        scans.saw(lease.row());
    }

    @Override
    public void lost(HeldLease lease, String why) {
        if (lease.isGone()) {
            return;
        }
        forget(lease);
        log.warn("shard={} lost: {}", lease.key(), why);
        listener.leaseLost(lease, why);
        scans.scan();
    }

    private void dropAll(String why) {
        for (HeldLease lease : List.copyOf(held.values())) {
            forget(lease);
            listener.leaseLost(lease, why);
        }
    }

    @Override
    public boolean isCurrent(String id) {
        return session.isCurrent(id);
    }

    @Override
    public void gave(String to, Lease row) {
        handOvers.gave(to, row);
    }

    @Override
    public void resolved() {
        tellCount();
        listener.resolved();
    }

    /** What bears this session's name and cannot be written counts as well, or a planner would remind of it for ever. */
    private void tellCount() {
        String me = session.id();
        session.holds(held.size() + (me == null ? 0 : setAside.borneBy(me)));
    }

    @Override
    public void forget(HeldLease lease) {
        if (held.remove(lease.key(), lease)) {
            handOvers.went(lease);
        }
        tellCount();
        lease.drop();
    }
}
