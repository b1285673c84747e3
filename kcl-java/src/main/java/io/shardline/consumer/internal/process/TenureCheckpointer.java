package io.shardline.consumer.internal.process;

import io.shardline.consumer.Checkpointer;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.LeaseLostException;
import io.shardline.consumer.Position;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.consumer.internal.retrieve.ShardName;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.ServiceErrors;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The user's way to checkpoints during one tenure of a shard, and what a checkpoint covers that names no record.
 *
 * <p>Thread-safe.
 */
final class TenureCheckpointer implements Checkpointer {

    private final EventLoop loop;
    private final Executor futures;
    private final HeldLease lease;
    private final ShardName shard;
    private volatile @Nullable Position handled;
    private volatile @Nullable Position given;
    private volatile @Nullable Call call;

    /** A running call of the handler, and where the records end that it was given. */
    private record Call(Thread thread, Position end) {}

    TenureCheckpointer(EventLoop loop, Executor futures, HeldLease lease, ShardName shard) {
        this.loop = loop;
        this.futures = futures;
        this.lease = lease;
        this.shard = shard;
    }

    /** Calls that returned have handled everything up to here, or the policy has passed over it. */
    void handledUpTo(Position position) {
        handled = position;
    }

    /** The calling thread begins to give records to the handler. */
    void callBegins(Position lastRecord, Position end) {
        given = lastRecord;
        call = new Call(Thread.currentThread(), end);
    }

    /** The handler has returned or thrown. */
    void callEnds() {
        call = null;
    }

    /** What a checkpoint covers that is made now and names no record; null if nothing is handled yet. */
    private @Nullable Position covered() {
        Call running = call;
        return running != null && running.thread() == Thread.currentThread() ? running.end() : handled;
    }

    @Override
    public void checkpoint() {
        Position last = covered();
        if (last != null) {
            await(write(last, Runnable::run));
        }
    }

    @Override
    public void checkpoint(ConsumerRecord record) {
        await(write(positionOf(record), Runnable::run));
    }

    @Override
    public CompletableFuture<Void> checkpointAsync() {
        Position last = covered();
        return last == null ? CompletableFuture.completedFuture(null) : write(last, futures);
    }

    @Override
    public CompletableFuture<Void> checkpointAsync(ConsumerRecord record) {
        return write(positionOf(record), futures);
    }

    private Position positionOf(ConsumerRecord record) {
        Position position = record.position();
        Position last = given;
        boolean isMine =
                record.shardId().equals(shard.shardId()) && record.streamName().equals(shard.streamName());
        if (!isMine || last == null || position.compareTo(last) > 0) {
            throw new IllegalArgumentException("only what this handler was given can be checkpointed: " + position
                    + " of " + record.streamName() + "/" + record.shardId() + " is not among the records of "
                    + shard.streamName() + "/" + shard.shardId() + " up to " + last);
        }
        return position;
    }

    /**
     * Writes a position.
     *
     * @param completer where the future completes: on the loop where the handler has it in no other hands, or else where no
     *     call of a handler is made, since all of these may wait
     */
    private CompletableFuture<Void> write(Position position, Executor completer) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        boolean posted = loop.post(() -> lease.checkpoint(new Checkpoint.At(position))
                .whenComplete((nothing, failure) -> complete(completer, () -> {
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(lost(failure));
                    }
                })));
        if (!posted) {
            done.completeExceptionally(lost(null));
        }
        return done;
    }

    private static void complete(Executor completer, Runnable completion) {
        try {
            completer.execute(completion);
        } catch (RejectedExecutionException e) {
            completion.run(); // there are no threads for it any more
        }
    }

    private LeaseLostException lost(@Nullable Throwable failure) {
        String message = failure == null ? "the consumer is closed" : ServiceErrors.message(failure);
        return new LeaseLostException("nothing can be checkpointed for " + lease.key() + ": " + message, failure);
    }

    private static void await(CompletableFuture<Void> done) {
        try {
            done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LeaseLostException lost) {
                throw lost;
            }
            throw e;
        }
    }
}
