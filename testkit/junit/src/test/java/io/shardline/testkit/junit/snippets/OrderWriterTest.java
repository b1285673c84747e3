package io.shardline.testkit.junit.snippets;

import static io.shardline.testkit.junit.KinesisAssertions.assertThat;

import io.shardline.producer.ShardlineProducer;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.junit.KinesisStream;
import io.shardline.testkit.junit.KinesisTest;
import io.shardline.testkit.junit.StoredUserRecord;
import org.junit.jupiter.api.Test;

// tag::FirstProducerTest
@KinesisTest(streams = @KinesisStream(name = "orders", shards = 2))
class OrderWriterTest {
    @Test
    void ordersOfACustomerStayInOrder(KinesisEmulator kinesis, ShardlineProducer producer) {
        OrderWriter writer = new OrderWriter(producer);
        writer.write("alice", "1 book");
        writer.write("alice", "2 pens");
        producer.flush().join();

        assertThat(kinesis).stream("orders")
                .userRecordsOf("alice")
                .extracting(StoredUserRecord::text)
                .containsExactly("1 book", "2 pens");
    }
}
// end::FirstProducerTest
