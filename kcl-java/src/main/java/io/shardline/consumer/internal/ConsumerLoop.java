package io.shardline.consumer.internal;

import com.google.common.util.concurrent.MoreExecutors;
import io.shardline.consumer.CloseReport;
import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.ConsumerListener;
import io.shardline.consumer.ConsumerState;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseBook;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.ProtocolRules;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.StoreCalls;
import io.shardline.consumer.internal.lease.Timing;
import io.shardline.consumer.internal.process.ShardConsumer;
import io.shardline.consumer.internal.process.ShardProcessor;
import io.shardline.consumer.internal.retrieve.PollPacer;
import io.shardline.consumer.internal.retrieve.PollingSource;
import io.shardline.consumer.internal.retrieve.PrefetchBudget;
import io.shardline.consumer.internal.shard.ShardSync;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;

/**
 * The consumer as one thread sees it: the leases, the shards they are for, and the listing that finds new ones.
 *
 * <p>{@link #start}, {@link #stop} and {@link #state} may be called from any thread; all else is confined to the loop.
 */
public final class ConsumerLoop implements EventLoop.Hooks, LeaseBook.Listener, StoreCalls.Broken, ShardConsumer.Host {

    private static final Logger log = LoggerFactory.getLogger(ConsumerLoop.class);

    /**
     * How soon a child looks for its parents' ends again: a share of the time it has waited, as the second parent of a merge
     * mostly ends soon after the first, at another worker.
     */
    private static final long PARENTS_PAUSE_SHARE = 4;

    private static final long LEAST_PARENTS_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final ConsumerConfig config;
    private final Platform platform;
    private final EventLoop loop;
    private final StoreCalls storeCalls;
    private final LeaseStore store;
    private final Timing timing;
    private final LeaseBook book;
    private final ShardSync sync;
    private final PrefetchBudget budget;
    private final ShardConsumer.Setting shardSetting;
    private final @Nullable ConsumerListener listener;
    private final Executor events;

    private final Map<String, ShardConsumer> shards = new TreeMap<>();
    private final Map<String, ShardConsumer> leaving = new TreeMap<>();
    private final Set<String> beginningAgain = new LinkedHashSet<>();
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<CloseReport> stopped = new CompletableFuture<>();
    private boolean preparing;
    private boolean syncStarted;
    private boolean syncDone;
    private boolean leavingFleet;
    private volatile ConsumerState state = ConsumerState.NEW;
    private volatile @Nullable CloseReport report;

    /** What a consumer is made of. */
    public record Parts(
            ConsumerConfig config,
            Platform platform,
            KinesisAsyncClient client,
            LeaseStore store,
            ShardProcessor.Factory processors,
            @Nullable ConsumerListener listener) {}

    public ConsumerLoop(Parts parts) {
        this(parts, ProtocolRules.ALL);
    }

    /** With rules of one's own, for simulations of what becomes of a fleet that breaks one. */
    public ConsumerLoop(Parts parts, ProtocolRules rules) {
        config = parts.config();
        platform = parts.platform();
        store = parts.store();
        listener = parts.listener();
        events = MoreExecutors.newSequentialExecutor(platform.userCode());
        loop = new EventLoop(platform, this);
        storeCalls = new StoreCalls(loop, platform, this);
        timing = Timing.of(config.leaseDuration());
        SessionKeeper.Setting setting = new SessionKeeper.Setting(loop, platform, storeCalls, store, rules);
        book = new LeaseBook(setting, timing, config.workerId(), this);
        budget = new PrefetchBudget(config.prefetchBudget());
        sync = new ShardSync(
                setting,
                parts.client(),
                new ShardSync.Target(config.streamName(), config.startingPosition(), this::synced, this::fail));
        PollingSource.Setting source = new PollingSource.Setting(
                loop,
                platform,
                parts.client(),
                config.streamName(),
                budget,
                new PollPacer(config.readsPerSecondBehind(), config.readsPerSecondAtTip()));
        shardSetting = new ShardConsumer.Setting(loop, platform, config, source, parts.processors(), this);
    }

    public ConsumerState state() {
        return state;
    }

    /** The shards that this worker may act on by its own clock; for simulations, which run on one thread. */
    public Set<String> actingOn() {
        return mayAct() ? book.heldKeys() : Set.of();
    }

    /** The session that this worker lives in, or null; for simulations, which run on one thread. */
    public @Nullable String session() {
        return book.session().id();
    }

    /** Whether nothing is being read or waits to be handled; for simulations. */
    public boolean isPrefetchIdle() {
        return budget.free() == config.prefetchBudget();
    }

    /** Joins the fleet; completes once the stream was found and every shard of it has a lease. */
    public CompletableFuture<Void> start() {
        loop.post(() -> {
            if (state == ConsumerState.NEW && !preparing) {
                preparing = true;
                store.prepare(platform)
                        .whenComplete((nothing, failure) ->
                                loop.post(() -> prepared(failure == null ? null : ServiceErrors.cause(failure))));
            }
        });
        return started;
    }

    /**
     * Lets handlers finish what they are doing, writes last checkpoints, lets the leases go and leaves the fleet.
     *
     * @param limit after which the caller will {@link #abandon}
     */
    public CompletableFuture<CloseReport> stop(Duration limit) {
        if (!loop.post(() -> beginStop(limit.toNanos()))) {
            stopped.complete(finalReport());
        }
        return stopped;
    }

    /** Completes, on a user-code thread, when the consumer has ended in whatever way. */
    public CompletableFuture<CloseReport> stopped() {
        return stopped;
    }

    /**
     * Gives up waiting: whatever is left is dropped, and others find out by themselves.
     *
     * @return completes on the loop, as every user-code thread may be busy
     */
    public CompletableFuture<CloseReport> abandon() {
        CompletableFuture<CloseReport> abandoned = new CompletableFuture<>();
        boolean posted = loop.post(() -> {
            end(ConsumerState.STOPPED, null, "the consumer was closed");
            abandoned.complete(finalReport());
        });
        if (!posted) {
            abandoned.complete(finalReport());
        }
        return abandoned;
    }

    /** Of an end that came, or of one that came upon us: then the platform was shut down, and nothing is known to be done. */
    private CloseReport finalReport() {
        CloseReport known = report;
        return known != null ? known : new CloseReport(state, null, Set.of());
    }

    // -------------------------------------------------------------------------------------------------- leases

    @Override
    public void beforeTask() {
        book.checkDeadline();
    }

    @Override
    public void scanned(Collection<Lease> leases) {
        if (!syncStarted) {
            syncStarted = true;
            sync.run();
            syncLater();
        }
        shards.values().forEach(ShardConsumer::begin);
    }

    @Override
    public void leaseTaken(HeldLease lease) {
        String key = lease.key();
        emit(new ConsumerEvent.LeaseTaken(key, lease.fencingToken()));
        ShardConsumer shard = new ShardConsumer(shardSetting, lease);
        shards.put(key, shard);
        ShardConsumer before = leaving.get(key);
        if (before != null) {
            shard.beginAfter(before);
        } else {
            shard.begin();
        }
    }

    @Override
    public void leaseLost(HeldLease lease, String why) {
        emit(new ConsumerEvent.LeaseLost(lease.key(), why));
        ShardConsumer shard = shards.remove(lease.key());
        if (shard != null) {
            shard.lost();
            awaitCall(shard);
        }
        checkStopped();
    }

    @Override
    public void promised(HeldLease lease) {
        ShardConsumer shard = shards.get(lease.key());
        if (shard != null) {
            shard.readSooner();
        }
    }

    @Override
    public void handOver(HeldLease lease, @Nullable String to) {
        ShardConsumer shard = shards.get(lease.key());
        if (shard != null) {
            letGo(shard, to);
        }
    }

    @Override
    public void resolved() {
        checkStopped();
    }

    @Override
    public void sessionBegan(String session) {
        emit(new ConsumerEvent.SessionStarted(session));
    }

    @Override
    public void sessionEnded(String session, String why) {
        emit(new ConsumerEvent.SessionOver(session, why));
    }

    // -------------------------------------------------------------------------------------------------- shards

    @Override
    public void whetherParentsEnded(Lease lease, long waitedNanos, Consumer<Boolean> answer) {
        // A parent without a lease is one that the application does not read, but only once all roots have theirs:
        // while
        // another worker creates them, one may be missing yet.
        boolean rootsAreThere = syncDone;
        storeCalls.read(
                () -> store.readLeases(lease.parents()),
                parents -> {
                    boolean complete =
                            rootsAreThere || parents.size() == lease.parents().size();
                    boolean ended = complete && parents.stream().allMatch(Lease::isEnded);
                    answer.accept(ended);
                    if (!ended) {
                        long pause = Math.max(LEAST_PARENTS_PAUSE_NANOS, waitedNanos / PARENTS_PAUSE_SHARE);
                        beginAgainLater(lease.key(), Math.min(pause, timing.leaseNanos()));
                    }
                },
                failure -> beginAgainLater(lease.key(), timing.beatNanos()));
    }

    @Override
    public void whetherListed(Lease lease, Consumer<Boolean> answer) {
        sync.whetherListed(lease.key(), answer);
    }

    @Override
    public void createChildren(Lease lease, List<ChildShard> children, Runnable created) {
        sync.createChildren(lease, children, () -> {
            created.run();
            // Whoever has read the parent goes on with its children: others would hear of its end a heartbeat later.
            book.takeFree(children.stream().map(ChildShard::shardId).toList());
            book.announceNewLeases();
        });
    }

    @Override
    public void ended(ShardConsumer shard) {
        String key = shard.lease().key();
        emit(new ConsumerEvent.ShardEnded(key));
        log.info("shard={} handled to its end", key);
        shards.remove(key, shard);
        book.finish(shard.lease());
        book.announceNewLeases();
        checkStopped();
    }

    @Override
    public boolean mayAct() {
        return book.session().mayAct();
    }

    @Override
    public void emit(ConsumerEvent event) {
        ConsumerListener told = listener;
        if (told != null) {
            try {
                events.execute(() -> tell(told, event));
            } catch (RejectedExecutionException e) {
                log.debug("nobody is left to be told of {}", event);
            }
        }
    }

    private static void tell(ConsumerListener listener, ConsumerEvent event) {
        try {
            listener.on(event);
        } catch (RuntimeException | Error e) {
            log.warn("the listener failed at {}", event, e);
        }
    }

    private void beginAgainLater(String key, long delayNanos) {
        if (!beginningAgain.add(key)) {
            return;
        }
        loop.schedule(delayNanos, () -> {
            beginningAgain.remove(key);
            ShardConsumer shard = shards.get(key);
            if (shard != null) {
                shard.begin();
            }
        });
    }

    private void letGo(ShardConsumer shard, @Nullable String to) {
        shard.drain(last -> {
            if (!shard.lease().isGone()) {
                emit(new ConsumerEvent.LeaseGiven(shard.lease().key(), to == null ? "" : to));
            }
            book.give(shard.lease(), last, to, () -> {
                shards.remove(shard.lease().key(), shard);
                checkStopped();
            });
        });
    }

    private void awaitCall(ShardConsumer shard) {
        String key = shard.lease().key();
        if (shard.isCalling()) {
            leaving.put(key, shard);
            shard.whenCallEnds(() -> {
                leaving.remove(key, shard);
                checkStopped();
            });
        }
    }

    // ---------------------------------------------------------------------------------------------------- life

    private void prepared(@Nullable Throwable failure) {
        if (state != ConsumerState.NEW) {
            return; // closed meanwhile
        }
        if (failure == null) {
            state = ConsumerState.RUNNING;
            loop.schedule(config.startTimeout().toNanos(), this::startTimedOut);
            book.start();
        } else {
            fail(
                    failure instanceof ConsumerException known
                            ? known
                            : new ConsumerException("the lease table cannot be used: " + failure, failure));
        }
    }

    private void startTimedOut() {
        if (syncDone) {
            return;
        }
        String awaited = syncStarted ? sync.awaited() : null;
        String failure = awaited == null ? storeCalls.lastFailure() : sync.lastFailure();
        fail(new ConsumerException(
                "the consumer of stream '" + config.streamName() + "' did not start within "
                        + config.startTimeout().toMillis() / 1_000.0 + " s (startTimeout), waiting for "
                        + (awaited == null ? store.place() : awaited) + ": "
                        + (failure == null ? "there was no answer" : failure)
                        + "; check the endpoint, the region, the network and the credentials",
                null));
    }

    private void synced(int created) {
        syncDone = true;
        onUserCode(() -> started.complete(null));
        shards.values().forEach(ShardConsumer::begin);
        if (created > 0) {
            book.announceNewLeases();
        }
    }

    private void syncLater() {
        double spread = 0.8 + 0.4 * platform.random().nextDouble();
        loop.schedule((long) (config.shardSyncInterval().toNanos() * spread), () -> {
            if (state == ConsumerState.RUNNING) {
                sync.run();
                syncLater();
            }
        });
    }

    private void beginStop(long limitNanos) {
        if (state == ConsumerState.NEW) {
            end(ConsumerState.STOPPED, null, "the consumer was closed before it started");
            return;
        }
        if (state != ConsumerState.RUNNING) {
            return;
        }
        state = ConsumerState.STOPPING;
        book.leaveAll(limitNanos / 2); // the other half is for handlers and for the table
        checkStopped();
    }

    private void checkStopped() {
        boolean idle = shards.isEmpty() && leaving.isEmpty() && book.isIdle();
        if (state == ConsumerState.STOPPING && idle && !leavingFleet) {
            leavingFleet = true;
            book.leave(() -> end(ConsumerState.STOPPED, null, "the consumer was closed"));
        }
    }

    @Override
    public void cannotRead(ConsumerException why) {
        if (!started.isDone()) {
            fail(why); // later others may see what this worker does not, and somebody may be changing a permission
        }
    }

    @Override
    public void cannotWrite(ConsumerException why) {
        fail(why);
    }

    private void fail(ConsumerException why) {
        if (hasEnded()) {
            return;
        }
        log.error("the consumer of stream={} cannot go on: {}", config.streamName(), why.getMessage());
        emit(new ConsumerEvent.ConsumerFailed(why));
        onUserCode(() -> started.completeExceptionally(why));
        end(ConsumerState.FAILED, why, String.valueOf(why.getMessage()));
    }

    private void end(ConsumerState last, @Nullable ConsumerException failure, String why) {
        if (hasEnded()) {
            return;
        }
        state = last;
        Set<String> dropped = new TreeSet<>(book.openKeys());
        dropped.addAll(shards.keySet());
        dropped.addAll(leaving.keySet());
        CloseReport ended = new CloseReport(last, failure, Collections.unmodifiableSet(dropped));
        report = ended;
        book.abandon(why);
        storeCalls.close();
        loop.close();
        on(
                events,
                () -> { // after the listener has heard the last event
                    started.completeExceptionally(new ConsumerException(why, null));
                    stopped.complete(ended);
                });
    }

    private boolean hasEnded() {
        return state == ConsumerState.STOPPED || state == ConsumerState.FAILED;
    }

    private void onUserCode(Runnable completion) {
        on(platform.userCode(), completion);
    }

    /** Futures complete on user-code threads, or here if there are none any more. */
    private static void on(Executor userCode, Runnable completion) {
        try {
            userCode.execute(completion);
        } catch (RejectedExecutionException e) {
            completion.run();
        }
    }
}
