package io.shardline.producer.internal;

import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.UserFailures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs what users attached to futures, and knows which threads do so just now: those must not wait for the producer.
 *
 * <p>Thread-safe.
 */
final class UserCode {

    private final Platform platform;
    private final UserFailures refusals = new UserFailures(Logs.of(UserCode.class));
    private final ThreadLocal<Boolean> running = new ThreadLocal<>();

    UserCode(Platform platform) {
        this.platform = platform;
    }

    /** Runs a task on the executor for user code, or here if that does not take it. */
    void run(Runnable task) {
        AtomicBoolean begun = new AtomicBoolean();
        Runnable once = () -> {
            if (begun.compareAndSet(false, true)) {
                runHere(task);
            }
        };
        try {
            platform.userCode().execute(once);
        } catch (Throwable e) { // whatever an executor throws, the task is nowhere else any more
            refusals.note("giving a task to the executor for user code", e);
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

    private void runHere(Runnable task) {
        running.set(Boolean.TRUE);
        try {
            task.run();
        } finally {
            running.remove();
        }
    }

    /**
     * A future that says so where waiting for it would never end.
     *
     * <p>Thread-safe.
     */
    private static final class BehindTasks<T> extends CompletableFuture<T> {

        private final UserCode userCode;

        BehindTasks(UserCode userCode) {
            this.userCode = userCode;
        }

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

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new BehindTasks<>(userCode);
        }

        private void check() {
            if (!isDone() && userCode.isRunning()) {
                throw new IllegalStateException(
                        "what flush(), closeAsync() and lanes() return must not be waited for in a callback: it"
                                + " may be done only after it; attach another callback to it");
            }
        }
    }
}
