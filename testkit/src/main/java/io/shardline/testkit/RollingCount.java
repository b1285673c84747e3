package io.shardline.testkit;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How often something happened within a span of time that ends now, as far as a limit is concerned.
 *
 * <p>Confined to the engine's lock.
 */
final class RollingCount {
    private final Deque<Long> times = new ArrayDeque<>();
    private final int limit;
    private final long spanMillis;

    RollingCount(int limit, long spanMillis) {
        this.limit = limit;
        this.spanMillis = spanMillis;
    }

    /** Counts it unless the limit is reached. */
    boolean take(long nowMillis) {
        while (!times.isEmpty() && times.getFirst() <= nowMillis - spanMillis) {
            times.removeFirst();
        }
        if (times.size() >= limit) {
            return false;
        }
        times.addLast(nowMillis);
        return true;
    }
}
