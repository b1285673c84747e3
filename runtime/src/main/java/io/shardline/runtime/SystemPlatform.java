package io.shardline.runtime;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * The real platform: one loop thread, two I/O threads, one for priority I/O, and a fixed number for user code beside up to four for
 * priority user code and up to four for futures, or an executor that is given for all user code.
 *
 * <p>All threads are daemons and are named {@code shardline-<name>-<role>-<n>}. Thread-safe.
 */
public final class SystemPlatform implements AutoCloseable {

    /** Threads that marshal, sign and send requests. */
    static final int IO_THREADS = 2;

    /** Threads for priority user code. They are started when they are needed and end when they have been idle. */
    static final int MAX_PRIORITY_USER_THREADS = 4;

    /** Threads for a consumer's futures, started and ended in the same way. */
    static final int MAX_FUTURE_THREADS = 4;

    private static final long IDLE_SECONDS = 10;

    private final Platform platform;
    private final List<ExecutorService> executors;

    /** Executors for user code, of which some may be the same. */
    private record UserCode(Executor handlers, Executor priority, Executor futures) {}

    private SystemPlatform(String name, UserCode userCode, List<ExecutorService> ownUserCode) {
        ScheduledThreadPoolExecutor loop = new ScheduledThreadPoolExecutor(1, threads(name, "loop"));
        loop.setRemoveOnCancelPolicy(true);
        loop.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        ExecutorService io = Executors.newFixedThreadPool(IO_THREADS, threads(name, "io"));
        ExecutorService priorityIo = Executors.newFixedThreadPool(1, threads(name, "priority-io"));
        List<ExecutorService> owned = new ArrayList<>(List.of(loop, io, priorityIo));
        owned.addAll(ownUserCode);
        executors = List.copyOf(owned);
        platform = new Platform(
                loop,
                io,
                priorityIo,
                userCode.handlers(),
                userCode.priority(),
                userCode.futures(),
                System::nanoTime,
                InstantSource.system(),
                RandomGenerator.of("L64X128MixRandom"));
    }

    /**
     * Starts the threads.
     *
     * @param name part of the thread names
     * @param userCodeThreads how many futures or handlers run at a time, at least 1
     * @throws IllegalArgumentException if {@code userCodeThreads} is less than 1
     */
    public static SystemPlatform start(String name, int userCodeThreads) {
        if (userCodeThreads < 1) {
            throw new IllegalArgumentException("userCodeThreads must be at least 1, was " + userCodeThreads);
        }
        ExecutorService userCode = Executors.newFixedThreadPool(userCodeThreads, threads(name, "user"));
        ExecutorService priority = onDemand(MAX_PRIORITY_USER_THREADS, threads(name, "priority-user"));
        ExecutorService futures = onDemand(MAX_FUTURE_THREADS, threads(name, "futures"));
        return new SystemPlatform(
                name, new UserCode(userCode, priority, futures), List.of(userCode, priority, futures));
    }

    /** Threads that exist only while they have work, and a little longer. */
    private static ExecutorService onDemand(int most, ThreadFactory threads) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /**
     * Starts the threads but those for user code.
     *
     * @param name part of the thread names
     * @param userCode where futures are completed and handlers run; the caller's to close
     */
    public static SystemPlatform start(String name, Executor userCode) {
        Objects.requireNonNull(userCode, "userCode");
        return new SystemPlatform(name, new UserCode(userCode, userCode, userCode), List.of());
    }

    /** What to hand to a producer or a consumer. */
    public Platform platform() {
        return platform;
    }

    /** Lets running and waiting tasks end, drops timers, and returns at once. */
    @Override
    public void close() {
        executors.forEach(ExecutorService::shutdown);
    }

    /**
     * Waits for the threads to end after {@link #close()}.
     *
     * @return whether all of them have ended within {@code limit}
     * @throws InterruptedException if the calling thread is interrupted while it waits
     */
    public boolean awaitTermination(Duration limit) throws InterruptedException {
        long deadline = platform.nanoTime().getAsLong() + limit.toNanos();
        for (ExecutorService executor : executors) {
            long left = deadline - platform.nanoTime().getAsLong();
            if (!executor.awaitTermination(Math.max(0, left), TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        return true;
    }

    private static ThreadFactory threads(String name, String role) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "shardline-" + name + "-" + role + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
