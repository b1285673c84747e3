package io.shardline.testkit.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * One simulated JVM: its executors, its imperfect clocks, its random numbers, and the ways in which it can suffer.
 *
 * <p>Its monotonic clock starts at an arbitrary value, its wall clock is up to half a second wrong: code that mixes the two,
 * or compares clocks of machines, shows. What a process has sent to others before it was paused or killed takes its course.
 * Confined to the thread that runs the simulation.
 */
public final class SimulatedProcess {
    /** A start is late by less than this, drawn from the seed: a task handed over is never run at that very nanosecond. */
    static final long START_DELAY_NANOS = 50_000;

    private static final long MAX_WALL_ERROR_NANOS = 500_000_000;
    private static final int MAX_DRIFT_PPM = 100_000;
    private static final long PPM = 1_000_000;

    private final SimulatedTime time;
    private final String name;
    private final SplitMix64 startDelays;
    private final SplitMix64 random;

    /** The clock's last adjustment: it showed {@link #baseLocal} at the true time {@link #baseTrue}. */
    private long baseTrue;

    private long baseLocal;
    private int driftPpm;
    private long wallErrorNanos;
    private long pausedUntil;
    private boolean alive = true;

    SimulatedProcess(SimulatedTime time, String name, SplitMix64 random) {
        this.time = time;
        this.name = name;
        this.startDelays = random.split();
        this.random = random.split();
        this.baseTrue = time.nowNanos();
        // Real monotonic clocks may be negative; half the range leaves room for the arithmetic of those who use it.
        this.baseLocal = random.nextLong() / 2;
        this.wallErrorNanos = random.nextLong(-MAX_WALL_ERROR_NANOS, MAX_WALL_ERROR_NANOS);
    }

    /** The name given at creation, unique in its world. */
    public String name() {
        return name;
    }

    /**
     * A new executor with one thread: tasks run one at a time, in the order of their due times, equal ones first in first
     * out. What a task throws fails the run, unless it was given to {@code submit}: then it is in the future, as usual. {@code awaitTermination} answers at once.
     *
     * @param threadName how the trace calls it
     */
    public ScheduledExecutorService executor(String threadName) {
        return new SimulatedExecutor(this, threadName);
    }

    /**
     * A new pool: up to {@code threads} tasks are being started at any time, each after a delay drawn from the seed, so that
     * tasks overtake each other. With one thread it is first in first out.
     *
     * @param poolName how the trace calls it
     * @throws IllegalArgumentException if {@code threads} is not positive
     */
    public Executor pool(String poolName, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: " + threads);
        }
        return new SimulatedPool(this, poolName, threads);
    }

    /** This process' monotonic clock in nanoseconds; drifts as set, never goes back, has an arbitrary zero. */
    public LongSupplier nanoTime() {
        return this::localNanos;
    }

    /** This process' time of day: wrong by an offset of its own, and it may jump. */
    public InstantSource wallClock() {
        return this::wallInstant;
    }

    /** This process' random numbers. */
    public RandomGenerator random() {
        return random;
    }

    /**
     * From now on the monotonic clock, and every timer with it, runs fast by {@code partsPerMillion} (slow if negative).
     *
     * @throws IllegalArgumentException beyond 100,000 (10 %) either way
     */
    public void driftPpm(int partsPerMillion) {
        if (Math.abs((long) partsPerMillion) > MAX_DRIFT_PPM) {
            throw new IllegalArgumentException("drift must be within +-" + MAX_DRIFT_PPM + " ppm: " + partsPerMillion);
        }
        baseLocal = localNanos();
        baseTrue = time.nowNanos();
        driftPpm = partsPerMillion;
    }

    /** Moves the wall clock by {@code change}, forward or back; monotonic time is not affected. */
    public void jumpWallClock(Duration change) {
        wallErrorNanos += change.toNanos();
    }

    /**
     * Nothing of this process runs for {@code duration}, as in a long collection or after SIGSTOP; both its clocks run on.
     * What came due in between runs afterwards, in order. A pause never shortens one that is under way.
     */
    public void pause(Duration duration) {
        pausedUntil = Math.max(pausedUntil, time.nowNanos() + duration.toNanos());
        time.trace().record(name, "pauses");
    }

    /** Nothing of this process ever runs again, except the rest of a task that kills its own process. */
    public void kill() {
        alive = false;
        time.trace().record(name, "is killed");
    }

    /** Whether it has not been killed. */
    public boolean isAlive() {
        return alive;
    }

    long localNanos() {
        long elapsed = time.nowNanos() - baseTrue;
        return baseLocal + elapsed + drift(elapsed);
    }

    /** Queues {@code action} at the local time {@code due} or as soon after as this process runs and its thread gets up. */
    void wakeAt(long due, String actor, Runnable action) {
        long wait = due - localNanos();
        // Correct to the first order: whoever is woken too early by a drifting clock looks again and waits for the
        // rest.
        long trueWait = wait <= 0 ? 0 : Math.max(1, wait - drift(wait));
        post(time.nowNanos() + trueWait + startDelay(), actor, action);
    }

    private void post(long at, String actor, Runnable action) {
        if (!alive) {
            return;
        }
        time.post(Math.max(at, pausedUntil), actor, () -> runOrPostpone(actor, action));
    }

    private void runOrPostpone(String actor, Runnable action) {
        if (!alive) {
            return;
        }
        if (time.nowNanos() < pausedUntil) {
            post(pausedUntil + startDelay(), actor, action);
        } else {
            action.run();
        }
    }

    private long startDelay() {
        return startDelays.nextLong(START_DELAY_NANOS);
    }

    private long drift(long nanos) {
        // In two parts, because the product of a long run and a drift overflows.
        return nanos / PPM * driftPpm + nanos % PPM * driftPpm / PPM;
    }

    private Instant wallInstant() {
        return time.instant().plusNanos(wallErrorNanos);
    }
}
