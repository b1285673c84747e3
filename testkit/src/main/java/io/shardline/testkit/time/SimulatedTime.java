package io.shardline.testkit.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A world in which time passes only from event to event, and everything random comes from one seed.
 *
 * <p>Events due at the same nanosecond run in an order drawn from the seed, so that another seed is another interleaving.
 * Nothing ever sleeps or waits. A failure names the seed, the simulated time and the last lines of the {@link Trace}.
 * Confined to the thread that calls {@link #advance} or {@link #runUntil}.
 */
public final class SimulatedTime {
    /** What {@link #instant()} says at nanosecond 0. */
    public static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    /** Not made of parts: a third of a simulation's time would go into putting them together. */
    private static final Comparator<Event> ORDER = (a, b) -> a.at != b.at
            ? Long.compare(a.at, b.at)
            : a.tieBreak != b.tieBreak ? Long.compare(a.tieBreak, b.tieBreak) : Long.compare(a.number, b.number);

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long seed;
    private final SplitMix64 random;
    private final SplitMix64 tieBreaks;
    private final Trace trace = new Trace(this::nowNanos);
    private final PriorityQueue<Event> queue = new PriorityQueue<>(ORDER);
    private final Map<String, SimulatedProcess> processes = new LinkedHashMap<>();
    private final List<Runnable> invariants = new ArrayList<>();
    private long now;
    private long eventsCreated;
    private boolean running;

    /** A world at nanosecond 0 without processes; {@code seed} decides everything that is random in it. */
    public SimulatedTime(long seed) {
        this.seed = seed;
        SplitMix64 root = new SplitMix64(seed);
        this.random = root.split();
        this.tieBreaks = root.split();
    }

    /** The seed that this world came from. */
    public long seed() {
        return seed;
    }

    /** Nanoseconds since the beginning: the true time, which no process sees exactly. */
    public long nowNanos() {
        return now;
    }

    /** The true time of day: {@link #EPOCH} plus {@link #nowNanos()}. */
    public Instant instant() {
        return EPOCH.plusNanos(now);
    }

    /** Random numbers for the test's own decisions. */
    public RandomGenerator random() {
        return random;
    }

    /** What happened so far. */
    public Trace trace() {
        return trace;
    }

    /**
     * A new simulated JVM.
     *
     * @throws IllegalArgumentException if there is or was one of that name: a restarted process needs a name of its own
     */
    public SimulatedProcess process(String name) {
        if (processes.containsKey(name)) {
            throw new IllegalArgumentException("process names are unique in one SimulatedTime: " + name);
        }
        SimulatedProcess process = new SimulatedProcess(this, name, random.split());
        processes.put(name, process);
        return process;
    }

    /**
     * Runs {@code action} once, {@code delay} from now, as {@code actor} in the trace: for what a test does to the world.
     *
     * @throws IllegalArgumentException if the delay is negative
     */
    public void after(Duration delay, String actor, Runnable action) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay must not be negative: " + delay);
        }
        post(now + delay.toNanos(), actor, action);
    }

    /** Adds a check that runs after every event; it fails the run by throwing. */
    public void onEachEvent(Runnable invariant) {
        invariants.add(invariant);
    }

    /**
     * Runs everything due within {@code duration}, and ends exactly that much later.
     *
     * @throws AssertionError if a task or an invariant throws
     * @throws IllegalStateException if called from inside an event
     */
    public void advance(Duration duration) {
        refuseInsideEvent();
        long end = now + duration.toNanos();
        Event head = queue.peek();
        while (head != null && head.at <= end) {
            runNext();
            head = queue.peek();
        }
        now = Math.max(now, end);
    }

    /**
     * Runs events until {@code done} says so, asked before each event.
     *
     * @param limit the longest simulated time to take, from now
     * @throws AssertionError naming the seed, if the limit passes, if no event is left, or if a task or an invariant throws
     * @throws IllegalStateException if called from inside an event
     */
    public void runUntil(BooleanSupplier done, Duration limit) {
        refuseInsideEvent();
        long end = now + limit.toNanos();
        while (!done.getAsBoolean()) {
            Event head = queue.peek();
            if (head == null) {
                throw failure("quiescent before goal", null);
            }
            if (head.at > end) {
                throw failure("no progress within " + limit, null);
            }
            runNext();
        }
    }

    /** Queues an event at an absolute time, or now if that has passed. */
    void post(long at, String actor, Runnable action) {
        queue.add(new Event(Math.max(at, now), tieBreaks.nextLong(), eventsCreated++, actor, action));
    }

    private void runNext() {
        Event event = queue.remove();
        now = event.at;
        trace.record(event.actor, "runs");
        running = true;
        try {
            event.action.run();
            for (Runnable invariant : invariants) {
                invariant.run();
            }
        } catch (RuntimeException | Error e) {
            throw failure(event.actor + " failed: " + e, e);
        } finally {
            running = false;
        }
    }

    private void refuseInsideEvent() {
        if (running) {
            throw new IllegalStateException("time can't be advanced from inside an event");
        }
    }

    private AssertionError failure(String what, @Nullable Throwable cause) {
        String message = what + "; seed=" + seed + " at " + seconds(now) + "; the last events were\n" + trace.tail();
        return new AssertionError(message, cause);
    }

    /** Nanoseconds as seconds with nine decimals, without a locale or a double in between. */
    static String seconds(long nanos) {
        String fraction =
                Long.toString(NANOS_PER_SECOND + nanos % NANOS_PER_SECOND).substring(1);
        return nanos / NANOS_PER_SECOND + "." + fraction + "s";
    }

    private record Event(long at, long tieBreak, long number, String actor, Runnable action) {}
}
