package io.shardline.examples.flights;

import io.shardline.consumer.ConsumerRecord;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What the application does with its records: adds up the delays of each airport, each departure once.
 *
 * <p>Thread-safe, as it must be: records of one shard come one after the other, those of several at the same time.
 */
final class DepartureTally {

    private final Arrivals arrivals = new Arrivals();
    private final ConcurrentMap<String, AirportDelays> delays = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Long> byWorker = new ConcurrentHashMap<>();

    /**
     * What was added up.
     *
     * <p>Immutable.
     *
     * @param arrivals how the departures came
     * @param duplicates those that came again
     * @param delays by airport
     * @param byWorker who handled how many of them, each counted once
     */
    record Totals(
            Arrivals.Counts arrivals,
            Duplicates duplicates,
            SortedMap<String, AirportDelays> delays,
            SortedMap<String, Long> byWorker) {}

    /** Handles a record that {@code worker} was given. */
    void handle(String worker, ConsumerRecord record) {
        Departure departure = Departure.fromBytes(record.data());
        if (arrivals.note(departure, new Copy(record.shardId(), record.sequenceNumber()))) {
            delays.merge(departure.origin(), AirportDelays.of(departure), AirportDelays::plus);
            byWorker.merge(worker, 1L, Long::sum);
        }
    }

    /** How the departures have come so far. */
    Arrivals.Counts arrivals() {
        return arrivals.counts();
    }

    /**
     * Everything, once the workers have ended.
     *
     * @param wrongShard for each departure, the copies that its producer put again because they were in a wrong shard
     */
    Totals totals(Map<Integer, Set<Copy>> wrongShard) {
        return new Totals(
                arrivals.counts(), arrivals.duplicates(wrongShard), new TreeMap<>(delays), new TreeMap<>(byWorker));
    }
}
