package io.shardline.testkit.time;

import java.util.function.LongSupplier;

/**
 * What happened in a run: the last lines for people, and a running 64-bit hash over every line as the run's fingerprint.
 *
 * <p>Two runs with the same hash did, for all practical purposes, the same things at the same times. Confined to the thread
 * that runs the simulation.
 */
public final class Trace {
    /** How many lines are kept for {@link #tail()}. */
    static final int KEPT_LINES = 400;

    private final LongSupplier clock;
    private final long[] times = new long[KEPT_LINES];
    private final String[] actors = new String[KEPT_LINES];
    private final String[] events = new String[KEPT_LINES];
    private long lines;
    private long hash;

    /** An empty trace whose lines are stamped with the nanoseconds of {@code clock}. */
    Trace(LongSupplier clock) {
        this.clock = clock;
    }

    /** Adds a line: who, and what, in words that do not depend on identity hashes, threads or addresses. */
    public void record(String actor, String event) {
        long now = clock.getAsLong();
        int slot = (int) (lines % KEPT_LINES);
        times[slot] = now;
        actors[slot] = actor;
        events[slot] = event;
        lines++;
        // String.hashCode is specified, hence the same on every JDK.
        long text = ((long) actor.hashCode() << 32) ^ (event.hashCode() & 0xFFFF_FFFFL);
        hash = SplitMix64.mix(SplitMix64.mix(hash ^ now) + text);
    }

    /** The fingerprint of all lines so far. */
    public long hash() {
        return hash;
    }

    /** How many lines were recorded in all. */
    public long lines() {
        return lines;
    }

    /** The last 400 lines, oldest first, for a failure message. */
    public String tail() {
        StringBuilder text = new StringBuilder();
        for (long line = Math.max(0, lines - KEPT_LINES); line < lines; line++) {
            int slot = (int) (line % KEPT_LINES);
            text.append(SimulatedTime.seconds(times[slot]));
            text.append(' ')
                    .append(actors[slot])
                    .append(": ")
                    .append(events[slot])
                    .append('\n');
        }
        return text.toString();
    }
}
