package io.shardline.producer;

import java.time.Duration;
import java.util.List;

/**
 * The service's acknowledgement of one record.
 *
 * <p>Immutable.
 *
 * @param shardId the shard that stores the record
 * @param sequenceNumber the sequence number of the Kinesis record; all entries of an aggregate have the same
 * @param subSequenceNumber the record's index in its aggregate; 0 if it was sent by itself
 * @param attempts how often the record was sent, at least 1
 * @param failedAttempts the tries before, oldest first; of more than 32 the first and the latest
 * @param elapsed from {@code put} until the record was known to be where consumers look for it: to the service's answer, or
 *     where that was not enough (the shards might have changed) to the listing of the shards behind it
 * @param roundTrip the same from the start of the try that succeeded
 */
public record PutReceipt(
        String shardId,
        String sequenceNumber,
        long subSequenceNumber,
        int attempts,
        List<Attempt> failedAttempts,
        Duration elapsed,
        Duration roundTrip) {

    /** From {@code put} to the start of the try that succeeded. */
    public Duration sentAfter() {
        return elapsed.minus(roundTrip);
    }
}
