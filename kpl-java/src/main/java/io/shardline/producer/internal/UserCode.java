package io.shardline.producer.internal;

import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.UserFailures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Runs what users attached to futures, and knows which threads do so just now: those must not wait for the producer.
 *
 * <p>Thread-safe.
 */
final class UserCode {

    private final Platform platform;
    private final UserFailures refusals = new UserFailures(Logs.of(UserCode.class));

    /** Whether the task that a thread is in may wait for records. */
    private final ThreadLocal<@Nullable Boolean> running = new ThreadLocal<>();

    private final boolean hasThreadsToSpare;

    /** @param hasThreadsToSpare whether the executor for user code is the user's own, so that its threads may wait for records */
    UserCode(Platform platform, boolean hasThreadsToSpare) {
        this.platform = platform;
        this.hasThreadsToSpare = hasThreadsToSpare;
    }

    /** Runs a task on the executor for user code, or on another thread if that does not take it. */
    void run(Runnable task) {
        AtomicBoolean begun = new AtomicBoolean();
        try {
            platform.userCode().execute(() -> runOnce(begun, task, hasThreadsToSpare));
        } catch (Throwable e) { // whatever an executor throws, the task is nowhere else any more
            runElsewhere(() -> runOnce(begun, task, false));
            refusals.note("giving a task to the executor for user code", e);
        }
    }

    private void runOnce(AtomicBoolean begun, Runnable task, boolean mayWait) {
        if (begun.compareAndSet(false, true)) {
            runHere(task, mayWait);
        }
    }

    /**
     * A producer makes no calls of priority, and a callback that blocks there holds up nothing but its like. But it is one thread, so it
     * must not wait for its like either.
     */
    private void runElsewhere(Runnable once) {
        try {
            platform.priorityIo().execute(once);
        } catch (Throwable e) { // closed
            once.run();
        }
    }

    /** Whether the calling thread is in a task of this producer's. */
    boolean isRunning() {
        return running.get() != null;
    }

    /** A future that completes only after the tasks that run now. */
    <T> CompletableFuture<T> futureBehindTasks() {
        return new BehindTasks<>(this);
    }

    private void runHere(Runnable task, boolean mayWait) {
        Boolean outer = running.get();
        running.set(mayWait && !Boolean.FALSE.equals(outer));
        try {
            task.run();
        } finally {
            if (outer == null) {
                running.remove();
            } else {
                running.set(outer);
            }
        }
    }

    private void refuseToWaitForARecord() {
        if (Boolean.FALSE.equals(running.get())) {
            throw new IllegalStateException("what put() returns must not be waited for in a callback on one of the"
                    + " producer's own threads, which have to tell of it; attach another callback to it, or give the"
                    + " producer a userCodeExecutor with threads to spare (a task that it has refused runs on the"
                    + " producer's own)");
        }
    }

    /**
     * A future that looks at the thread before it waits.
     *
     * <p>Thread-safe.
     */
    abstract static class Watched<T> extends CompletableFuture<T> {

        /** @throws IllegalStateException if this thread must not wait */
        abstract void refuseToWait();

        @Override
        public T join() {
            check();
            return super.join();
        }

        @Override
        public T get() throws InterruptedException, ExecutionException {
            check();
            return super.get();
        }

        @Override
        public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            check();
            return super.get(timeout, unit);
        }

        private void check() {
            if (!isDone()) {
                refuseToWait();
            }
        }
    }

    /**
     * A future of a record, or what was attached to one.
     *
     * <p>Thread-safe.
     */
    static class OfRecord<T> extends Watched<T> {

        private final UserCode userCode;

        OfRecord(UserCode userCode) {
            this.userCode = userCode;
        }

        @Override
        void refuseToWait() {
            userCode.refuseToWaitForARecord();
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new OfRecord<>(userCode);
        }
    }

    /**
     * A future for which no callback can wait: it may be done only after that very callback.
     *
     * <p>Thread-safe.
     */
    private static final class BehindTasks<T> extends Watched<T> {

        private final UserCode userCode;

        BehindTasks(UserCode userCode) {
            this.userCode = userCode;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new BehindTasks<>(userCode);
        }

        @Override
        void refuseToWait() {
            if (userCode.isRunning()) {
                throw new IllegalStateException(
                        "what flush(), closeAsync() and lanes() return must not be waited for in a callback: it"
                                + " may be done only after it; attach another callback to it");
            }
        }
    }
}
