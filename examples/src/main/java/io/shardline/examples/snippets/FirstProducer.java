package io.shardline.examples.snippets;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardline.producer.PutReceipt;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
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
            CompletableFuture<PutReceipt> receipt =
                    producer.put("flights", UserRecord.of("DTW", "to LAS, 66 minutes late".getBytes(UTF_8)));
            System.out.println(receipt.join().shardId());
        }
        // end::FirstProducer
    }
}
