package io.shardline.testkit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/**
 * A record as the stream keeps it, for a test to compare with.
 *
 * <p>Immutable.
 *
 * @param shardId the shard that took it
 * @param sequenceNumber its number in the shard
 * @param partitionKey as put
 * @param explicitHashKey as put, null if none was given
 * @param data as put
 * @param arrival the approximate arrival time stamp, in milliseconds of the emulator's wall clock
 */
public record StoredRecord(
        String shardId,
        String sequenceNumber,
        String partitionKey,
        @Nullable String explicitHashKey,
        SdkBytes data,
        Instant arrival) {}
