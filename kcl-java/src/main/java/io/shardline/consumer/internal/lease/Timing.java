package io.shardline.consumer.internal.lease;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The times of the lease protocol ({@code docs/lease-protocol.md}), derived from the lease duration D that the user sets.
 *
 * <p>Why these fractions: a session that renews every H = 0.3 D and is judged after T = 0.75 D survives one lost renewal,
 * and one that dies is marked by T + H = 1.05 D. Immutable.
 *
 * @param leaseNanos D
 * @param judgeNanos T, how long a heartbeat must stand still before its session may be marked dead
 * @param beatNanos H, how often a session renews and watches
 */
public record Timing(long leaseNanos, long judgeNanos, long beatNanos) {

    /** How much faster or slower than real time a machine's clock may run. */
    private static final double MOST_DRIFT = 0.01;

    private static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    public static Timing of(Duration leaseDuration) {
        long d = leaseDuration.toNanos();
        return new Timing(d, d / 4 * 3, d / 10 * 3);
    }

    /** How long after the sending of its last confirmed heartbeat a session acts: T less the margin for clock drift. */
    public long actNanos() {
        return judgeNanos - (long) (2 * MOST_DRIFT * judgeNanos) - MARGIN_NANOS;
    }
}
