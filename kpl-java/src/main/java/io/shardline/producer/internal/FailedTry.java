package io.shardline.producer.internal;

import io.shardline.producer.Attempt;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * One try that failed, shared by all records that were part of it.
 *
 * <p>Immutable.
 *
 * @param stored where the service stored it all the same, in a shard where it does not belong; else null
 */
record FailedTry(
        String code,
        String message,
        long startedAt,
        long endedAt,
        boolean mayHaveBeenWritten,
        @Nullable PutRecordsResultEntry stored) {

    /** A try that the service did not store the record in, as far as it said. */
    FailedTry(String code, String message, long startedAt, long endedAt, boolean mayHaveBeenWritten) {
        this(code, message, startedAt, endedAt, mayHaveBeenWritten, null);
    }

    Attempt since(long putAt) {
        return new Attempt(
                code,
                message,
                Duration.ofNanos(startedAt - putAt),
                Duration.ofNanos(endedAt - startedAt),
                mayHaveBeenWritten,
                stored == null ? null : stored.shardId(),
                stored == null ? null : stored.sequenceNumber());
    }
}
