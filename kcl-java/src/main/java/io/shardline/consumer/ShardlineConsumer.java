package io.shardline.consumer;

import io.shardline.consumer.internal.ConsumerLoop;
import io.shardline.consumer.internal.process.ShardProcessor;
import io.shardline.runtime.Platform;
import io.shardline.runtime.SystemPlatform;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.OwnClients;
import io.shardline.runtime.internal.OwnedResources;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClientBuilder;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;

/**
 * A worker of an application that reads one or more streams. It shares the shards with the application's other workers through
 * leases, follows splits and merges, and hands every record to a handler at least once, parents before children.
 *
 * <p>Made by {@link #builder()}, started by {@link #start()}, ended by {@link #close()}. Thread-safe.
 */
public final class ShardlineConsumer implements AutoCloseable {

    private static final Logger log = Logs.of(ShardlineConsumer.class);

    /** How long to wait for the loop to drop everything; it does nothing slow. */
    private static final Duration ABANDON_LIMIT = Duration.ofSeconds(1);

    private final ConsumerLoop loop;
    private final ConsumerConfig config;
    private final OwnedResources resources;

    private ShardlineConsumer(ConsumerLoop loop, ConsumerConfig config, OwnedResources resources) {
        this.loop = loop;
        this.config = config;
        this.resources = resources;
        loop.stopped().whenComplete((nothing, failure) -> resources.close()); // also when it ends by a failure
    }

    /** A builder with no settings. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Creates the lease table if it is missing, joins the fleet and begins to read.
     *
     * @return completes on a user-code thread once the stream was found and its shards have leases; fails with a
     *     {@link ConsumerException} if that is impossible, for example because there is no such stream, or the lease table cannot be
     *     used
     */
    public CompletableFuture<Void> start() {
        return loop.start();
    }

    /**
     * Adds a stream to an application of several streams: from now on this worker and all others read it. A stream that was
     * removed before continues at its checkpoints.
     *
     * <p>The stream is noted in the lease table, so workers read it even if their settings do not name it. Add it to the settings of
     * the next start all the same, because some worker must look for shards whose leases are missing. {@link StreamConfig#retrieval}
     * applies to this worker alone, for shards that it takes from then on; other workers read the stream as their settings say.
     *
     * @return completes on a user-code thread once the stream was found and its shards have leases; fails with a
     *     {@link ConsumerException} if that is impossible, or if the consumer is not running
     * @throws IllegalStateException if the consumer was built for one stream
     * @throws IllegalArgumentException if its shards cannot be subscribed to as {@link StreamConfig#retrieval} says
     */
    public CompletableFuture<Void> addStream(StreamConfig stream) {
        config.checkRetrieval(stream);
        return loop.addStream(stream);
    }

    /**
     * Removes a stream from an application of several streams: this worker and all others release its shards. Their leases stay,
     * with their checkpoints.
     *
     * <p>The removal is noted in the lease table, so a worker does not read the stream even if its settings name it, until {@link
     * #addStream}.
     *
     * @return completes on a user-code thread once the removal is noted; the shards are released after that. Fails with a
     *     {@link ConsumerException} if the application has no such stream, or if the consumer is not running
     * @throws IllegalStateException if the consumer was built for one stream
     */
    public CompletableFuture<Void> removeStream(String streamName) {
        return loop.removeStream(streamName);
    }

    /**
     * Deregisters the fan-out consumers of this application, so that they are no longer billed. Those that were given by ARN stay.
     * Call it on the last worker before you close it: this worker polls from then on, and any other that runs registers the
     * consumer again. A stream that is read automatically is polled by all workers from then on, for an hour at least.
     *
     * @return completes on a user-code thread; fails with a {@link ConsumerException} if the service refuses it, or if the consumer
     *     is not running
     */
    public CompletableFuture<Void> deregisterFanOut() {
        return loop.deregisterFanOut();
    }

    /**
     * A future that completes when this worker does its part of the fleet's work for the first time:
     *
     * <ul>
     *   <li>it has joined the fleet, and every shard that reading begins with has a lease;
     *   <li>it has taken its share of the leases that are free. Those that it has asked other workers for come later, and are handled
     *       by them until then;
     *   <li>for each shard that it holds the handler is started and a read has succeeded, unless the shard waits for its parents, is
     *       paused or is stopped.
     * </ul>
     *
     * <p>The future completes up to a tenth of a second late. A worker for which there is no shard is ready without one. In a fleet of
     * more than a hundred workers one of them plans for all, and tells a worker that it has its share: some seconds after it has.
     *
     * @return completes on a user-code thread; fails with a {@link ConsumerException} if the consumer ends before; completing it
     *     yourself changes nothing
     */
    public CompletableFuture<Void> ready() {
        return loop.health().ready().copy();
    }

    /**
     * Waits until the consumer is {@linkplain #ready() ready}. Call it after {@link #start}, and not from a handler or a listener,
     * because the consumer may be waiting for these.
     *
     * @throws ConsumerException if the consumer is not ready within {@code limit}, with what it waits for; if it ends before, with the
     *     reason; or if the calling thread is interrupted, whose interrupt status stays set
     */
    public void awaitReady(Duration limit) {
        loop.health().awaitReady(limit);
    }

    /** The stage of the consumer's life. */
    public ConsumerState state() {
        return loop.state();
    }

    /**
     * The health of this worker and each of its shards: the latest snapshot, which is taken once a second, more often until the
     * consumer is ready, and at each {@link #pause}, {@link #resume} and close.
     *
     * <p>A call costs nothing and never waits. It may be made anywhere, also in handlers.
     */
    public ConsumerHealth health() {
        return loop.health().latest();
    }

    /**
     * This worker's view of the whole application, from the same snapshot as {@link #health}: which worker holds which shard, how far
     * each is checkpointed, and how many shards each worker holds.
     *
     * <p>A call reads nothing from the lease table: the view is what the worker has read before, and each entry says how old it is. It
     * may be made anywhere.
     */
    public FleetHealth fleetHealth() {
        return loop.health().latestOfFleet();
    }

    /**
     * Pauses one shard of this worker: the running call of its handler finishes, and then nothing of the shard is read or handled
     * until {@link #resume}. The lease stays held, and progress is checkpointed.
     *
     * <p>The pause belongs to this worker, not to the fleet. It lasts while this worker lives, even if it loses the shard and takes it
     * again; a worker that the shard is handed over to handles it. A typical use is maintenance of a database.
     *
     * @return completes on a user-code thread when the shard's handler is idle, so that shard's own handler must not wait for it;
     *     fails with {@link IllegalArgumentException} if this worker does not hold the shard, and with
     *     {@link IllegalStateException} if the consumer has ended
     */
    public CompletableFuture<Void> pause(String shardId) {
        return loop.pause(shardId);
    }

    /**
     * Resumes a shard that was paused, or that was stopped by {@link GiveUpPolicy#stopShardAfter}. A shard that waits for its next
     * attempt makes it at once.
     *
     * @return completes on a user-code thread; fails with {@link IllegalArgumentException} if this worker neither holds the shard
     *     nor has paused it, and with {@link IllegalStateException} if the consumer has ended
     */
    public CompletableFuture<Void> resume(String shardId) {
        return loop.resume(shardId);
    }

    /**
     * A future that completes when the consumer has ended, because it was closed or because it cannot go on.
     *
     * @return completes on a user-code thread, never exceptionally; completing it yourself changes nothing
     */
    public CompletableFuture<CloseReport> ended() {
        return loop.stopped().copy();
    }

    /** Closes the consumer as {@link #close(Duration)} does, within {@link ConsumerConfig#closeTimeout()}. */
    @Override
    public void close() {
        close(config.closeTimeout());
    }

    /**
     * Closes the consumer and waits for it: the running calls of handlers finish, the last checkpoints are written, all shards are
     * handed over or released, and the worker leaves the fleet. Must not be called from a handler or a listener, because it would
     * wait for itself.
     *
     * @param limit how long to wait; handlers that have not returned after seven eighths of it are interrupted. Shards that are not
     *     released at its end are dropped, and other workers take them over after the lease duration
     * @return how the consumer ended and which shards were dropped; the same if it had ended before
     */
    public CloseReport close(Duration limit) {
        CloseReport report;
        try {
            report = loop.stop(limit).get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            report = abandon();
            log.warn("closing took longer than {}; dropped shards={}", limit, report.dropped());
        } catch (InterruptedException e) {
            report = abandon();
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new ConsumerException("closing failed", e.getCause());
        }
        resources.close();
        return report;
    }

    /** Closes the consumer as {@link #close(Duration)} does, without waiting and without a limit. Completes on a user-code thread. */
    public CompletableFuture<CloseReport> closeAsync() {
        return loop.stop(config.closeTimeout());
    }

    /** Waits for the loop, which runs no user code, so that its threads are not ended under it. */
    private CloseReport abandon() {
        try {
            return loop.abandon().get(ABANDON_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException e) {
            throw new ConsumerException("the consumer's loop did not answer within " + ABANDON_LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConsumerException("interrupted while the consumer dropped its shards", e);
        }
    }

    /**
     * A builder of consumers.
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
        private @Nullable DynamoDbTable dynamoDbTable;
        private final OwnClients clients = new OwnClients("shardline-consumer");
        private final OwnClients.Service<KinesisAsyncClientBuilder> kinesis =
                new OwnClients.Service<KinesisAsyncClientBuilder>().choosingCallTimeout();
        private final OwnClients.Service<DynamoDbAsyncClientBuilder> dynamoDb = new OwnClients.Service<>();

        private Builder() {}

        /** The settings. Required. */
        public Builder config(ConsumerConfig settings) {
            config = settings;
            return this;
        }

        /** The handler of single records. Either this or {@link #shardHandler} is required. */
        public Builder recordHandler(RecordHandler handler) {
            recordHandler = handler;
            return this;
        }

        /** The factory of handlers, one for each shard. Either this or {@link #recordHandler} is required. */
        public Builder shardHandler(ShardHandlerFactory factory) {
            shardHandlers = factory;
            return this;
        }

        /**
         * The table for leases and checkpoints, with its own client if it is in DynamoDB: other settings for DynamoDB are refused then.
         * Default: a table in DynamoDB with the name of the application, created if it is missing.
         */
        public Builder leaseTable(LeaseTable table) {
            leaseTable = table;
            dynamoDbTable = null;
            return this;
        }

        /** The table in DynamoDB for leases and checkpoints, called with a client that the consumer makes. */
        public Builder leaseTable(DynamoDbTable table) {
            leaseTable = null;
            dynamoDbTable = table;
            return this;
        }

        /**
         * The endpoint of Kinesis and DynamoDB, such as an emulator or a VPC endpoint. Default: the service in the region.
         *
         * <p>At an http endpoint the clients use HTTP/1.1. At an https endpoint Kinesis is called with HTTP/2, unless {@code
         * customizeKinesis} sets an HTTP client that does otherwise. Region and credentials that are not given are those that the SDK
         * finds, as without an endpoint. At an http or loopback endpoint the machine's metadata service is not asked, and the region
         * is {@code us-east-1} if none is configured.
         *
         * @throws IllegalArgumentException if it is not an absolute http or https address
         */
        public Builder endpoint(URI address) {
            clients.endpoint(address);
            return this;
        }

        /** The endpoint of Kinesis alone; it takes precedence over {@link #endpoint}. */
        public Builder kinesisEndpoint(URI address) {
            kinesis.endpoint("kinesisEndpoint", address);
            return this;
        }

        /** The endpoint of DynamoDB alone; it takes precedence over {@link #endpoint}. */
        public Builder dynamoDbEndpoint(URI address) {
            dynamoDb.endpoint("dynamoDbEndpoint", address);
            return this;
        }

        /** The region. Default: what the SDK finds. */
        public Builder region(Region region) {
            clients.region(region);
            return this;
        }

        /** The region by its name, for example {@code eu-central-1}. */
        public Builder region(String name) {
            return region(Region.of(name));
        }

        /** The provider of credentials; no other is asked then. Default: what the SDK finds. */
        public Builder credentials(AwsCredentialsProvider provider) {
            clients.credentials(provider);
            return this;
        }

        /**
         * Other settings of the Kinesis client that the consumer makes: HTTP client, proxy, TLS, interceptors. The consumer sets
         * retries and the user agent itself. A call may take 10 s, or the {@code apiCallTimeout} that is set here; reads are given
         * up after a minute in any case.
         */
        public Builder customizeKinesis(Consumer<? super KinesisAsyncClientBuilder> customizer) {
            kinesis.customize("customizeKinesis", customizer);
            return this;
        }

        /** Other settings of the DynamoDB client that the consumer makes, see {@link #customizeKinesis}. */
        public Builder customizeDynamoDb(Consumer<? super DynamoDbAsyncClientBuilder> customizer) {
            dynamoDb.customize("customizeDynamoDb", customizer);
            return this;
        }

        /**
         * The Kinesis client, which the caller closes. Other settings for Kinesis are refused then. Default: one that the consumer
         * makes.
         *
         * @param kinesis must make one attempt per call, because the consumer paces and retries
         */
        public Builder client(KinesisAsyncClient kinesis) {
            client = kinesis;
            return this;
        }

        /** The platform: clocks, threads and random numbers. The caller closes it. Default: a {@link SystemPlatform}. */
        public Builder platform(Platform given) {
            platform = given;
            return this;
        }

        /** The listener for events. Default: none. */
        public Builder listener(ConsumerListener observer) {
            listener = observer;
            return this;
        }

        /**
         * Makes a consumer, which is not started yet.
         *
         * @throws IllegalArgumentException if the client retries, if there are settings for a client or a table that was given,
         *     or not exactly one kind of handler
         * @throws NullPointerException if the settings are missing
         */
        public ShardlineConsumer build() {
            ConsumerConfig settings = Objects.requireNonNull(config, "config is required");
            if ((recordHandler == null) == (shardHandlers == null)) {
                throw new IllegalArgumentException(
                        "either a recordHandler or a shardHandler is required, and not both");
            }
            Connections connections = new Connections(client, leaseTable, dynamoDbTable, clients, kinesis, dynamoDb);
            connections.refuseWhatIsOfNoUse();
            OwnedResources.Defaults defaults = new OwnedResources.Defaults(
                    "consumer",
                    settings.handlerThreads(),
                    () -> connections.ownClient(settings),
                    "would read faster than the consumer's pace");
            OwnedResources resources = OwnedResources.complete(client, platform, defaults);
            try {
                ConsumerLoop loop = new ConsumerLoop(new ConsumerLoop.Parts(
                        settings,
                        resources.platform(),
                        resources.client(),
                        connections.store(settings, resources),
                        ShardProcessor.factory(recordHandler, shardHandlers),
                        listener));
                return new ShardlineConsumer(loop, settings, resources);
            } catch (RuntimeException e) {
                resources.close();
                throw e;
            }
        }
    }
}
