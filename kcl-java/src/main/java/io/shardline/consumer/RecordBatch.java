package io.shardline.consumer;

import java.time.Duration;
import java.util.List;

/**
 * Records of one shard that were read together, in order: all records of one read, or
 * {@link ConsumerConfig.Builder#maxBatchRecords} of them.
 *
 * <p>Immutable.
 *
 * @param records at least one
 * @param behindLatest how far the read was behind the tip of the shard, as the service reported
 */
public record RecordBatch(List<ConsumerRecord> records, Duration behindLatest) {

    public RecordBatch {
        records = List.copyOf(records);
    }
}
