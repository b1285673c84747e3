package io.shardline.examples.tools;

import io.shardline.consumer.ConsumerRecord;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the records that a worker is given again, by their causes.
 *
 * <p>Records with the same partition key and the same data are copies of one record. The latest {@value #MAX_REMEMBERED} records are
 * remembered, by numbers made of their bytes. Thread-safe.
 */
final class Repeats {

    private static final int MAX_REMEMBERED = 100_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Set<Long>> placesOfLatest = new LinkedHashMap<>();
    private long handled;
    private long takenAgain;
    private long putAgain;

    /** A record is handled. */
    void note(ConsumerRecord record) {
        long identity = number(record.partitionKey().hashCode(), Arrays.hashCode(record.data()));
        int position = 31 * record.sequenceNumber().hashCode() + Long.hashCode(record.subSequenceNumber());
        long place = number(record.shardId().hashCode(), position);
        lock.lock();
        try {
            handled++;
            Set<Long> places = placesOfLatest.computeIfAbsent(identity, unseen -> new HashSet<>());
            boolean isFirst = places.isEmpty();
            if (!places.add(place)) {
                takenAgain++;
            } else if (!isFirst) {
                putAgain++;
            }
            if (placesOfLatest.size() > MAX_REMEMBERED) {
                placesOfLatest.remove(placesOfLatest.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }

    private static long number(int high, int low) {
        return (long) high << Integer.SIZE | Integer.toUnsignedLong(low);
    }

    /** All of them, and why. */
    @Override
    public String toString() {
        lock.lock();
        try {
            return "handled=" + handled + " taken-again=" + takenAgain + " put-again=" + putAgain;
        } finally {
            lock.unlock();
        }
    }
}
