package io.shardline.consumer.internal.process;

import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.Position;
import io.shardline.consumer.ShardContext;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.retrieve.Deaggregator;
import io.shardline.consumer.internal.retrieve.FetchedBatch;
import io.shardline.consumer.internal.retrieve.PollingSource;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.Backoff;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.ChildShard;

/**
 * One tenure of one shard: waits for the parents, reads, handles, checkpoints, and ends, is drained or is lost.
 *
 * <pre>
 * AWAITING_PARENTS -> STARTING -> RUNNING -> ENDING -> CLOSED
 *          any of these -- drain --> DRAINING -> CLOSED
 *          any of these -- lost  --> CLOSED
 * </pre>
 *
 * <p>At most one call of the user's handler is under way. Confined to the consumer loop.
 */
public final class ShardConsumer implements PollingSource.Sink {

    private static final Logger log = LoggerFactory.getLogger(ShardConsumer.class);
    private static final Backoff AFTER_FAILURE = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));

    /** From this failure in a row on, and then at every so many, the log says why a shard cannot be read. */
    private static final int EXPLAINED_FAILURE = 3;

    private static final int EXPLAINED_AGAIN = 20;

    private final Setting setting;
    private final EventLoop loop;
    private final HeldLease lease;
    private final ShardProcessor processor;
    private final TenureCheckpointer checkpointer;
    private final Deaggregator deaggregator;
    private final PollingSource source;
    private final ArrayDeque<FetchedBatch> ready = new ArrayDeque<>();

    private State state = State.AWAITING_PARENTS;
    private @Nullable BatchRun run;
    private boolean calling;
    private final ArrayDeque<Runnable> afterCall = new ArrayDeque<>();
    private @Nullable Position handled;
    private boolean blocked;
    private boolean handlerStarted;
    private final long takenAt;
    private boolean ended;
    private boolean childrenReady;
    private int failures;
    private boolean pausing;
    private @Nullable Consumer<Checkpoint> drainInstead;
    private volatile boolean held = true;

    private enum State {
        AWAITING_PARENTS,
        STARTING,
        RUNNING,
        ENDING,
        DRAINING,
        CLOSED
    }

    /** What all shard consumers of a consumer share. */
    public record Setting(
            EventLoop loop,
            Platform platform,
            ConsumerConfig config,
            PollingSource.Setting source,
            ShardProcessor.Factory processors,
            Host host) {}

    /** The consumer around its shards. Called on the loop. */
    public interface Host {

        /**
         * Tells whether every parent is handled to its end; asked again whenever that may have changed.
         *
         * @param waitedNanos how long the shard has waited for that
         */
        void whetherParentsEnded(Lease lease, long waitedNanos, Consumer<Boolean> answer);

        /** Finds out whether the stream still has a shard that could not be read. Calls back if it is known. */
        void whetherListed(Lease lease, Consumer<Boolean> answer);

        /** The shard is at its end: its children need leases. Calls back once they are there. */
        void createChildren(Lease lease, List<ChildShard> children, Runnable created);

        /** The shard's end is written down. */
        void ended(ShardConsumer consumer);

        /** Whether the worker's session has time left. Any thread. */
        boolean mayAct();

        void emit(ConsumerEvent event);
    }

    public ShardConsumer(Setting setting, HeldLease lease) {
        this.setting = setting;
        this.loop = setting.loop();
        this.lease = lease;
        this.takenAt = loop.nanoTime();
        this.checkpointer = new TenureCheckpointer(loop, setting.platform().userCode(), lease);
        this.handled = lease.row().checkpoint() instanceof Checkpoint.At at ? at.position() : null;
        HashKeyRange range = lease.row().range();
        ConsumerConfig config = setting.config();
        this.deaggregator = new Deaggregator(config.streamName(), lease.key(), range, config.foreignEntries());
        this.source =
                new PollingSource(setting.source(), lease.key(), lease.row().checkpoint(), this);
        this.processor = setting.processors().create(tenure());
    }

    public HeldLease lease() {
        return lease;
    }

    /** Whether the user's handler is in the middle of a call. */
    public boolean isCalling() {
        return calling;
    }

    /** Calls back when no call of the user's handler is under way any more. */
    public void whenCallEnds(Runnable then) {
        afterCall.add(then);
        runAfterCall();
    }

    private void runAfterCall() {
        while (!calling && !afterCall.isEmpty()) {
            afterCall.remove().run(); // may begin another call; the rest waits for that one too
        }
    }

    /** Starts, if the parents let it; to be called again when they may have ended. */
    public void begin() {
        if (blocked || state != State.AWAITING_PARENTS) {
            return;
        }
        if (handled != null || lease.row().parents().isEmpty()) {
            start();
            return;
        }
        setting.host().whetherParentsEnded(lease.row(), loop.nanoTime() - takenAt, parentsEnded -> {
            if (parentsEnded && state == State.AWAITING_PARENTS) {
                start();
            }
        });
    }

    /** As {@link #begin}, but not before an earlier tenure's handler call has ended: never two calls for one shard. */
    public void beginAfter(ShardConsumer earlier) {
        blocked = true;
        earlier.whenCallEnds(() -> {
            blocked = false;
            begin();
        });
    }

    /** Another worker will get the shard soon. */
    public void readSooner() {
        source.readSooner();
    }

    /** Stops after what the handler is doing now, and then calls back with the last position. */
    public void drain(Consumer<Checkpoint> drained) {
        if (state == State.CLOSED || state == State.DRAINING) {
            return;
        }
        if (state == State.ENDING && !pausing) {
            drainInstead = drained; // about to end, which is better
            return;
        }
        state = State.DRAINING;
        stopReading();
        whenCallEnds(() -> {
            if (state != State.DRAINING) {
                return;
            }
            if (!handlerStarted) {
                drained(drained);
                return;
            }
            call(processor::shutdownRequested, failure -> {
                if (failure != null) {
                    emitFailure(failure, 1);
                }
                drained(drained);
            });
        });
    }

    /** Drops everything at once; the lease is another's by now, or nobody's. */
    public void lost() {
        if (state == State.CLOSED) {
            return;
        }
        close();
        whenCallEnds(() -> {
            if (handlerStarted) {
                call(processor::leaseLost, failure -> {
                    if (failure != null) {
                        emitFailure(failure, 1);
                    }
                });
            }
        });
    }

    @Override
    public void fetched(FetchedBatch batch) {
        if (state != State.RUNNING) {
            setting.source().budget().release(batch.bytes());
            return;
        }
        ready.add(batch);
        handleNext();
    }

    @Override
    public void ended(List<ChildShard> children) {
        ended = true;
        // First the children's leases, then the end of this one: a crash between the two loses no shard.
        setting.host().createChildren(lease.row(), children, () -> {
            childrenReady = true;
            handleNext();
        });
    }

    @Override
    public void failed(Throwable failure, int inARow) {
        setting.host().emit(new ConsumerEvent.ReadFailed(lease.key(), inARow, failure));
        String code = ServiceErrors.code(failure);
        if (inARow == EXPLAINED_FAILURE || inARow % EXPLAINED_AGAIN == 0) {
            log.warn(
                    "reading shard={} has failed {} times in a row and goes on: {}: {}",
                    lease.key(),
                    inARow,
                    code,
                    ServiceErrors.message(failure));
        }
        if (code.equals("ResourceNotFoundException") || code.equals("InvalidArgumentException")) {
            // The shard may be older than the retention, or the stream another one of the same name.
            setting.host().whetherListed(lease.row(), listed -> {
                if (!listed && state == State.RUNNING && !ended) {
                    log.warn("shard={} is no longer there: its records were older than the retention", lease.key());
                    source.stop();
                    ended(List.of());
                }
            });
        }
    }

    private void start() {
        state = State.STARTING;
        call(() -> processor.started(context()), failure -> {
            handlerStarted = failure == null;
            if (state != State.STARTING) {
                return;
            }
            if (failure != null) {
                again(failure, this::start, State.STARTING);
                return;
            }
            failures = 0;
            state = State.RUNNING;
            setting.host().emit(new ConsumerEvent.ShardStarted(lease.key()));
            source.request();
            if (processor.checkpointsItself()) {
                checkpointLater();
            }
        });
    }

    private void checkpointLater() {
        loop.schedule(setting.config().checkpointInterval().toNanos(), () -> {
            if (state == State.RUNNING || state == State.ENDING) {
                checkpointLater();
                takeProgress();
                Position position = handled;
                if (position != null) {
                    lease.checkpoint(new Checkpoint.At(position)).exceptionally(lost -> null);
                }
            }
        });
    }

    private void handleNext() {
        if (state != State.RUNNING || calling || run != null) {
            return; // a run that is not calling waits to be tried again
        }
        FetchedBatch batch = ready.poll();
        if (batch == null) {
            if (ended && childrenReady) {
                finish();
            }
            return;
        }
        source.request(); // one batch is read ahead of the one being handled
        BatchRun next = new BatchRun(batch, deaggregator, handled, setting.host()::mayAct);
        run = next;
        handle(next);
    }

    private void handle(BatchRun current) {
        call(
                () -> {
                    if (!processor.checkpointsItself()) {
                        checkpointer.given(current.last());
                    }
                    processor.process(current);
                },
                failure -> handled(current, failure));
    }

    private void handled(BatchRun current, @Nullable Throwable failure) {
        takeProgress();
        if (state != State.RUNNING) {
            release(current);
            return;
        }
        if (failure != null) {
            current.failedOnce();
            emitFailure(failure, current.attempt() - 1);
            long pause = AFTER_FAILURE.delayNanos(
                    current.attempt() - 1, setting.platform().random());
            loop.schedule(pause, () -> {
                if (state == State.RUNNING) {
                    handle(current);
                }
            });
            return;
        }
        if (!current.isDone()) {
            handle(current); // it stopped for a deadline that a renewal has moved meanwhile
            return;
        }
        if (current.dropped() > 0) {
            setting.host().emit(new ConsumerEvent.EntriesDropped(lease.key(), current.dropped()));
        }
        release(current);
        handleNext();
    }

    private void finish() {
        state = State.ENDING;
        call(processor::shardEnded, failure -> {
            if (state != State.ENDING) {
                return;
            }
            if (failure != null) {
                again(failure, this::finish, State.ENDING);
                if (drainInstead != null) {
                    drain(drainInstead);
                }
                return;
            }
            lease.checkpoint(Checkpoint.shardEnd()).whenComplete((nothing, lost) -> {
                if (lost == null && state == State.ENDING) {
                    close();
                    setting.host().ended(this);
                }
            });
        });
    }

    private void again(Throwable failure, Runnable action, State stillIn) {
        failures++;
        pausing = true;
        emitFailure(failure, failures);
        loop.schedule(AFTER_FAILURE.delayNanos(failures, setting.platform().random()), () -> {
            pausing = false;
            if (state == stillIn) {
                action.run();
            }
        });
    }

    private void takeProgress() {
        BatchRun current = run;
        Position position = current == null ? null : current.progress();
        if (position != null) {
            handled = position;
        }
    }

    private void release(BatchRun current) {
        if (run == current) {
            run = null;
            setting.source().budget().release(current.batch().bytes());
        }
    }

    private void stopReading() {
        source.stop();
        takeProgress();
        ready.forEach(batch -> setting.source().budget().release(batch.bytes()));
        ready.clear();
        if (run != null) {
            run.cancel();
            if (!calling) {
                release(run); // it waits to be tried again
            }
        }
    }

    private void drained(Consumer<Checkpoint> drained) {
        if (state != State.DRAINING) {
            return;
        }
        Position position = processor.checkpointsItself() ? handled : null;
        close();
        drained.accept(position == null ? lease.row().checkpoint() : new Checkpoint.At(position));
    }

    private void close() {
        state = State.CLOSED;
        held = false;
        stopReading();
    }

    private void emitFailure(Throwable failure, int attempt) {
        setting.host().emit(new ConsumerEvent.HandlerFailed(lease.key(), attempt, failure));
    }

    private ShardContext context() {
        Position checkpoint = lease.row().checkpoint() instanceof Checkpoint.At at ? at.position() : null;
        return new ShardContext(setting.config().streamName(), lease.key(), checkpoint, lease.fencingToken());
    }

    private ShardProcessor.Tenure tenure() {
        ShardContext atTake = context();
        return new ShardProcessor.Tenure() {
            @Override
            public ShardContext context() {
                return atTake;
            }

            @Override
            public boolean isHeld() {
                return setting.host().mayAct() && held;
            }

            @Override
            public io.shardline.consumer.Checkpointer checkpointer() {
                return checkpointer;
            }
        };
    }

    /** User code, on a user-code thread; what comes of it is taken up on the loop. */
    private interface UserCall {
        void run() throws Exception;
    }

    private void call(UserCall code, Consumer<@Nullable Throwable> done) {
        assert loop.isRunning() && !calling;
        calling = true;
        try {
            setting.platform().userCode().execute(() -> {
                Throwable failure = thrownBy(code);
                loop.post(() -> called(done, failure));
            });
        } catch (RejectedExecutionException e) {
            loop.post(() ->
                    called(done, e)); // the user's executor is full or was shut down; as if the handler had thrown
        }
    }

    private void called(Consumer<@Nullable Throwable> done, @Nullable Throwable failure) {
        calling = false;
        try {
            done.accept(failure);
        } finally {
            runAfterCall();
        }
    }

    /** A handler may throw anything, and the shard must survive it. */
    private static @Nullable Throwable thrownBy(UserCall code) {
        try {
            code.run();
            return null;
        } catch (Throwable e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return e;
        }
    }
}
