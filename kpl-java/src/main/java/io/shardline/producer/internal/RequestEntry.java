package io.shardline.producer.internal;

import io.shardline.aggregation.AggregateBuilder;
import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.HashKeyRange;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * One entry of a PutRecords request: an aggregate, or a user record by itself.
 *
 * <p>Immutable once made; the loop decides about it, the I/O thread writes it.
 *
 * @param builder null for a user record by itself
 * @param size data and partition key in bytes, as the service counts them
 * @param cost what its records take of the memory budget
 */
record RequestEntry(List<PendingRecord> records, @Nullable AggregateBuilder builder, int size, long cost) {

    /** What KPL writes, and what consumers of ours know its aggregates by. */
    static final String OUTER_PARTITION_KEY = "a";

    /**
     * A record without company: raw, unless it has headers, which only the aggregated format has room for, or its data would
     * be taken for an aggregate and taken apart.
     */
    static RequestEntry alone(PendingRecord pending) {
        AggregateBuilder builder = null;
        if (!pending.record.headers().isEmpty() || AggregateCodec.beginsAsAggregate(pending.record.data())) {
            builder = new AggregateBuilder();
            builder.tryAdd(pending.entry, Integer.MAX_VALUE);
        }
        return new RequestEntry(List.of(pending), builder, pending.size(), pending.cost());
    }

    /** Whether it may hold records that do not belong where the first one does. */
    boolean isMixed() {
        return records.size() > 1;
    }

    boolean isInside(HashKeyRange range) {
        return records.stream().allMatch(pending -> range.contains(pending.hashKey()));
    }

    /** Serializes and hashes, hence not to be called on the loop. */
    PutRecordsRequestEntry toSdk() {
        PendingRecord first = records.get(0);
        byte[] data = builder == null ? first.record.data() : builder.build();
        return PutRecordsRequestEntry.builder()
                .data(SdkBytes.fromByteArrayUnsafe(data))
                .partitionKey(builder == null ? first.record.partitionKey() : OUTER_PARTITION_KEY)
                .explicitHashKey(first.hashKey().toString())
                .build();
    }
}
