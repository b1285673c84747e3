package io.shardline.consumer.internal.process;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of the user's handler, which can be looked at and interrupted while it runs.
 *
 * <p>An interrupt reaches the call and never what its thread does next. Thread-safe; run once.
 */
final class HandlerCall {

    private final UserCode code;
    private final LongSupplier nanoTime;
    private final long madeNanos;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);
    private volatile @Nullable Thread thread;
    private volatile @Nullable Throwable thrown;
    private volatile long tookNanos;
    private volatile boolean interrupted;

    private enum Phase {
        WAITING,
        RUNNING,
        INTERRUPTING,
        OVER
    }

    /** What is called. */
    interface UserCode {
        void run() throws Exception;
    }

    HandlerCall(UserCode code, LongSupplier nanoTime) {
        this.code = code;
        this.nanoTime = nanoTime;
        this.madeNanos = nanoTime.getAsLong();
    }

    /**
     * Runs it, on a user-code thread.
     *
     * @return whether it ran: not if it was withdrawn, or another thread has come to it first
     */
    boolean run() {
        if (!phase.compareAndSet(Phase.WAITING, Phase.RUNNING)) {
            return false;
        }
        thread = Thread.currentThread();
        long began = nanoTime.getAsLong();
        Throwable failure = failure();
        thrown = failure;
        tookNanos = nanoTime.getAsLong() - began;
        while (!phase.compareAndSet(Phase.RUNNING, Phase.OVER)) {
            Thread.onSpinWait(); // for the one statement that an interrupt takes
        }
        thread = null;
        if (interrupted) {
            Thread.interrupted(); // meant for the call alone
        } else if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt(); // meant by others for the thread
        }
        return true;
    }

    /** What it threw, whatever that is, for the shard must survive it; null if it returned. */
    @Nullable
    Throwable thrown() {
        return thrown;
    }

    private @Nullable Throwable failure() {
        try {
            code.run();
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    /** Keeps it from running, and tells whether that was in time. */
    boolean withdraw() {
        return phase.compareAndSet(Phase.WAITING, Phase.OVER);
    }

    /** Interrupts it if it runs. */
    void interrupt() {
        if (phase.compareAndSet(Phase.RUNNING, Phase.INTERRUPTING)) {
            Thread running = thread;
            while (running == null) {
                Thread.onSpinWait(); // for the one statement before it says which thread it is
                running = thread;
            }
            interrupted = true;
            running.interrupt();
            phase.set(Phase.RUNNING);
        }
    }

    /** The thread that it runs in, or null while it waits for one and when it is over. */
    @Nullable
    Thread thread() {
        return thread;
    }

    /** How long the user's code took; 0 while it runs, and if it did not. */
    long tookNanos() {
        return tookNanos;
    }

    /** How long ago it was handed to the user's executor. */
    Duration age() {
        return Duration.ofNanos(nanoTime.getAsLong() - madeNanos);
    }

    /** In words, as in "the handler, for 12 s in thread x". */
    @Override
    public String toString() {
        Thread running = thread;
        String where = running == null ? "waiting for a user-code thread" : "in thread " + running.getName();
        return "the handler, for " + age().toSeconds() + " s " + where;
    }
}
