package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ShardHealth;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.retrieve.PrefetchBudget;
import io.shardline.consumer.internal.retrieve.RecordSource;
import io.shardline.consumer.internal.retrieve.ShardName;
import io.shardline.consumer.internal.shard.Listed;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.model.ChildShard;

/**
 * One tenure of one shard: waits for the parents, has the records handled, checkpoints, and ends, is drained or is lost.
 *
 * <pre>
 * AWAITING_PARENTS -> STARTING -> RUNNING -> ENDING -> CLOSED
 *          any of these -- drain --> DRAINING -> CLOSED
 *          any of these -- lost  --> CLOSED
 * </pre>
 *
 * <p>In all but the last two the user may pause it, and it may be stopped for a handler that fails: then nothing begins until
 * it is resumed. At most one call of the user's handler is under way. Confined to the consumer loop.
 */
public final class ShardConsumer implements RecordFlow.Owner {

    private static final Logger log = Logs.of(ShardConsumer.class);

    private final Setting setting;
    private final EventLoop loop;
    private final HeldLease lease;
    private final Tenure tenure;
    private final ShardProcessor processor;
    private final HandlerCalls calls;
    private final Retries retries;
    private final RecordFlow flow;
    private final LifeCycleCalls lifeCycle;
    private final Beginning beginning;
    private final ShardWatch watch;
    private final long takenAt;

    private State state = State.AWAITING_PARENTS;
    private boolean blocked;
    private boolean awaitingParents;
    private long quietSince;
    private @Nullable Consumer<Checkpoint> drained;
    private EventLoop.@Nullable Timer drainLimit;

    /** Where it is between its lease's take and its end. */
    enum State {
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
            PrefetchBudget budget,
            RecordSource.Factory sources,
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

        /** Finds out where a shard begins, and after which parents, where its row does not tell. Calls back. */
        void settle(Lease row, Consumer<Lease> settled);

        /** The shard that a lease is for. */
        ShardName nameOf(Lease lease);

        /** Looks a shard up in a fresh listing of its stream. Calls back if it is known. */
        void lookUp(Lease lease, Consumer<Listed> answer);

        /** How long the stream keeps records. */
        Duration retention(Lease lease);

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
        this.quietSince = takenAt;
        TenureCheckpointer checkpointer = new TenureCheckpointer(
                loop, setting.platform().futures(), lease, setting.host().nameOf(lease.row()));
        this.tenure = new Tenure(setting, lease, checkpointer);
        this.processor = setting.processors().create(tenure);
        this.calls = new HandlerCalls(loop, setting.platform());
        this.retries = new Retries(setting, lease.key());
        RecordFlow.Handling handling = new RecordFlow.Handling(calls, retries, processor, checkpointer);
        this.flow = new RecordFlow(setting, lease, handling, this);
        this.lifeCycle = new LifeCycleCalls(processor, calls, retries, flow::handled);
        this.beginning = new Beginning(lease, setting.host());
        this.watch = new ShardWatch(setting, this);
    }

    public HeldLease lease() {
        return lease;
    }

    /** Looks whether it makes progress, reports it if it does not, and tells how it stands; to be called every second. */
    public ShardHealth look() {
        return watch.look();
    }

    /** In words, what has to happen next. */
    public String waitsFor() {
        return watch.waitsFor();
    }

    /** Whether a read of it has succeeded, or it waits for something that this worker need not do first. */
    public boolean hasBegun() {
        return retries.isSuspended()
                || switch (state) {
                    case AWAITING_PARENTS -> awaitingParents;
                    case STARTING -> false;
                    case RUNNING -> flow.hasBeenRead();
                    case ENDING, DRAINING, CLOSED -> true;
                };
    }

    State state() {
        return state;
    }

    boolean isDraining() {
        return drained != null;
    }

    boolean isAwaitingParents() {
        return awaitingParents;
    }

    RecordFlow flow() {
        return flow;
    }

    Retries retries() {
        return retries;
    }

    @Nullable
    HandlerCall call() {
        return calls.current();
    }

    /** Whether the user's handler is in the middle of a call. */
    public boolean isCalling() {
        return calls.isCalling();
    }

    /** Calls back when no call of the user's handler is under way any more. */
    public void whenCallEnds(Runnable then) {
        calls.whenIdle(then);
    }

    /** Starts, if the parents let it; to be called again when they may have ended. */
    public void begin() {
        if (blocked || !mayBegin()) {
            return;
        }
        Lease row = beginning.row();
        if (row == null) {
            beginning.find(this::begin);
        } else if (flow.handled() != null || row.parents().isEmpty()) {
            startFrom(row);
        } else {
            setting.host().whetherParentsEnded(row, loop.nanoTime() - takenAt, parentsEnded -> {
                awaitingParents = !parentsEnded;
                if (parentsEnded && mayBegin()) {
                    startFrom(row);
                }
            });
        }
    }

    /** Where it begins is in the row before the first record is read: by then the parents may be forgotten. */
    private void startFrom(Lease row) {
        if (row.checkpoint().isAfter(lease.row().checkpoint())) {
            lease.checkpoint(row.checkpoint()).thenRun(this::begin);
        } else {
            start();
        }
    }

    private boolean mayBegin() {
        return state == State.AWAITING_PARENTS && !retries.isSuspended();
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
        flow.readSooner();
    }

    /**
     * Nothing more is read or handled after what the handler is doing now, until {@link #resume}; the lease stays held.
     *
     * @param done called on the loop when the handler does nothing any more
     */
    public void pause(Runnable done) {
        retries.pause();
        if (state == State.RUNNING) {
            flow.halt();
        }
        whenCallEnds(done);
    }

    /** Goes on after {@link #pause}, or after the handler has been given up. */
    public void resume() {
        lifeCycle.forgetFailures();
        retries.resume();
        if (state == State.AWAITING_PARENTS) {
            begin();
        } else if (state == State.RUNNING) {
            flow.start();
        }
    }

    /**
     * Stops after what the handler is doing now, and then calls back with the last position. A handler that is still doing it
     * after a while is interrupted and not waited for.
     */
    public void drain(Consumer<Checkpoint> then) {
        if (drained != null || state == State.CLOSED) {
            return;
        }
        drained = then;
        drainLimit = loop.schedule(setting.config().handOverTimeout().toNanos(), this::cutShort);
        if (state != State.ENDING || retries.isPending() || calls.withdraw()) {
            beginDrain();
        } // else it is about to end, which is better
    }

    private void beginDrain() {
        state = State.DRAINING;
        flow.halt();
        whenCallEnds(() -> {
            if (state == State.DRAINING) {
                lifeCycle.requestShutdown(this::drained);
            }
        });
    }

    private void drained() {
        if (state == State.DRAINING) {
            Checkpoint last = lastHandled();
            close();
            Objects.requireNonNull(drained).accept(last);
        }
    }

    /** The shard is let go, if that is under way, whatever the handler does. */
    public void cutShort() {
        HandlerCall stuck = calls.current();
        if (drained == null || stuck == null || state == State.CLOSED) {
            return;
        }
        log.warn("shard={} is let go while its handler runs: {}", lease.key(), stuck);
        setting.host().emit(new ConsumerEvent.HandlerCancelled(lease.key(), stuck.age()));
        Checkpoint last = lastHandled();
        calls.cancel();
        close();
        whenCallEnds(lifeCycle::tellLost);
        drained.accept(last);
    }

    private Checkpoint lastHandled() {
        Checkpoint written = lease.row().checkpoint();
        Checkpoint.At progress = flow.progress();
        return progress != null
                        && progress.isAfter(written)
                        && (processor.checkpointsItself() || progress.isSamePlaceAs(written))
                ? progress
                : written;
    }

    /** Drops everything at once; the lease is another's by now, or nobody's. */
    public void lost() {
        if (state == State.CLOSED) {
            return;
        }
        close();
        whenCallEnds(lifeCycle::tellLost);
    }

    private void start() {
        state = State.STARTING;
        lifeCycle.start(tenure.contextNow(), failed -> {
            if (state != State.STARTING) {
                return;
            }
            if (failed != null) {
                retries.again(failed, this::start);
            } else {
                started();
            }
        });
    }

    private void started() {
        state = State.RUNNING;
        setting.host().emit(new ConsumerEvent.ShardStarted(lease.key()));
        flow.start();
        checkpointLater();
    }

    private void checkpointLater() {
        loop.schedule(setting.config().checkpointInterval().toNanos(), () -> {
            if (state == State.RUNNING || state == State.ENDING) {
                checkpointLater();
                Checkpoint.At due = dueCheckpoint();
                if (due != null) {
                    lease.checkpoint(due).exceptionally(lost -> null);
                }
            }
        });
    }

    /**
     * Progress is written as it is made; that there is none, because the shard is at its tip, in every half retention, so that a
     * later owner can tell a quiet shard from one whose records have expired.
     */
    private Checkpoint.@Nullable At dueCheckpoint() {
        Checkpoint.At progress = flow.progress();
        if (progress == null) {
            return null;
        }
        if (!progress.isSamePlaceAs(lease.row().checkpoint())) {
            quietSince = loop.nanoTime();
            return processor.checkpointsItself() ? progress : null;
        }
        boolean isDue = loop.nanoTime() - quietSince
                >= setting.host().retention(lease.row()).toNanos() / 2;
        if (isDue) {
            quietSince = loop.nanoTime();
        }
        return isDue ? progress : null;
    }

    @Override
    public boolean isRunning() {
        return state == State.RUNNING && !retries.isSuspended();
    }

    @Override
    public void allHandled() {
        finish();
    }

    private void finish() {
        state = State.ENDING;
        lifeCycle.end(failed -> {
            if (state != State.ENDING) {
                return;
            }
            if (failed != null) {
                retries.again(failed, this::finish);
                if (drained != null) {
                    beginDrain();
                }
                return;
            }
            lease.checkpoint(lease.row().checkpoint().ended()).whenComplete((nothing, lost) -> {
                if (lost == null && state == State.ENDING) {
                    close();
                    setting.host().ended(this);
                }
            });
        });
    }

    private void close() {
        state = State.CLOSED;
        tenure.end();
        if (drainLimit != null) {
            drainLimit.cancel();
        }
        flow.halt();
    }
}
