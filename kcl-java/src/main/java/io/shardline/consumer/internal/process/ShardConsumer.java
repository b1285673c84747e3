package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.Position;
import io.shardline.consumer.ShardContext;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.retrieve.PollingSource;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.Backoff;
import io.shardline.runtime.internal.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
 * <p>At most one call of the user's handler is under way. Confined to the consumer loop.
 */
public final class ShardConsumer implements RecordFlow.Owner {

    /** Between two attempts of a call that throws. */
    static final Backoff AFTER_FAILURE = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));

    private final Setting setting;
    private final EventLoop loop;
    private final HeldLease lease;
    private final ShardProcessor processor;
    private final HandlerCalls calls;
    private final RecordFlow flow;
    private final long takenAt;

    private State state = State.AWAITING_PARENTS;
    private boolean blocked;
    private boolean handlerStarted;
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
        TenureCheckpointer checkpointer =
                new TenureCheckpointer(loop, setting.platform().userCode(), lease);
        this.processor = setting.processors().create(tenure(checkpointer));
        this.calls = new HandlerCalls(loop, setting.platform().userCode());
        this.flow = new RecordFlow(setting, lease, new RecordFlow.Handling(calls, processor, checkpointer), this);
    }

    public HeldLease lease() {
        return lease;
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
        if (blocked || state != State.AWAITING_PARENTS) {
            return;
        }
        if (flow.handled() != null || lease.row().parents().isEmpty()) {
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
        flow.readSooner();
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
        flow.stop();
        whenCallEnds(() -> {
            if (state != State.DRAINING) {
                return;
            }
            if (!handlerStarted) {
                drained(drained);
                return;
            }
            calls.call(processor::shutdownRequested, failure -> {
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
                calls.call(processor::leaseLost, failure -> {
                    if (failure != null) {
                        emitFailure(failure, 1);
                    }
                });
            }
        });
    }

    private void start() {
        state = State.STARTING;
        calls.call(() -> processor.started(context()), failure -> {
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
            flow.start();
            if (processor.checkpointsItself()) {
                checkpointLater();
            }
        });
    }

    private void checkpointLater() {
        loop.schedule(setting.config().checkpointInterval().toNanos(), () -> {
            if (state == State.RUNNING || state == State.ENDING) {
                checkpointLater();
                Position position = flow.handled();
                if (position != null) {
                    lease.checkpoint(new Checkpoint.At(position)).exceptionally(lost -> null);
                }
            }
        });
    }

    @Override
    public boolean isRunning() {
        return state == State.RUNNING;
    }

    @Override
    public void allHandled() {
        finish();
    }

    private void finish() {
        state = State.ENDING;
        calls.call(processor::shardEnded, failure -> {
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

    private void drained(Consumer<Checkpoint> drained) {
        if (state != State.DRAINING) {
            return;
        }
        Position position = processor.checkpointsItself() ? flow.handled() : null;
        close();
        drained.accept(position == null ? lease.row().checkpoint() : new Checkpoint.At(position));
    }

    private void close() {
        state = State.CLOSED;
        held = false;
        flow.stop();
    }

    private void emitFailure(Throwable failure, int attempt) {
        setting.host().emit(new ConsumerEvent.HandlerFailed(lease.key(), attempt, failure));
    }

    private ShardContext context() {
        Position checkpoint = lease.row().checkpoint() instanceof Checkpoint.At at ? at.position() : null;
        return new ShardContext(setting.config().streamName(), lease.key(), checkpoint, lease.fencingToken());
    }

    private ShardProcessor.Tenure tenure(TenureCheckpointer checkpointer) {
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
}
