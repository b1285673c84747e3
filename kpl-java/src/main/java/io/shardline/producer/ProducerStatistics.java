package io.shardline.producer;

import java.time.Duration;

/**
 * How a producer stands at one moment.
 *
 * <p>Reading it is cheap, whatever waits. Immutable.
 *
 * @param state whether records are taken
 * @param takenRecords records taken in since the producer started
 * @param outstandingRecords of these, those whose futures have not completed; records that wait for memory are not among them
 * @param outstandingBytes what they take of the memory budget
 * @param oldestAge time since the oldest of them was put, to about 10 ms; zero if there is none
 * @param inFlightRequests PutRecords requests without an answer
 * @param endpointLost whether so many requests failed that only one at a time is sent, to see whether the endpoint is back
 */
public record ProducerStatistics(
        State state,
        long takenRecords,
        long outstandingRecords,
        long outstandingBytes,
        Duration oldestAge,
        int inFlightRequests,
        boolean endpointLost) {

    /**
     * The life of a producer.
     *
     * <p>Immutable.
     */
    public enum State {
        /** Takes records. */
        OPEN,
        /** Takes none any more, and finishes what it has. */
        CLOSING,
        /** Every record has come to its end. */
        CLOSED
    }

    /**
     * What waits for one shard.
     *
     * <p>Immutable.
     *
     * @param waitingRecords records that are not in flight
     * @param waitingBytes their data and partition keys
     * @param inFlightRequests requests with records of this shard; in order per key, at most one
     * @param oldestAge time since the oldest waiting record was put; zero if none waits
     * @param rateShare how much of {@link ProducerConfig#rateLimitPercent()} is used, 0.01 to 1: less than 1 after throttles
     */
    public record Lane(
            String stream,
            String shardId,
            long waitingRecords,
            long waitingBytes,
            int inFlightRequests,
            Duration oldestAge,
            double rateShare) {}
}
