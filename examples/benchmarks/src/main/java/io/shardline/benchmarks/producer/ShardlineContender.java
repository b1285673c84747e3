package io.shardline.benchmarks.producer;

import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import software.amazon.awssdk.regions.Region;

/**
 * Ours.
 *
 * <p>Thread-safe.
 */
final class ShardlineContender implements Contender {

    /** What the settings take as no limit. */
    private static final int NO_LIMIT = 1_000_000;

    private final ShardlineProducer producer;

    ShardlineContender(ProducerConfig config, URI sink, Workload.Http http) {
        producer = ShardlineProducer.builder()
                .config(config)
                .endpoint(sink)
                .region(Region.US_EAST_1)
                .credentials(Sdk.CREDENTIALS)
                .customizeKinesis(builder -> Sdk.useHttp(builder, sink, http))
                .build();
    }

    static ProducerConfig config(int aggregate, boolean limited) {
        ProducerConfig.Builder config = ProducerConfig.builder().maxAggregateSize(aggregate);
        return limited ? config.build() : config.rateLimitPercent(NO_LIMIT).build();
    }

    @Override
    public Future<?> put(String partitionKey, byte[] data) {
        return producer.put(STREAM, UserRecord.of(partitionKey, data));
    }

    @Override
    public Future<?> put(String partitionKey, byte[] data, Runnable acknowledged) {
        CompletableFuture<PutReceipt> receipt = producer.put(STREAM, UserRecord.of(partitionKey, data));
        receipt.thenRun(acknowledged);
        return receipt;
    }

    @Override
    public void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close();
    }
}
