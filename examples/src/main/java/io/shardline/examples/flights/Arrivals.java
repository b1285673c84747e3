package io.shardline.examples.flights;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which departures have come out of the stream, how often and why, and whether those of an airport came in order.
 *
 * <p>A bit and a number for each departure, and one number for each airport. Thread-safe.
 */
final class Arrivals {

    private static final int FIRST_CAPACITY = 1_024;

    private final ReentrantLock lock = new ReentrantLock();
    private final BitSet seen = new BitSet();
    private final Map<Integer, Set<Long>> otherCopies = new HashMap<>();
    private final Map<String, Integer> latest = new HashMap<>();
    private long[] firstCopies = new long[FIRST_CAPACITY];
    private long distinct;
    private long outOfOrder;
    private long takenAgain;

    /**
     * What was counted at one moment.
     *
     * @param distinct departures that have come at least once
     * @param outOfOrder departures that came for the first time after a later one of their airport
     */
    record Counts(long distinct, long outOfOrder) {}

    /** Notes an arrival, and says whether it is the departure's first. */
    boolean note(Departure departure, Copy copy) {
        lock.lock();
        try {
            int number = departure.number();
            if (seen.get(number)) {
                noteAgain(number, copy.fingerprint());
                return false;
            }
            seen.set(number);
            if (number >= firstCopies.length) {
                firstCopies = Arrays.copyOf(firstCopies, Math.max(number + 1, 2 * firstCopies.length));
            }
            firstCopies[number] = copy.fingerprint();
            distinct++;
            int latestBefore = latest.getOrDefault(departure.origin(), -1);
            if (number < latestBefore) {
                outOfOrder++;
            } else {
                latest.put(departure.origin(), number);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void noteAgain(int number, long copy) {
        boolean isNew = copy != firstCopies[number]
                && otherCopies
                        .computeIfAbsent(number, unseen -> new HashSet<>())
                        .add(copy);
        if (!isNew) {
            takenAgain++;
        }
    }

    Counts counts() {
        lock.lock();
        try {
            return new Counts(distinct, outOfOrder);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The arrivals of departures that had come before, by their causes.
     *
     * @param wrongShard for each departure, the copies that its producer put again because they were in a wrong shard
     */
    Duplicates duplicates(Map<Integer, Set<Copy>> wrongShard) {
        lock.lock();
        try {
            long unknownOutcome = 0;
            long split = 0;
            for (Map.Entry<Integer, Set<Long>> other : otherCopies.entrySet()) {
                int number = other.getKey();
                long first = firstCopies[number];
                long wrong = wrongShard.getOrDefault(number, Set.of()).stream()
                        .map(Copy::fingerprint)
                        .filter(copy -> copy == first || other.getValue().contains(copy))
                        .count();
                long again = other.getValue().size();
                split += Math.min(again, wrong);
                unknownOutcome += again - Math.min(again, wrong);
            }
            return new Duplicates(unknownOutcome, takenAgain, split);
        } finally {
            lock.unlock();
        }
    }
}
