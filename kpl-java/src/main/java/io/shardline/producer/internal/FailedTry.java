package io.shardline.producer.internal;

import io.shardline.producer.Attempt;
import java.time.Duration;

/**
 * One try that failed, shared by all records that were part of it.
 *
 * <p>Immutable.
 */
record FailedTry(String code, String message, long startedAt, long endedAt, boolean mayHaveBeenWritten) {

    Attempt since(long putAt) {
        return new Attempt(
                code,
                message,
                Duration.ofNanos(startedAt - putAt),
                Duration.ofNanos(endedAt - startedAt),
                mayHaveBeenWritten);
    }
}
