package io.shardline.benchmarks.producer;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;
import software.amazon.kinesis.producer.UserRecordResult;

/**
 * Amazon's KPL with its native daemon.
 *
 * <p>Thread-safe.
 */
final class KplContender implements Contender {

    /** In percent of a shard's; what the daemon computes with it still fits. */
    private static final long NO_LIMIT = 1_000_000;

    private final KinesisProducer producer;

    KplContender(KinesisProducerConfiguration config) {
        producer = new KinesisProducer(config);
    }

    /** As it comes, but for where it sends to; its metrics, too, which are meant for CloudWatch. */
    static KinesisProducerConfiguration config(URI sink, int aggregate) {
        return new KinesisProducerConfiguration()
                .setKinesisEndpoint(sink.getHost())
                .setKinesisPort(sink.getPort())
                .setCloudwatchEndpoint(sink.getHost())
                .setCloudwatchPort(sink.getPort())
                .setVerifyCertificate(false)
                .setRegion("us-east-1")
                .setCredentialsProvider(Sdk.CREDENTIALS)
                .setLogLevel("error")
                .setAggregationMaxSize(aggregate);
    }

    static KinesisProducerConfiguration withoutMetrics(KinesisProducerConfiguration config) {
        return config.setMetricsLevel("none");
    }

    /** What makes it fastest. */
    static KinesisProducerConfiguration best(KinesisProducerConfiguration config) {
        return withoutMetrics(config).setEnableOldestFutureTracker(false).setRateLimit(NO_LIMIT);
    }

    @Override
    public Future<?> put(String partitionKey, byte[] data) {
        return producer.addUserRecord(STREAM, partitionKey, ByteBuffer.wrap(data));
    }

    @Override
    public Future<?> put(String partitionKey, byte[] data, Runnable acknowledged) {
        ListenableFuture<UserRecordResult> result = producer.addUserRecord(STREAM, partitionKey, ByteBuffer.wrap(data));
        result.addListener(acknowledged, MoreExecutors.directExecutor());
        return result;
    }

    @Override
    public void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.destroy();
    }
}
