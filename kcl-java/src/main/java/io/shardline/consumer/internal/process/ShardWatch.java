package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.Position;
import io.shardline.consumer.ShardHealth;
import io.shardline.consumer.ShardState;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Looks at one tenure every second: whether it makes progress, and if not, what it waits for.
 *
 * <p>Confined to the consumer loop.
 */
final class ShardWatch {

    private static final Logger log = Logs.of(ShardWatch.class);

    /** So much of the stack of a handler that does not come back is logged. */
    private static final int MOST_FRAMES = 20;

    private final ShardConsumer.Setting setting;
    private final EventLoop loop;
    private final HeldLease lease;
    private final ShardConsumer shard;

    private @Nullable Position handled;
    private Checkpoint checkpoint;
    private @Nullable Long checkpointAt;
    private long progressAt;
    private long reportedAt;
    private boolean stalled;

    ShardWatch(ShardConsumer.Setting setting, ShardConsumer shard) {
        this.setting = setting;
        this.loop = setting.loop();
        this.lease = shard.lease();
        this.shard = shard;
        this.checkpoint = lease.row().checkpoint();
        this.handled = shard.flow().handled();
        this.progressAt = loop.nanoTime();
    }

    /** Looks, and reports a shard that has stood still for too long, once in each such time. */
    ShardHealth look() {
        long now = loop.nanoTime();
        takeProgress(now);
        takeCheckpoint(now);
        long limit = setting.config().stalledAfter().toNanos();
        boolean wasStalled = stalled;
        stalled = now - progressAt >= limit;
        if (stalled && (!wasStalled || now - reportedAt >= limit)) {
            reportedAt = now;
            report(Duration.ofNanos(now - progressAt));
        }
        return health(now);
    }

    private void takeProgress(long now) {
        Position position = shard.flow().handled();
        ShardState state = state();
        boolean isNotMeantTo =
                state == ShardState.AWAITING_PARENTS || state == ShardState.PAUSED || state == ShardState.STOPPED;
        if (isNotMeantTo || !Objects.equals(position, handled)) {
            progressAt = now;
        } else if (!shard.flow().isAnyWaiting()) {
            progressAt = latest(progressAt, shard.flow().answeredAt());
        }
        handled = position;
    }

    private static long latest(long one, long other) {
        return one - other > 0 ? one : other;
    }

    private void takeCheckpoint(long now) {
        Checkpoint written = lease.row().checkpoint();
        if (!written.equals(checkpoint)) {
            checkpoint = written;
            checkpointAt = now;
        }
    }

    private void report(Duration since) {
        String waitsFor = waitsFor();
        setting.host().emit(new ConsumerEvent.ShardStalled(lease.key(), since, waitsFor));
        log.warn(
                "shard={} has made no progress for {} s and waits for {}{}",
                lease.key(),
                since.toSeconds(),
                waitsFor,
                stack());
    }

    private String stack() {
        HandlerCall call = shard.call();
        Thread thread = call == null ? null : call.thread();
        if (thread == null) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        StackTraceElement[] frames = thread.getStackTrace();
        for (int i = 0; i < Math.min(MOST_FRAMES, frames.length); i++) {
            text.append("\n\tat ").append(frames[i]);
        }
        return text.toString();
    }

    private ShardHealth health(long now) {
        Checkpoint written = lease.row().checkpoint();
        Long at = checkpointAt;
        return new ShardHealth(
                lease.key(),
                String.valueOf(lease.row().owner()),
                state(),
                waitsFor(),
                stalled,
                handled,
                written instanceof Checkpoint.At position ? position.position() : null,
                shard.flow().behindLatest(),
                Duration.ofNanos(now - progressAt),
                at == null ? null : Duration.ofNanos(now - at),
                shard.flow().skipped(),
                shard.flow().expiredAfter());
    }

    private ShardState state() {
        if (shard.isDraining()) {
            return ShardState.DRAINING;
        }
        if (shard.retries().isStopped()) {
            return ShardState.STOPPED;
        }
        if (shard.retries().isPaused()) {
            return ShardState.PAUSED;
        }
        if (shard.retries().isPending()) {
            return ShardState.RETRYING;
        }
        return switch (shard.state()) {
            case AWAITING_PARENTS -> shard.isAwaitingParents() ? ShardState.AWAITING_PARENTS : ShardState.STARTING;
            case STARTING -> ShardState.STARTING;
            case RUNNING -> shard.call() == null ? ShardState.READING : ShardState.HANDLING;
            case ENDING -> ShardState.ENDING;
            case DRAINING, CLOSED -> ShardState.DRAINING;
        };
    }

    /** In words, what has to happen next. */
    String waitsFor() {
        HandlerCall call = shard.call();
        if (call != null) {
            return call.toString();
        }
        return switch (state()) {
            case AWAITING_PARENTS ->
                "its parents to be handled to their end: " + lease.row().parents();
            case STOPPED -> "a resume, or another worker, after " + shard.retries();
            case PAUSED -> "a resume";
            case RETRYING -> "the next attempt, after " + shard.retries();
            case READING, HANDLING -> shard.flow().waitsFor();
            case STARTING -> "the state of its parents, or the end of a call from before this worker lost the shard";
            case ENDING, DRAINING -> "the lease table";
        };
    }
}
