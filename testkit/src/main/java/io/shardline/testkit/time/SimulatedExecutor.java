package io.shardline.testkit.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A scheduled executor with one thread, on the clock of a simulated process.
 *
 * <p>The order is that of a {@link java.util.concurrent.ScheduledThreadPoolExecutor} with one thread: by due time, equal ones
 * first in first out, {@code execute} being due now. As there, {@code shutdown} cancels periodic tasks and lets delayed
 * ones run. Confined to the thread
 * that runs the simulation.
 */
final class SimulatedExecutor extends AbstractExecutorService implements ScheduledExecutorService {
    private static final Comparator<SimulatedTask<?>> ORDER =
            (a, b) -> a.due() != b.due() ? (a.due() - b.due() < 0 ? -1 : 1) : Long.compare(a.number(), b.number());

    /** 73 years: what is asked for later must not overflow the clocks. */
    private static final long MAX_DELAY_NANOS = Long.MAX_VALUE / 4;

    private final SimulatedProcess process;
    private final String actor;
    private final PriorityQueue<SimulatedTask<?>> queue = new PriorityQueue<>(ORDER);
    private @Nullable SimulatedTask<?> wokenFor;
    private long tasksCreated;
    private boolean shutdown;
    private boolean busy;

    SimulatedExecutor(SimulatedProcess process, String name) {
        this.process = process;
        this.actor = process.name() + "/" + name;
    }

    @Override
    public void execute(Runnable task) {
        add(Executors.callable(task), 0, 0).surfacing();
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return add(Executors.callable(task), unit.toNanos(delay), 0).surfacing();
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        // Surfacing as well: which lambda is a Callable and which a Runnable is an accident of its last expression.
        return add(task, unit.toNanos(delay), 0).surfacing();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return add(Executors.callable(task), unit.toNanos(initialDelay), positive(unit.toNanos(period)))
                .surfacing();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        return add(Executors.callable(task), unit.toNanos(initialDelay), -positive(unit.toNanos(delay)))
                .surfacing();
    }

    private static long positive(long nanos) {
        if (nanos <= 0) {
            throw new IllegalArgumentException("the period must be positive: " + Duration.ofNanos(nanos));
        }
        return nanos;
    }

    @Override
    public <T> Future<T> submit(Callable<T> task) {
        return add(task, 0, 0);
    }

    @Override
    public Future<?> submit(Runnable task) {
        return add(Executors.callable(task), 0, 0);
    }

    @Override
    public <T> Future<T> submit(Runnable task, T result) {
        return add(Executors.callable(task, result), 0, 0);
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) {
        throw blocking("invokeAll");
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit) {
        throw blocking("invokeAll");
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks) {
        throw blocking("invokeAny");
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit) {
        throw blocking("invokeAny");
    }

    private UnsupportedOperationException blocking(String method) {
        return new UnsupportedOperationException(
                method + " on " + actor + " would block the thread that moves simulated time");
    }

    @Override
    public void shutdown() {
        shutdown = true;
        queue.removeIf(task -> task.isPeriodic() && task.abandon());
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown = true;
        List<Runnable> never = new ArrayList<>();
        for (SimulatedTask<?> task = queue.poll(); task != null; task = queue.poll()) {
            never.add(task);
        }
        return never;
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown && queue.isEmpty() && !busy;
    }

    /** Whether it has terminated already: waiting would stop simulated time. */
    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return isTerminated();
    }

    private <V> SimulatedTask<V> add(Callable<V> body, long delayNanos, long periodNanos) {
        if (shutdown) {
            throw new RejectedExecutionException(actor + " has been shut down");
        }
        long due = process.localNanos() + Math.min(MAX_DELAY_NANOS, Math.max(0, delayNanos));
        SimulatedTask<V> task = new SimulatedTask<>(this, body, new SimulatedTask.Timing(due, periodNanos));
        enqueue(task);
        return task;
    }

    /** Queues a task, also again after a round of a periodic one. */
    private void enqueue(SimulatedTask<?> task) {
        if (!process.isAlive()) {
            return;
        }
        task.number(tasksCreated++);
        queue.add(task);
        if (!busy) {
            arm();
        }
    }

    /** Sees to it that a wake-up is under way for the head of the queue; older wake-ups find nothing to do. */
    private void arm() {
        SimulatedTask<?> head = queue.peek();
        if (head != null && head != wokenFor) {
            wokenFor = head;
            process.wakeAt(head.due(), actor, () -> wake(head));
        }
    }

    private void wake(SimulatedTask<?> expected) {
        if (wokenFor != expected) {
            return;
        }
        wokenFor = null;
        SimulatedTask<?> head = queue.peek();
        if (head != null && head.due() - process.localNanos() <= 0) {
            queue.remove();
            run(head);
        }
        arm();
    }

    private void run(SimulatedTask<?> task) {
        busy = true;
        try {
            task.run();
        } finally {
            busy = false;
        }
        if (task.nextRound() && !shutdown) {
            enqueue(task);
        }
    }

    boolean remove(SimulatedTask<?> task) {
        return queue.remove(task);
    }

    long localNanos() {
        return process.localNanos();
    }
}
