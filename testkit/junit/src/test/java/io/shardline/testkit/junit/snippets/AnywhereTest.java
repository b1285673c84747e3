package io.shardline.testkit.junit.snippets;

import static io.shardline.testkit.junit.KinesisAssertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.shardline.producer.ShardlineProducer;
import io.shardline.testkit.junit.StoredUserRecord;
import io.shardline.testkit.junit.TestKinesis;
import org.junit.jupiter.api.Test;

/** The same without the extension. Confined to one thread. */
class AnywhereTest {

    @Test
    void aKinesisCanBeMadeAnywhere() {
        // tag::WithoutJUnit
        try (TestKinesis kinesis = TestKinesis.builder().stream("orders", 2).build()) {
            ShardlineProducer producer = kinesis.producer();
            new OrderWriter(producer).write("alice", "1 book");
            producer.flush().join();

            assertThat(kinesis).stream("orders").hasUserRecords(1);
        }
        // end::WithoutJUnit
    }

    @Test
    void whatIsStoredCanBeLookedAtInManyWays() {
        try (TestKinesis kinesis = TestKinesis.builder().stream("orders", 2).build()) {
            kinesis.put("orders", "alice", "1 book");
            // tag::Assertions
            assertThat(kinesis).stream("orders")
                    .hasOpenShards(2)
                    .hasRecords(1) // Kinesis records: what is stored and billed
                    .hasUserRecords(1) // what was put, with aggregates taken apart
                    .userRecords()
                    .extracting(StoredUserRecord::partitionKey, StoredUserRecord::text)
                    .contains(tuple("alice", "1 book"));
            assertThat(kinesis).stream("orders").shard("shardId-000000000001").isEmpty();
            // end::Assertions
        }
    }
}
