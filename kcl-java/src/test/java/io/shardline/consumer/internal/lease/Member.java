package io.shardline.consumer.internal.lease;

import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.Position;
import io.shardline.consumer.simulation.ScriptedNetwork;
import io.shardline.consumer.simulation.SimulatedLeaseTable;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One process that holds leases: the production classes, around them a listener that hands over whatever is asked for.
 *
 * <p>Confined to the simulation.
 */
final class Member implements LeaseListener, StoreCalls.Broken, EventLoop.Hooks {

    private final String name;
    private final SimulatedProcess process;
    private final SimulatedLeaseTable.Network network;
    private final EventLoop loop;
    private final SessionKeeper.Setting setting;
    private final LeaseBook book;
    private final List<String> sessions = new ArrayList<>();
    private final List<String> endings = new ArrayList<>();
    private final List<HeldLease> taken = new ArrayList<>();
    private final List<String> lost = new ArrayList<>();
    private final List<ConsumerException> broken = new ArrayList<>();
    private boolean stopping;
    private boolean left;
    private boolean planned;
    private Duration draining = Duration.ZERO;

    /** Where a member lives, and by what rules. */
    record Place(SimulatedTime time, LeaseStore table, SimulatedLeaseTable.Network network, ProtocolRules rules) {}

    Member(Place place, String processName, String workerId, Duration leaseDuration) {
        this(place, processName, Worker.named(workerId), leaseDuration);
    }

    Member(Place place, String processName, Worker worker, Duration leaseDuration) {
        name = worker.id();
        process = place.time().process(processName);
        network = place.network();
        Platform platform = new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                process.pool("user", 1),
                process.nanoTime(),
                process.wallClock(),
                process.random());
        loop = new EventLoop(platform, this);
        LeaseStore store = new SimulatedLeaseTable(place.table(), place.time(), process, network);
        setting = new SessionKeeper.Setting(loop, platform, new StoreCalls(loop, platform, this), store, place.rules());
        book = new LeaseBook(setting, Timing.of(leaseDuration), worker, this);
        book.rootsAreLeased(); // the tests see to that
    }

    /** A lease that it lets go takes this long from now on, as its handler is busy. */
    void drainsFor(Duration time) {
        draining = time;
    }

    String name() {
        return name;
    }

    SimulatedProcess process() {
        return process;
    }

    /** Its network, where a test scripts it. */
    ScriptedNetwork network() {
        return (ScriptedNetwork) network;
    }

    LeaseBook book() {
        return book;
    }

    /** A watch of its own that has seen nobody yet. */
    FleetWatch newWatch() {
        FleetWatch.Listener nobody = new FleetWatch.Listener() {
            @Override
            public void sessionDied(String session, boolean markedHere) {}

            @Override
            public void revisionMoved() {}
        };
        return new FleetWatch(setting, Timing.of(LeaseFleet.D), book.session(), nobody);
    }

    @Nullable
    String session() {
        return book.session().id();
    }

    /** All sessions so far. */
    List<String> sessions() {
        return sessions;
    }

    /** Why sessions ended. */
    List<String> endings() {
        return endings;
    }

    List<HeldLease> taken() {
        return taken;
    }

    List<String> lost() {
        return lost;
    }

    HeldLease lastTaken() {
        return taken.get(taken.size() - 1);
    }

    /** What it may act on by its own clock. */
    Set<String> actsOn() {
        return process.isAlive() && book.session().mayAct() ? book.heldKeys() : Set.of();
    }

    boolean holds(String key) {
        return actsOn().contains(key);
    }

    /** Lets all go and ends, as a worker does that is told to stop. */
    void stop() {
        run(() -> {
            stopping = true;
            book.leaveAll(Duration.ofSeconds(15).toNanos());
            leaveWhenIdle();
        });
    }

    private void leaveWhenIdle() {
        loop.schedule(Duration.ofMillis(500).toNanos(), () -> {
            if (book.isIdle()) {
                book.leave(() -> left = true);
            } else {
                leaveWhenIdle();
            }
        });
    }

    /** Whether it has been told to stop. */
    boolean isStopped() {
        return stopping;
    }

    /** Whether it has ended as it should. */
    boolean hasLeft() {
        return left;
    }

    /** Runs on the member's loop. */
    void run(Runnable action) {
        loop.post(action);
    }

    CompletableFuture<Void> checkpoint(HeldLease lease, long sequenceNumber) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.post(() -> lease.checkpoint(at(sequenceNumber)).whenComplete((nothing, failure) -> {
            if (failure == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        }));
        return done;
    }

    static Checkpoint at(long sequenceNumber) {
        return new Checkpoint.At(new Position(Long.toString(sequenceNumber), 0));
    }

    @Override
    public void beforeTask() {
        book.checkDeadline();
    }

    @Override
    public void scanned(LeaseStore.Scan scan) {}

    @Override
    public void planned() {
        planned = true;
    }

    /** Whether it has taken its first share, or is taking it. */
    boolean isPlanned() {
        return planned;
    }

    @Override
    public void leaseTaken(HeldLease lease) {
        taken.add(lease);
    }

    @Override
    public void leaseLost(HeldLease lease, String why) {
        lost.add(lease.key());
    }

    @Override
    public void sessionBegan(String session) {
        sessions.add(session);
    }

    @Override
    public void sessionEnded(String session, String why) {
        endings.add(why);
    }

    @Override
    public void resolved() {}

    @Override
    public void cannotRead(ConsumerException why) {}

    @Override
    public void cannotWrite(ConsumerException why) {
        broken.add(why);
    }

    /** What it was told of writes that cannot succeed. */
    List<ConsumerException> broken() {
        return broken;
    }

    @Override
    public void promised(HeldLease lease) {}

    @Override
    public void handOver(HeldLease lease, @Nullable String to) {
        loop.schedule(draining.toNanos(), () -> book.give(lease, lease.row().checkpoint(), to, () -> {}));
    }
}
