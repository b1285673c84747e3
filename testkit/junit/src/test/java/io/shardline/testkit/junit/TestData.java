package io.shardline.testkit.junit;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import software.amazon.awssdk.core.SdkBytes;

/** Short forms for data. Immutable. */
final class TestData {

    private TestData() {}

    static SdkBytes bytes(String text) {
        return SdkBytes.fromUtf8String(text);
    }

    static AggregateEntry entry(String partitionKey, String text) {
        return new AggregateEntry(partitionKey, null, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Puts entries as one aggregated record, as a producer does. */
    static void putAggregate(TestKinesis kinesis, String outerKey, AggregateEntry... entries) {
        SdkBytes data = SdkBytes.fromByteArray(AggregateCodec.encode(List.of(entries)));
        kinesis.client()
                .putRecord(r -> r.streamName("orders")
                        .partitionKey(outerKey)
                        .explicitHashKey(entries[0].hashKey().toString())
                        .data(data))
                .join();
    }
}
