package io.shardline.consumer.internal.lease;

import io.shardline.consumer.ConsumerException;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.Backoff;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.LoopCalls;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Sends calls to the lease store from an I/O thread and brings their answers back to the loop.
 *
 * <p>Confined to the consumer loop.
 */
public final class StoreCalls {

    private static final Logger log = Logs.of(StoreCalls.class);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1));

    /**
     * Calls in flight at a time, those that watch over sessions aside; others wait here, where no time-out runs. Fewer than
     * the SDK's client has connections.
     */
    static final int MOST_IN_FLIGHT = 32;

    /** From so many refusals of one write in a row on, about two seconds of them, somebody is told. */
    static final int REFUSALS_TOLD = 8;

    /** A write that has had no definite outcome for so long is sent more seldom: a table that is out is not to be stormed. */
    private static final long OUTAGE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final Backoff OUTAGE_BACKOFF = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(10));

    /** From this attempt on, and then at every so many, the log says why a write has no definite outcome. */
    private static final int EXPLAINED_ATTEMPT = 3;

    private static final int EXPLAINED_AGAIN = 20;

    private final EventLoop loop;
    private final Platform platform;
    private final Broken broken;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int inFlight;
    private long sent;
    private @Nullable Long answeredAt;
    private @Nullable String lastFailure;
    private boolean closed;

    /**
     * Is told when the table refuses what somebody has to mend, such as a missing permission, and when it is gone. Called on the
     * loop.
     */
    public interface Broken {

        /** A read was refused; whoever made it goes on asking. */
        void cannotRead(ConsumerException why);

        /** A write was refused at least {@value #REFUSALS_TOLD} times in a row; it goes on being sent until the calls are closed. */
        void cannotWrite(ConsumerException why);
    }

    public StoreCalls(EventLoop loop, Platform platform, Broken broken) {
        this.loop = loop;
        this.platform = platform;
        this.broken = broken;
    }

    /** Why the last call that failed did so, or null if none has. */
    public @Nullable String lastFailure() {
        return lastFailure;
    }

    /** How many calls were sent. */
    public long sent() {
        return sent;
    }

    /** How long ago the table last answered, or null if it has not. */
    public @Nullable Duration sinceAnswer() {
        Long at = answeredAt;
        return at == null ? null : Duration.ofNanos(loop.nanoTime() - at);
    }

    /** Reads. Exactly one of the two is called, on the loop. */
    public <T> void read(Supplier<CompletableFuture<T>> call, Consumer<T> answer, Consumer<Throwable> failure) {
        send(platform.io(), call, answer, refusable(failure));
    }

    /** As {@link #read}, not waiting behind other calls; for what watches over sessions. */
    public <T> void readFirst(Supplier<CompletableFuture<T>> call, Consumer<T> answer, Consumer<Throwable> failure) {
        send(platform.priorityIo(), call, answer, refusable(failure));
    }

    /** Tells others something that they may also find out by themselves. A failure is logged and forgotten. */
    public <T> void hint(Supplier<CompletableFuture<T>> call) {
        read(call, answer -> {}, failure -> log.debug("a hint to other workers was lost", failure));
    }

    /**
     * Writes, and sends the same conditional write again until the answer is definite.
     *
     * <p>An unknown outcome must not be resolved by a read, which can miss a write that is still under way. There is no
     * limit but the close of the loop: a caller who gave up would not know what it owns.
     */
    public <T> void write(Write<T> write, Consumer<T> written, Consumer<@Nullable T> refused) {
        new Sending<>(write, written, refused).attempt();
    }

    /**
     * A conditional write that can be sent any number of times.
     *
     * @param wanted asked before each sending; false gives up without an answer, for a write whose outcome has become
     *     meaningless
     * @param tooLarge is told that nothing was written, as the row would be larger than the table takes; or null if that is as
     *     any other refusal
     */
    public record Write<T>(
            Executor io,
            Supplier<CompletableFuture<WriteResult<T>>> call,
            Supplier<Boolean> wanted,
            @Nullable Consumer<RowTooLargeException> tooLarge) {

        /** The same, where a row that is too large is an outcome. */
        public Write<T> orTooLarge(Consumer<RowTooLargeException> told) {
            return new Write<>(io, call, wanted, told);
        }
    }

    /** A write of a lease row: always resolved. */
    public <T> Write<T> ordinary(Supplier<CompletableFuture<WriteResult<T>>> call) {
        return new Write<>(platform.io(), call, () -> true, null);
    }

    /** A write of a session row, on the heartbeat's own thread, for as long as it is wanted. */
    public <T> Write<T> first(Supplier<CompletableFuture<WriteResult<T>>> call, Supplier<Boolean> wanted) {
        return new Write<>(platform.priorityIo(), call, wanted, null);
    }

    /** No write is repeated after this. */
    public void close() {
        closed = true;
    }

    /** A write on its way to a definite outcome. */
    private final class Sending<T> {
        private final Write<T> write;
        private final Consumer<T> written;
        private final Consumer<@Nullable T> refused;
        private final long begun = loop.nanoTime();
        private int attempts;
        private int refusals;

        private Sending(Write<T> write, Consumer<T> written, Consumer<@Nullable T> refused) {
            this.write = write;
            this.written = written;
            this.refused = refused;
        }

        private void attempt() {
            assert loop.isRunning();
            if (closed || !write.wanted().get()) {
                return;
            }
            attempts++;
            send(write.io(), write.call(), result -> result.then(written, refused, this::unknown), this::failed);
        }

        private void unknown(String cause) {
            refusals = 0;
            lastFailure = cause;
            explain("has an unknown outcome", cause);
            again();
        }

        private void failed(Throwable failure) {
            if (failure instanceof RowTooLargeException why && write.tooLarge() != null) {
                write.tooLarge().accept(why);
                return;
            }
            explain("failed", ServiceErrors.message(failure));
            again();
            if (failure instanceof ConsumerException refusal) {
                refusals++;
                if (refusals >= REFUSALS_TOLD) {
                    broken.cannotWrite(refusal);
                }
            }
        }

        private void explain(String what, String cause) {
            if (attempts == EXPLAINED_ATTEMPT || attempts % EXPLAINED_AGAIN == 0) {
                log.warn("a write to the lease table {} and is sent again, attempts={}: {}", what, attempts, cause);
            }
        }

        private void again() {
            boolean isOutage = loop.nanoTime() - begun > OUTAGE_NANOS;
            loop.schedule((isOutage ? OUTAGE_BACKOFF : BACKOFF).delayNanos(attempts, platform.random()), this::attempt);
        }
    }

    private Consumer<Throwable> refusable(Consumer<Throwable> failure) {
        return thrown -> {
            failure.accept(thrown);
            if (thrown instanceof ConsumerException permanent) {
                broken.cannotRead(permanent);
            }
        };
    }

    private <T> void send(
            Executor io, Supplier<CompletableFuture<T>> call, Consumer<T> answer, Consumer<Throwable> failure) {
        boolean limited = io.equals(platform.io());
        if (limited && inFlight == MOST_IN_FLIGHT) {
            waiting.add(() -> send(io, call, answer, failure));
            return;
        }
        inFlight += limited ? 1 : 0;
        sent++;
        LoopCalls.send(loop, io, call, (result, thrown) -> {
            if (limited) {
                inFlight--;
                sendNext();
            }
            if (thrown != null) {
                lastFailure = ServiceErrors.message(thrown);
                failure.accept(thrown);
            } else {
                if (!(result instanceof WriteResult.Unknown)) {
                    answeredAt = loop.nanoTime();
                }
                answer.accept(Objects.requireNonNull(result));
            }
        });
    }

    private void sendNext() {
        Runnable next = waiting.poll();
        if (next != null) {
            next.run();
        }
    }
}
