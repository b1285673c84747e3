package io.shardline.producer;

import io.shardline.producer.internal.ProducerLoop;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.OwnedResources;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * Puts user records into Kinesis streams: aggregated, in order per key, retried, within a bounded memory.
 *
 * <p>One producer serves any number of streams. {@link #put} answers with a future that completes when the record is
 * acknowledged or given up; futures complete on the platform's threads for user code, so a slow continuation delays other
 * futures, and must not wait for {@link #flush} or {@link #close}. Thread-safe.
 */
public final class ShardlineProducer implements AutoCloseable {

    private final ProducerLoop loop;
    private final Duration closeTimeout;

    private ShardlineProducer(ProducerLoop loop, ProducerConfig config) {
        this.loop = loop;
        this.closeTimeout = config.closeTimeout();
    }

    /** Begins a producer. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Puts a record.
     *
     * <p>If the memory budget is full, {@link ProducerConfig#fullBudget()} says what happens.
     *
     * @param streamName the stream; its shards are looked up at the first record
     * @return completes with the receipt, or fails with {@link PutFailedException}; the reason is
     *     {@link FailureReason#CLOSED} if the producer was closed before
     * @throws IllegalArgumentException if the stream name is not one, or data and partition key together are larger than
     *     {@link ProducerConfig#maxRecordSize()}; nothing is queued then
     */
    public CompletableFuture<PutReceipt> put(String streamName, UserRecord record) {
        return loop.put(streamName, record);
    }

    /**
     * Sends at once what lingers, and tells when everything put before this call is done.
     *
     * @return completes when all futures of earlier puts have completed, whatever their outcome, and never fails
     */
    public CompletableFuture<Void> flush() {
        return loop.flush();
    }

    /**
     * Refuses new records, waits for those put before, and gives up what is left at the limit; blocks meanwhile.
     *
     * <p>A second call, also from another thread, has the first one's limit and report.
     *
     * @param limit how long to wait for records put before, zero or more
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public CloseReport close(Duration limit) {
        return closeAsync(limit).join();
    }

    /** As {@link #close(Duration)}, without blocking; the future never fails. */
    public CompletableFuture<CloseReport> closeAsync(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("the limit must not be negative, was " + limit);
        }
        return loop.close(limit);
    }

    /** As {@link #close(Duration)} with {@link ProducerConfig#closeTimeout()}. */
    @Override
    public void close() {
        close(closeTimeout);
    }

    /**
     * Collects what a producer is made of.
     *
     * <p>Confined to its user.
     */
    public static final class Builder {

        private ProducerConfig config = ProducerConfig.defaults();
        private @Nullable KinesisAsyncClient client;
        private @Nullable Platform platform;

        private Builder() {}

        /** The settings. Default {@link ProducerConfig#defaults()}. */
        public Builder config(ProducerConfig config) {
            this.config = Objects.requireNonNull(config, "config");
            return this;
        }

        /**
         * The client to send with; it stays the caller's to close. By default the producer makes one, with the SDK's default
         * region and credentials, and closes it.
         *
         * @param client must not retry, because retries behind the producer's back would break order: build it with
         *     {@code overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))}
         */
        public Builder client(KinesisAsyncClient client) {
            this.client = Objects.requireNonNull(client, "client");
            return this;
        }

        /** Threads, clock and random source; the caller's to close. By default the producer starts its own and ends them. */
        public Builder platform(Platform platform) {
            this.platform = Objects.requireNonNull(platform, "platform");
            return this;
        }

        /**
         * Starts the producer.
         *
         * @throws IllegalArgumentException if the client makes more than one attempt
         */
        public ShardlineProducer build() {
            OwnedResources resources = OwnedResources.complete(client, platform, ProducerLoop.defaults(config));
            return new ShardlineProducer(ProducerLoop.start(config, resources), config);
        }
    }
}
