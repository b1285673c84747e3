package io.shardline.consumer.internal.retrieve;

import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * What one read of a shard brought.
 *
 * <p>Immutable.
 *
 * @param records Kinesis records in order, at least one
 * @param behindLatest how far the last of them is behind the tip
 * @param bytes their size as the service counts it
 * @param heldBytes what is to be given back to the prefetch budget
 * @param readNanos when it came
 */
public record FetchedBatch(List<Record> records, Duration behindLatest, long bytes, long heldBytes, long readNanos) {}
