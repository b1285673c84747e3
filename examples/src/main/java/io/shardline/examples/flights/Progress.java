package io.shardline.examples.flights;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Shows how far a run is: as a bar that moves on a terminal, as a line now and then elsewhere.
 *
 * <p>Confined to the thread that runs the program.
 */
final class Progress implements AutoCloseable {

    private static final int BAR_WIDTH = 14;

    /** What fits on the narrowest terminals without wrapping. */
    private static final int LINE_WIDTH = 79;

    private static final long RATE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final double NANOS_PER_SECOND = 1e9;

    private final PrintStream out;
    private final boolean bar;
    private final long total;
    private Sample rateFrom = new Sample(0, 0, 0);
    private long putPerSecond;
    private long handledPerSecond;
    private long nextLine = LINE_NANOS;

    /**
     * How far a run is at one moment.
     *
     * @param nanos since it began
     * @param put departures that the service has acknowledged
     * @param handled departures that came out, each counted once
     */
    record Sample(long nanos, long put, long handled) {}

    /**
     * @param bar whether {@code out} is a terminal
     * @param total how many departures there are
     */
    Progress(PrintStream out, boolean bar, long total) {
        this.out = out;
        this.bar = bar;
        this.total = total;
    }

    /** Shows where the run is, if it is time to. */
    void show(Sample now) {
        updateRates(now);
        if (bar) {
            int filled = (int) (BAR_WIDTH * now.handled() / total);
            String drawn = "=".repeat(filled) + " ".repeat(BAR_WIDTH - filled);
            String line = "[" + drawn + "] " + numbers(now);
            out.print("\r" + line + " ".repeat(Math.max(0, LINE_WIDTH - line.length())));
            out.flush();
        } else if (now.nanos() >= nextLine) {
            nextLine = now.nanos() + LINE_NANOS;
            out.println(numbers(now));
        }
    }

    /** Shows a line that stays. */
    void say(String line) {
        close();
        out.println(line);
    }

    /** Takes the bar away. */
    @Override
    public void close() {
        if (bar) {
            out.print("\r" + " ".repeat(LINE_WIDTH) + "\r");
        }
    }

    /** A rate is that of half a second at least, or it would show nothing but noise. */
    private void updateRates(Sample now) {
        long nanos = now.nanos() - rateFrom.nanos();
        if (nanos >= RATE_NANOS) {
            putPerSecond = Math.round((now.put() - rateFrom.put()) * NANOS_PER_SECOND / nanos);
            handledPerSecond = Math.round((now.handled() - rateFrom.handled()) * NANOS_PER_SECOND / nanos);
            rateFrom = now;
        }
    }

    private String numbers(Sample now) {
        return String.format(
                Locale.ROOT,
                "%5.1f s  %,d put, %,d/s  %,d handled, %,d/s",
                now.nanos() / NANOS_PER_SECOND,
                now.put(),
                putPerSecond,
                now.handled(),
                handledPerSecond);
    }
}
