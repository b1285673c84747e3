package io.shardline.examples.snippets;

import io.shardline.producer.PutReceipt;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * The shortest producer.
 *
 * <p>Stateless.
 */
final class FirstProducer {

    private FirstProducer() {}

    static void run(KinesisAsyncClient client) {
        // tag::FirstProducer
        try (ShardlineProducer producer =
                ShardlineProducer.builder().client(client).build()) {
            producer.awaitReady("flights", Duration.ofSeconds(10)); // or says what is missing
            CompletableFuture<PutReceipt> receipt =
                    producer.put("flights", UserRecord.of("DTW", "to LAS, 66 minutes late"));
            System.out.println(receipt.join().shardId());
        }
        // end::FirstProducer
    }
}
