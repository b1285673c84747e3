package io.shardline.examples.flights;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which departures have come out of the stream, how often, and whether those of an airport came in order.
 *
 * <p>One bit for each departure and one number for each airport. Thread-safe.
 */
final class Arrivals {

    private final ReentrantLock lock = new ReentrantLock();
    private final BitSet seen = new BitSet();
    private final Map<String, Integer> latest = new HashMap<>();
    private long distinct;
    private long outOfOrder;
    private long duplicates;

    /**
     * What was counted at one moment.
     *
     * @param distinct departures that have come at least once
     * @param outOfOrder departures that came for the first time after a later one of their airport
     * @param duplicates arrivals of departures that had come before
     */
    record Counts(long distinct, long outOfOrder, long duplicates) {}

    /** Notes an arrival, and says whether it is the departure's first. */
    boolean note(Departure departure) {
        lock.lock();
        try {
            if (seen.get(departure.number())) {
                duplicates++;
                return false;
            }
            seen.set(departure.number());
            distinct++;
            int latestBefore = latest.getOrDefault(departure.origin(), -1);
            if (departure.number() < latestBefore) {
                outOfOrder++;
            } else {
                latest.put(departure.origin(), departure.number());
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    Counts counts() {
        lock.lock();
        try {
            return new Counts(distinct, outOfOrder, duplicates);
        } finally {
            lock.unlock();
        }
    }
}
