package io.shardline.testkit.time;

import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One task of a simulated executor, which is also the future of its result.
 *
 * <p>Confined to the thread that runs the simulation.
 */
final class SimulatedTask<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {
    /**
     * When a task runs.
     *
     * @param due local nanoseconds
     * @param period 0 for once, positive for a fixed rate, negative for a fixed delay, in nanoseconds
     */
    record Timing(long due, long period) {}

    private final SimulatedExecutor executor;
    private final Timing timing;
    private long due;
    private long number;
    private boolean surfacing;
    private boolean roundDone;

    SimulatedTask(SimulatedExecutor executor, Callable<V> body, Timing timing) {
        super(body);
        this.executor = executor;
        this.timing = timing;
        this.due = timing.due();
    }

    /** Makes failures of this task failures of the run: nobody would look into its future. */
    SimulatedTask<V> surfacing() {
        surfacing = true;
        return this;
    }

    @Override
    public void run() {
        if (isPeriodic()) {
            roundDone = runAndReset();
        } else {
            super.run();
        }
    }

    @Override
    protected void setException(Throwable failure) {
        super.setException(failure);
        if (surfacing && failure instanceof Error error) {
            throw error;
        }
        if (surfacing) {
            throw new TaskFailedException(failure);
        }
    }

    /** Sets the next due time of a periodic task; false if there is none. */
    boolean nextRound() {
        if (!roundDone) {
            return false;
        }
        roundDone = false;
        due = timing.period() > 0 ? due + timing.period() : executor.localNanos() - timing.period();
        return true;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(false);
        executor.remove(this);
        return cancelled;
    }

    /** Cancels a task that is being removed from the queue already. */
    boolean abandon() {
        return super.cancel(false);
    }

    @Override
    public boolean isPeriodic() {
        return timing.period() != 0;
    }

    long due() {
        return due;
    }

    long number() {
        return number;
    }

    void number(long next) {
        number = next;
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return unit.convert(due - executor.localNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
        return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
}
