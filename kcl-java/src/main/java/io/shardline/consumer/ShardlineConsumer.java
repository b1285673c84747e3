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
 * Reads a stream together with the other workers of its application: shares the shards with them through leases, follows
 * splits and merges, and gives every record to a handler, parents before children, at least once.
 *
 * <p>Made by {@link #builder()}, set going by {@link #start()}, ended by {@link #close()}. Thread-safe.
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

    /** Begins a consumer. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Creates the lease table when it is missing, joins the fleet and begins to read.
     *
     * @return completes on a user-code thread once the stream was found and its shards have leases; fails with a
     *     {@link ConsumerException} when that is not to be, for example because there is no such stream, or because the lease
     *     table cannot be used
     */
    public CompletableFuture<Void> start() {
        return loop.start();
    }

    /**
     * Reads one stream more, in an application of several: this one and all its other workers, from now on. A stream that was
     * removed goes on at its checkpoints.
     *
     * <p>It is kept in the lease table: workers read it also if they were not told of it. Still the settings of the next
     * start should have it, for some worker must look for shards whose leases are missing. Its {@link StreamConfig#retrieval} is
     * this worker's alone, for shards that it takes from then on; others read it as their settings say.
     *
     * @return completes on a user-code thread once the stream was found and its shards have leases; fails with a
     *     {@link ConsumerException} when that is not to be, or when the consumer is not running
     * @throws IllegalStateException if the consumer was built for one stream
     * @throws IllegalArgumentException if its shards cannot be subscribed to as {@link StreamConfig#retrieval} says
     */
    public CompletableFuture<Void> addStream(StreamConfig stream) {
        config.checkRetrieval(stream);
        return loop.addStream(stream);
    }

    /**
     * Reads one stream no more, in an application of several: this worker and all others let its shards go. Their leases
     * stay, with their checkpoints.
     *
     * <p>It is kept in the lease table: also a worker whose settings have the stream does not read it, until {@link
     * #addStream}.
     *
     * @return completes on a user-code thread once that is written down, the shards being let go after that; fails with a
     *     {@link ConsumerException} if the application has no such stream, or when the consumer is not running
     * @throws IllegalStateException if the consumer was built for one stream
     */
    public CompletableFuture<Void> removeStream(String streamName) {
        return loop.removeStream(streamName);
    }

    /**
     * Ends the registration of the fan-out consumers of this application, so that they cost nothing any more; not of those that
     * were given by their ARN. For the last worker, before it is closed: this one polls from then on, and any other that runs
     * registers the consumer again.
     *
     * @return completes on a user-code thread; fails with a {@link ConsumerException} if the service refuses it, or when the
     *     consumer is not running
     */
    public CompletableFuture<Void> deregisterFanOut() {
        return loop.deregisterFanOut();
    }

    /**
     * Completes when this worker does its part of the fleet's work for the first time: it has joined the fleet; every shard that
     * reading begins with has a lease; it has looked at the leases and has taken those that are its share and are free, while what
     * it asked others for comes later and is handled by them until then; and of each shard that it holds the handler is started and
     * a read has succeeded, unless the shard waits for its parents to be handled to their end, is paused or is stopped.
     *
     * <p>It is noticed up to a tenth of a second late. A worker that is one too many for the shards is ready without any. In a
     * fleet of more than a hundred workers one of them plans for all, and it is that one who says that a worker has its share:
     * some seconds after it has.
     *
     * @return completes on a user-code thread; fails with a {@link ConsumerException} if the consumer ends before; completing it
     *     changes nothing
     */
    public CompletableFuture<Void> ready() {
        return loop.health().ready().copy();
    }

    /**
     * Waits until the consumer is {@linkplain #ready() ready}. To be called after {@link #start}, and not from a handler or a
     * listener: those may be what it waits for.
     *
     * @throws ConsumerException if it is not ready within {@code limit}, saying what it waits for; if it ends before, saying why;
     *     or if the calling thread is interrupted, which it stays
     */
    public void awaitReady(Duration limit) {
        loop.health().awaitReady(limit);
    }

    /** Where the consumer is in its life. */
    public ConsumerState state() {
        return loop.state();
    }

    /**
     * How it stands with this worker and each of its shards, as the consumer saw it at its last look: once a second, more often
     * until it is ready, and at each {@link #pause}, {@link #resume} and close.
     *
     * <p>It costs nothing to ask, waits for nothing, and may be asked anywhere, also in handlers.
     */
    public ConsumerHealth health() {
        return loop.health().latest();
    }

    /**
     * What this worker knows of the whole application, its own shards included, at the same look as {@link #health}: who holds
     * which shard, how far it is checkpointed, and how many shards each worker holds.
     *
     * <p>Nothing is asked of the lease table for that: it is what the worker came by, and each entry says how old it is. It may be
     * asked anywhere.
     */
    public FleetHealth fleetHealth() {
        return loop.health().latestOfFleet();
    }

    /**
     * Holds back one shard of this worker: what its handler is doing is finished, and then nothing of the shard is read or
     * handled until {@link #resume}. The lease stays held, and progress is written down.
     *
     * <p>The pause is this worker's, not the fleet's. It lasts while this worker lives, also when it loses the shard and takes it
     * again; a worker that the shard is handed over to handles it. So pause where you would rather wait than stop, for example
     * while a database is maintained.
     *
     * @return completes on a user-code thread when the shard's handler does nothing any more, so that shard's own handler must
     *     not wait for it; fails with {@link IllegalArgumentException} if this worker does not hold the shard, and with
     *     {@link IllegalStateException} if the consumer has ended
     */
    public CompletableFuture<Void> pause(String shardId) {
        return loop.pause(shardId);
    }

    /**
     * Lets a shard go on that was paused, or that was stopped by {@link GiveUpPolicy#stopShardAfter}; one that waits to try
     * again does so at once.
     *
     * @return completes on a user-code thread; fails with {@link IllegalArgumentException} if this worker neither holds the shard
     *     nor has paused it, and with {@link IllegalStateException} if the consumer has ended
     */
    public CompletableFuture<Void> resume(String shardId) {
        return loop.resume(shardId);
    }

    /**
     * Completes when the consumer has ended, because it was closed or because it cannot go on.
     *
     * @return completes on a user-code thread, never exceptionally; completing it changes nothing
     */
    public CompletableFuture<CloseReport> ended() {
        return loop.stopped().copy();
    }

    /** As {@link #close(Duration)} with {@link ConsumerConfig#closeTimeout()}. */
    @Override
    public void close() {
        close(config.closeTimeout());
    }

    /**
     * Lets the handlers finish what they are doing, writes the last checkpoints, lets all shards go and leaves the fleet;
     * waits for that.
     *
     * @param limit how long to wait; handlers that are not done after seven eighths of it are interrupted. What is not done at
     *     its end is dropped, and other workers take over once this one's lease duration has passed. Not to be called from a handler or a listener: it would wait for itself
     * @return what was let go and what was dropped; the same if the consumer had ended before
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

    /** As {@link #close(Duration)} without waiting and without a limit; completes on a user-code thread. */
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

        /**
         * Where the fleet keeps leases and checkpoints, finished; settings for DynamoDB don't go with it. Default: a table in
         * DynamoDB with the name of the application, created when it is missing.
         */
        public Builder leaseTable(LeaseTable table) {
            leaseTable = table;
            dynamoDbTable = null;
            return this;
        }

        /** A table in DynamoDB for leases and checkpoints, reached with a client of the consumer's own. */
        public Builder leaseTable(DynamoDbTable table) {
            leaseTable = null;
            dynamoDbTable = table;
            return this;
        }

        /**
         * Where Kinesis and DynamoDB are: an emulator, or a VPC endpoint. Default: the real service in the region.
         *
         * <p>A plain http endpoint is spoken to in HTTP/1.1, Kinesis at an https endpoint in HTTP/2 unless the HTTP client
         * that {@code customizeKinesis} sets is told otherwise. Region and credentials, where they are not given, are what the
         * SDK finds, as without an endpoint. At a plain http or loopback endpoint the metadata service of the machine is left
         * out, and the region is {@code us-east-1} where none is configured.
         *
         * @throws IllegalArgumentException if it is not an absolute http or https address
         */
        public Builder endpoint(URI address) {
            clients.endpoint(address);
            return this;
        }

        /** As {@link #endpoint}, for Kinesis alone, which it goes before. */
        public Builder kinesisEndpoint(URI address) {
            kinesis.endpoint("kinesisEndpoint", address);
            return this;
        }

        /** As {@link #endpoint}, for DynamoDB alone, which it goes before. */
        public Builder dynamoDbEndpoint(URI address) {
            dynamoDb.endpoint("dynamoDbEndpoint", address);
            return this;
        }

        /** The region. Default: what the SDK finds. */
        public Builder region(Region region) {
            clients.region(region);
            return this;
        }

        /** As {@link #region(Region)}, by its name, for example {@code eu-central-1}. */
        public Builder region(String name) {
            return region(Region.of(name));
        }

        /** The credentials, and then they are looked for nowhere else. Default: what the SDK finds. */
        public Builder credentials(AwsCredentialsProvider provider) {
            clients.credentials(provider);
            return this;
        }

        /**
         * Sets what else the consumer's Kinesis client should have: HTTP client, proxy, TLS, interceptors. Retries
         * and the user agent are the consumer's, whatever is set here. A call may take 10 s, or what {@code apiCallTimeout} is
         * set to here; reads are given up after a minute in any case.
         */
        public Builder customizeKinesis(Consumer<? super KinesisAsyncClientBuilder> customizer) {
            kinesis.customize("customizeKinesis", customizer);
            return this;
        }

        /** As {@link #customizeKinesis}, for the DynamoDB client. */
        public Builder customizeDynamoDb(Consumer<? super DynamoDbAsyncClientBuilder> customizer) {
            dynamoDb.customize("customizeDynamoDb", customizer);
            return this;
        }

        /**
         * The client to read with, which stays the caller's to close; settings for Kinesis don't go with it. Default: one of
         * its own.
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
