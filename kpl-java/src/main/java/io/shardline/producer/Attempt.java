package io.shardline.producer;

import java.time.Duration;

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
 */
public record Attempt(
        String errorCode, String message, Duration startedAfter, Duration duration, boolean mayHaveBeenWritten) {}
