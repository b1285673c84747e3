package io.shardline.benchmarks.sink;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.Decoded;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;

/**
 * What has arrived: how many user records, and the sum of the numbers that they begin with, so that neither a lost nor a doubled
 * one goes unseen.
 *
 * <p>Thread-safe.
 */
final class Tally {

    private final LongAdder requests = new LongAdder();
    private final LongAdder kinesisRecords = new LongAdder();
    private final LongAdder userRecords = new LongAdder();
    private final LongAdder sum = new LongAdder();

    void request() {
        requests.increment();
    }

    /** Takes an aggregate apart; what is none, or a broken one, is a single record. */
    void kinesisRecord(byte[] data) {
        kinesisRecords.increment();
        if (AggregateCodec.decode(data) instanceof Decoded.Aggregated aggregate) {
            aggregate.entries().forEach(entry -> userRecord(entry.data()));
        } else {
            userRecord(data);
        }
    }

    private void userRecord(byte[] data) {
        userRecords.increment();
        if (data.length >= Long.BYTES) {
            sum.add(ByteBuffer.wrap(data).getLong());
        }
    }

    SinkCounts counts() {
        return new SinkCounts(requests.sum(), kinesisRecords.sum(), userRecords.sum(), sum.sum());
    }

    void reset() {
        requests.reset();
        kinesisRecords.reset();
        userRecords.reset();
        sum.reset();
    }
}
