package io.shardline.testkit.junit.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.testkit.junit.KinesisStream;
import io.shardline.testkit.junit.KinesisTest;
import io.shardline.testkit.junit.TestKinesis;
import org.junit.jupiter.api.Test;

// tag::FirstConsumerTest
@KinesisTest(streams = @KinesisStream(name = "orders", shards = 2))
class OrderTotalsTest {
    @Test
    void amountsAreAddedByCustomer(TestKinesis kinesis) {
        kinesis.put("orders", "alice", "10");
        kinesis.put("orders", "alice", "32");
        OrderTotals totals = new OrderTotals();

        kinesis.consume("orders", totals).awaitAllHandled();

        assertThat(totals.of("alice")).isEqualTo(42);
    }
}
// end::FirstConsumerTest
