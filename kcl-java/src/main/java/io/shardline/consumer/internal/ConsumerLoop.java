package io.shardline.consumer.internal;

import io.shardline.consumer.CloseReport;
import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.ConsumerListener;
import io.shardline.consumer.ConsumerState;
import io.shardline.consumer.StreamConfig;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.ProtocolRules;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.StoreCalls;
import io.shardline.consumer.internal.process.ShardProcessor;
import io.shardline.consumer.internal.retrieve.PrefetchBudget;
import io.shardline.consumer.internal.retrieve.RetrievalRules;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * The life of a consumer, from its start to the report of its end; what happens to shards meanwhile is {@link HeldShards}'.
 *
 * <p>{@link #start}, {@link #stop} and {@link #state} may be called from any thread; all else is confined to the loop.
 */
public final class ConsumerLoop implements EventLoop.Hooks, TableOutage.Owner, HeldShards.Owner {

    private static final Logger log = Logs.of(ConsumerLoop.class);

    /** The share of a close's limit that remains for the lease table when handlers take all the time they get. */
    private static final long TABLE_SHARE = 8;

    private final ConsumerConfig config;
    private final Platform platform;
    private final LeaseStore store;
    private final EventLoop loop;
    private final StoreCalls storeCalls;
    private final EventFeed events;
    private final HeldShards held;
    private final StreamChanges streamChanges;
    private final TableOutage outage;
    private final HealthBoard board;

    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<CloseReport> stopped = new CompletableFuture<>();
    private boolean preparing;
    private boolean syncStarted;
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
        this(parts, rules, RetrievalRules.DEFAULT);
    }

    /** The same, with times of one's own by which streams are judged that are read automatically. */
    public ConsumerLoop(Parts parts, ProtocolRules rules, RetrievalRules retrievalRules) {
        config = parts.config();
        platform = parts.platform();
        store = parts.store();
        loop = new EventLoop(platform, this);
        events = new EventFeed(platform, parts.listener());
        outage = new TableOutage(loop, config, events, this::lastTableFailure, this);
        storeCalls = new StoreCalls(loop, platform, outage);
        SessionKeeper.Setting leasing = new SessionKeeper.Setting(loop, platform, storeCalls, store, rules);
        held = new HeldShards(parts, leasing, retrievalRules, events, this);
        streamChanges = new StreamChanges(leasing, held.syncs(), events, held.book()::announceNewLeases);
        HealthBoard.Looked looked =
                new HealthBoard.Looked(this::state, this::preparation, held, config, storeCalls, outage);
        board = new HealthBoard(loop, platform.nanoTime(), looked, events);
    }

    private @Nullable String lastTableFailure() {
        return storeCalls.lastFailure();
    }

    private String preparation() {
        return preparing ? store.place() + " to be there" : "start()";
    }

    /** What the consumer sees of itself. */
    public HealthBoard health() {
        return board;
    }

    public ConsumerState state() {
        return state == ConsumerState.RUNNING && outage.isDisconnected() ? ConsumerState.DISCONNECTED : state;
    }

    /** The shards that this worker may act on by its own clock; for simulations, which run on one thread. */
    public Set<String> actingOn() {
        return mayAct() ? held.book().heldKeys() : Set.of();
    }

    /** The session that this worker lives in, or null; for simulations, which run on one thread. */
    public @Nullable String session() {
        return held.book().session().id();
    }

    /** Whether the worker's session has time left. */
    public boolean mayAct() {
        return held.mayAct();
    }

    /** What is being read or waits to be handled; for simulations. */
    public PrefetchBudget prefetch() {
        return held.budget();
    }

    @Override
    public void beforeTask() {
        held.book().checkDeadline();
    }

    // --------------------------------------------------------------------------------------------------- start

    /** Joins the fleet; completes once the stream was found and every shard of it has a lease. */
    public CompletableFuture<Void> start() {
        loop.post(() -> {
            if (state == ConsumerState.NEW && !preparing) {
                preparing = true;
                board.start();
                store.prepare(platform)
                        .whenComplete((nothing, failure) ->
                                loop.post(() -> prepared(failure == null ? null : ServiceErrors.cause(failure))));
            }
        });
        return started;
    }

    private void prepared(@Nullable Throwable failure) {
        if (state != ConsumerState.NEW) {
            return; // closed meanwhile
        }
        if (failure == null) {
            state = ConsumerState.RUNNING;
            loop.schedule(config.startTimeout().toNanos(), this::startTimedOut);
            held.syncs().claimTable(this::join);
        } else {
            failed(
                    failure instanceof ConsumerException known
                            ? known
                            : new ConsumerException("the lease table cannot be used: " + failure, failure));
        }
    }

    private void join() {
        if (state == ConsumerState.RUNNING) {
            held.book().start();
        }
    }

    private void startTimedOut() {
        if (held.areLeasesCreated()) {
            return;
        }
        String awaited = syncStarted ? held.syncs().awaited() : null;
        String failure =
                awaited == null ? storeCalls.lastFailure() : held.syncs().lastFailure();
        failed(new ConsumerException(
                "the consumer of " + streams() + " did not start within "
                        + config.startTimeout().toMillis() / 1_000.0 + " s (startTimeout), waiting for "
                        + (awaited == null ? store.place() : awaited) + ": "
                        + (failure == null ? "there was no answer" : failure)
                        + "; check the endpoint, the region, the network and the credentials",
                null));
    }

    @Override
    public void scanned() {
        if (!syncStarted) {
            syncStarted = true;
            held.syncs().run();
            syncLater();
        }
    }

    private void syncLater() {
        double spread = 0.8 + 0.4 * platform.random().nextDouble();
        loop.schedule((long) (config.shardSyncInterval().toNanos() * spread), () -> {
            if (state == ConsumerState.RUNNING) {
                if (held.book().plansHere()) {
                    held.syncs().run();
                }
                syncLater();
            }
        });
    }

    @Override
    public void leasesCreated(String streamName) {
        streamChanges.ended(streamName, null);
        if (held.areLeasesCreated()) {
            events.complete(() -> started.complete(null));
        }
    }

    @Override
    public void streamFailed(String streamName, ConsumerException why) {
        if (!config.isMultiStream() || (!held.areLeasesCreated() && held.syncs().isConfigured(streamName))) {
            failed(why);
            return;
        }
        streamChanges.ended(streamName, why);
        log.error("stream={} cannot be read any more: {}", streamName, why.getMessage());
        events.emit(new ConsumerEvent.StreamFailed(streamName, why));
    }

    private String streams() {
        return config.streams().stream()
                .map(StreamConfig::streamName)
                .collect(Collectors.joining("', '", config.isMultiStream() ? "streams '" : "stream '", "'"));
    }

    // ------------------------------------------------------------------------------------------ several streams

    /** Reads one stream more; completes once its shards have leases. */
    public CompletableFuture<Void> addStream(StreamConfig stream) {
        return change(done -> {
            held.retrievals().choose(stream);
            streamChanges.add(stream, done);
        });
    }

    /** Reads one stream no more; completes once that is written down. */
    public CompletableFuture<Void> removeStream(String streamName) {
        return change(done -> streamChanges.remove(streamName, done));
    }

    private CompletableFuture<Void> change(Consumer<CompletableFuture<Void>> change) {
        if (!config.isMultiStream()) {
            throw new IllegalStateException(
                    "the consumer was built for one " + streams() + ", and an application stays of one or of several");
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        boolean posted = loop.post(() -> {
            if (state == ConsumerState.RUNNING) {
                change.accept(done);
            } else {
                events.complete(() -> done.completeExceptionally(notRunning()));
            }
        });
        if (!posted) {
            done.completeExceptionally(notRunning());
        }
        return done;
    }

    private ConsumerException notRunning() {
        return new ConsumerException("the consumer is " + state + ", so nothing of its streams can be changed", null);
    }

    /** Ends the registrations of the fan-out consumers that it registers; completes on a user-code thread. */
    public CompletableFuture<Void> deregisterFanOut() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        boolean posted = loop.post(() -> {
            if (state == ConsumerState.RUNNING) {
                held.retrievals()
                        .deregister()
                        .whenComplete((nothing, failure) -> events.complete(() -> {
                            if (failure == null) {
                                done.complete(null);
                            } else {
                                done.completeExceptionally(ServiceErrors.cause(failure));
                            }
                        }));
            } else {
                events.complete(() -> done.completeExceptionally(notRunning()));
            }
        });
        if (!posted) {
            done.completeExceptionally(notRunning());
        }
        return done;
    }

    // --------------------------------------------------------------------------------------------------- pause

    /** Holds one shard back; completes on a user-code thread when its handler does nothing any more. */
    public CompletableFuture<Void> pause(String shardId) {
        return command(done -> held.pause(shardId, done));
    }

    /** Lets one shard go on; completes on a user-code thread. */
    public CompletableFuture<Void> resume(String shardId) {
        return command(done -> {
            held.resume(shardId);
            done.run();
        });
    }

    private CompletableFuture<Void> command(Consumer<Runnable> action) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        boolean posted = loop.post(() -> {
            try {
                action.accept(() -> {
                    board.look();
                    events.complete(() -> answer.complete(null));
                });
            } catch (IllegalArgumentException e) {
                events.complete(() -> answer.completeExceptionally(e));
            }
        });
        if (!posted) {
            answer.completeExceptionally(new IllegalStateException("the consumer is " + state));
        }
        return answer;
    }

    // ---------------------------------------------------------------------------------------------------- ends

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

    private void beginStop(long limitNanos) {
        if (state == ConsumerState.NEW) {
            end(ConsumerState.STOPPED, null, "the consumer was closed before it started");
            return;
        }
        if (state != ConsumerState.RUNNING) {
            return;
        }
        state = ConsumerState.STOPPING;
        board.look();
        held.book().leaveAll(limitNanos / 2); // the other half is for handlers and for the table
        held.waitForHandlersAtMost(limitNanos - limitNanos / TABLE_SHARE);
        released();
    }

    @Override
    public void released() {
        if (state == ConsumerState.STOPPING && held.isIdle() && !leavingFleet) {
            leavingFleet = true;
            held.book().leave(() -> end(ConsumerState.STOPPED, null, "the consumer was closed"));
        }
    }

    @Override
    public boolean canWait() {
        return state == ConsumerState.RUNNING && started.isDone();
    }

    @Override
    public String place() {
        return store.place();
    }

    @Override
    public void sessionBegan() {
        outage.sessionBegan();
    }

    @Override
    public void sessionEnded() {
        outage.sessionEnded();
    }

    @Override
    public void cannotGoOn(ConsumerException why) {
        failed(why);
    }

    /** After an exception the other tasks go on; after an error nobody knows what is left of this JVM, or of its classes. */
    @Override
    public void taskFailed(Throwable thrown) {
        if (thrown instanceof Error) {
            failed(new ConsumerException("the consumer's loop failed with " + thrown, thrown));
        }
    }

    private void failed(ConsumerException why) {
        if (hasEnded()) {
            return;
        }
        log.error("the consumer of {} cannot go on: {}", streams(), why.getMessage());
        events.emit(new ConsumerEvent.ConsumerFailed(why));
        end(ConsumerState.FAILED, why, String.valueOf(why.getMessage()));
    }

    private void end(ConsumerState last, @Nullable ConsumerException failure, String why) {
        if (hasEnded()) {
            return;
        }
        state = last;
        CloseReport ended = new CloseReport(last, failure, Collections.unmodifiableSet(held.unfinished()));
        report = ended;
        streamChanges.abandon(why);
        held.retrievals().abandon(why);
        held.book().abandon(why);
        storeCalls.close();
        board.look();
        loop.close();
        ConsumerException cause = failure != null ? failure : new ConsumerException(why, null);
        events.complete(
                () -> { // not before the state says so, and not behind a listener
                    started.completeExceptionally(cause);
                    board.notReady(cause);
                });
        events.completeLast(() -> {
            started.completeExceptionally(cause);
            stopped.complete(ended);
        });
    }

    private boolean hasEnded() {
        return state == ConsumerState.STOPPED || state == ConsumerState.FAILED;
    }
}
