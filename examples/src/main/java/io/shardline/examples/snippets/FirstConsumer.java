package io.shardline.examples.snippets;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.LeaseTable;
import io.shardline.consumer.ShardlineConsumer;
import io.shardline.consumer.StartingPosition;
import java.util.concurrent.CountDownLatch;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * The shortest consumer.
 *
 * <p>Stateless.
 */
final class FirstConsumer {

    private FirstConsumer() {}

    static void run(KinesisAsyncClient client, CountDownLatch enough) throws InterruptedException {
        // tag::FirstConsumer
        try (ShardlineConsumer consumer = ShardlineConsumer.builder()
                .config(ConsumerConfig.builder("my-application", "flights", StartingPosition.trimHorizon())
                        .build())
                .leaseTable(LeaseTable.inMemory())
                .client(client)
                .recordHandler((record, context) -> {
                    System.out.println(record.partitionKey() + " " + new String(record.data(), UTF_8));
                    enough.countDown();
                })
                .build()) {
            consumer.start().join();
            enough.await(); // a service waits until it is told to end
        }
        // end::FirstConsumer
    }
}
