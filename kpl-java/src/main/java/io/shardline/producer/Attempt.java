package io.shardline.producer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One failed try to put a record.
 *
 * <p>Immutable.
 *
 * @param errorCode the service's error code; {@code NoAnswer} if none came; {@code WrongShard} if the record was stored
 *     as part of an aggregate in a shard where consumers skip it
 * @param message the service's message, or what happened
 * @param startedAfter time from {@code put} to the start of this try
 * @param duration time from the start of this try to its outcome
 * @param mayHaveBeenWritten whether the record may be in the stream because of this try
 * @param shardId the shard that stored the record all the same, which only {@code WrongShard} knows; else null
 * @param sequenceNumber the sequence number of the Kinesis record there, so that a consumer of any kind can tell this copy from
 *     the one that counts; null if the shard is
 */
public record Attempt(
        String errorCode,
        String message,
        Duration startedAfter,
        Duration duration,
        boolean mayHaveBeenWritten,
        @Nullable String shardId,
        @Nullable String sequenceNumber) {}
