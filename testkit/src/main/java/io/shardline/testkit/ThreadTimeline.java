package io.shardline.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A daemon thread of the emulator's own, on real time or on one that passes by hand.
 *
 * <p>By hand, calls are answered as promptly as in real time, but what is to happen later waits for {@link #advance}.
 * Thread-safe.
 */
final class ThreadTimeline implements Timeline, InstantSource {
    private static final long END_MILLIS = 10_000;

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, this::thread);
    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparing(Timer::at).thenComparingLong(Timer::number));
    private final AtomicInteger begun = new AtomicInteger();
    private final boolean manual;
    private volatile Instant now;
    private long created;
    private volatile @Nullable Thread thread;

    /** A task that waits for its time. */
    private record Timer(Instant at, long number, Runnable task) {}

    private ThreadTimeline(@Nullable Instant start) {
        this.manual = start != null;
        this.now = start == null ? Instant.EPOCH : start;
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setRemoveOnCancelPolicy(true);
    }

    static ThreadTimeline real() {
        return new ThreadTimeline(null);
    }

    static ThreadTimeline manual(Instant start) {
        return new ThreadTimeline(start);
    }

    private Thread thread(Runnable work) {
        Thread created = new Thread(work, "kinesis-emulator");
        created.setDaemon(true);
        thread = created;
        return created;
    }

    /** The time that passes by hand. */
    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        begun.incrementAndGet();
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    begun.decrementAndGet();
                }
            });
        } catch (RejectedExecutionException closed) {
            begun.decrementAndGet();
            throw closed;
        }
    }

    @Override
    public void after(Duration delay, Runnable task) {
        if (!manual) {
            executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            return;
        }
        if (executor.isShutdown()) {
            throw new RejectedExecutionException("the emulator is closed");
        }
        lock.lock();
        try {
            timers.add(new Timer(now.plus(delay), created++, task));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void advance(Duration duration) {
        if (!manual) {
            Timeline.super.advance(duration);
        }
        if (duration.isNegative()) {
            throw new IllegalArgumentException("time does not go back: " + duration);
        }
        if (isOwnThread()) {
            throw new IllegalStateException("time can't be advanced by what the emulator calls");
        }
        // What was begun before belongs to the time before.
        settle(() -> {});
        Instant end = now.plus(duration);
        for (Timer next = takeUntil(end); next != null; next = takeUntil(end)) {
            now = next.at().isAfter(now) ? next.at() : now;
            settle(next.task());
        }
        now = end;
    }

    private @Nullable Timer takeUntil(Instant end) {
        lock.lock();
        try {
            Timer next = timers.peek();
            return next == null || next.at().isAfter(end) ? null : timers.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Does a task, and all that it makes the thread do at once. */
    private void settle(Runnable task) {
        CompletableFuture.runAsync(task, executor).join();
        while (begun.get() > 0) {
            CompletableFuture.runAsync(() -> {}, executor).join();
        }
    }

    private boolean isOwnThread() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void end(Runnable last) {
        try {
            executor.execute(() -> {
                last.run();
                // What this has begun is still done, what was to come later is not.
                executor.shutdown();
            });
        } catch (RejectedExecutionException endedAlready) {
            return;
        }
        Thread own = thread;
        if (own == null || isOwnThread()) {
            return;
        }
        try {
            own.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            executor.shutdownNow();
        }
    }
}
