package io.shardline.consumer;

import io.shardline.consumer.internal.ConsumerLoop;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.process.ShardProcessor;
import io.shardline.runtime.Platform;
import io.shardline.runtime.SystemPlatform;
import io.shardline.runtime.internal.OwnedResources;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * Reads a stream together with the other workers of its application: shares the shards with them through leases, follows
 * splits and merges, and gives every record to a handler, parents before children, at least once.
 *
 * <p>Made by {@link #builder()}, set going by {@link #start()}, ended by {@link #close()}. Thread-safe.
 */
public final class ShardlineConsumer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ShardlineConsumer.class);

    /** How long one call to Kinesis may take when the consumer makes its own client. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    /** How long to wait for the loop to drop everything; it does nothing slow. */
    private static final Duration ABANDON_LIMIT = Duration.ofSeconds(1);

    private final ConsumerLoop loop;
    private final Duration closeTimeout;
    private final OwnedResources resources;

    private ShardlineConsumer(ConsumerLoop loop, Duration closeTimeout, OwnedResources resources) {
        this.loop = loop;
        this.closeTimeout = closeTimeout;
        this.resources = resources;
        loop.stopped().whenComplete((nothing, failure) -> resources.close()); // also when it ends by a failure
    }

    /** Begins a consumer. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Joins the fleet and begins to read.
     *
     * @return completes on a user-code thread once the stream was found and its shards have leases; fails with a
     *     {@link ConsumerException} when that is not to be, for example because there is no such stream
     */
    public CompletableFuture<Void> start() {
        return loop.start();
    }

    /** Where the consumer is in its life. */
    public ConsumerState state() {
        return loop.state();
    }

    /** As {@link #close(Duration)} with {@link ConsumerConfig#closeTimeout()}. */
    @Override
    public void close() {
        close(closeTimeout);
    }

    /**
     * Lets the handlers finish what they are doing, writes the last checkpoints, lets all shards go and leaves the fleet;
     * waits for that.
     *
     * @param limit how long to wait; what is not done by then is dropped, and other workers take over once this one's
     *     lease duration has passed. Not to be called from a handler or a listener: it would wait for itself
     */
    public void close(Duration limit) {
        CompletableFuture<Void> closed = closeAsync();
        try {
            closed.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            log.warn("closing took longer than {}; what is left is dropped", limit);
            abandon();
        } catch (InterruptedException e) {
            abandon();
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new ConsumerException("closing failed", e.getCause());
        }
        resources.close();
    }

    /** As {@link #close(Duration)} without waiting and without a limit; completes on a user-code thread. */
    public CompletableFuture<Void> closeAsync() {
        return loop.stop();
    }

    /** Waits for the loop, which runs no user code, so that its threads are not ended under it. */
    private void abandon() {
        try {
            loop.abandon().get(ABANDON_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException e) {
            log.warn("the consumer's loop did not answer within {}", ABANDON_LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Collects what a consumer is made of.
     *
     * <p>Confined to one thread.
     */
    public static final class Builder {

        private @Nullable ConsumerConfig config;
        private @Nullable RecordHandler recordHandler;
        private @Nullable ShardHandlerFactory shardHandlers;
        private @Nullable LeaseTable leaseTable;
        private @Nullable KinesisAsyncClient client;
        private @Nullable Platform platform;
        private @Nullable ConsumerListener listener;

        private Builder() {}

        /** The settings. Required. */
        public Builder config(ConsumerConfig settings) {
            config = settings;
            return this;
        }

        /** Handles one record at a time. Either this or {@link #shardHandler} is required. */
        public Builder recordHandler(RecordHandler handler) {
            recordHandler = handler;
            return this;
        }

        /** Makes a handler for each shard. Either this or {@link #recordHandler} is required. */
        public Builder shardHandler(ShardHandlerFactory factory) {
            shardHandlers = factory;
            return this;
        }

        /** Where the fleet keeps leases and checkpoints. Required. */
        public Builder leaseTable(LeaseTable table) {
            leaseTable = table;
            return this;
        }

        /**
         * The client to read with, which stays the caller's to close. Default: one of its own with the SDK's default
         * region and credentials.
         *
         * @param kinesis must make one attempt per call, as pacing and retries are the consumer's
         */
        public Builder client(KinesisAsyncClient kinesis) {
            client = kinesis;
            return this;
        }

        /** Time, threads and randomness, which stay the caller's to close. Default: a {@link SystemPlatform}. */
        public Builder platform(Platform given) {
            platform = given;
            return this;
        }

        /** Is told what happens. Default: nobody. */
        public Builder listener(ConsumerListener observer) {
            listener = observer;
            return this;
        }

        /**
         * A consumer that has not started.
         *
         * @throws IllegalArgumentException if the client retries, or not exactly one kind of handler is given
         * @throws NullPointerException if the settings or the lease table are missing
         */
        public ShardlineConsumer build() {
            ConsumerConfig settings = Objects.requireNonNull(config, "config is required");
            if (!(Objects.requireNonNull(leaseTable, "leaseTable is required") instanceof LeaseStore store)) {
                throw new IllegalArgumentException(
                        "leaseTable must come from a method of LeaseTable, was " + leaseTable);
            }
            if ((recordHandler == null) == (shardHandlers == null)) {
                throw new IllegalArgumentException(
                        "either a recordHandler or a shardHandler is required, and not both");
            }
            ShardProcessor.Factory processors = ShardProcessor.factory(recordHandler, shardHandlers);
            OwnedResources resources = OwnedResources.complete(
                    client,
                    platform,
                    new OwnedResources.Defaults(
                            "consumer",
                            settings.handlerThreads(),
                            CALL_TIMEOUT,
                            "would read faster than the consumer's pace"));
            ConsumerLoop loop = new ConsumerLoop(new ConsumerLoop.Parts(
                    settings, resources.platform(), resources.client(), store, processors, listener));
            return new ShardlineConsumer(loop, settings.closeTimeout(), resources);
        }
    }
}
