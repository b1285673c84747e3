package io.shardline.producer;

import io.shardline.producer.internal.DirectBody;
import io.shardline.producer.internal.ProducerLoop;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.OwnClients;
import io.shardline.runtime.internal.OwnedResources;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.client.config.ClientAsyncConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;

/**
 * Puts user records into Kinesis streams: aggregated, in order per key, retried, within a bounded memory.
 *
 * <p>One producer serves any number of streams. {@link #put} answers with a future that completes when the record is
 * acknowledged or given up; futures complete on the platform's threads for user code, so a slow continuation delays other
 * futures, and must not wait for {@link #flush}, {@link #close} or {@link #lanes}. On the producer's own threads a
 * continuation must not wait for another record either: unless that is done, waiting throws {@link IllegalStateException}. On
 * a {@link Builder#userCodeExecutor} with threads to spare it may. Thread-safe.
 */
public final class ShardlineProducer implements AutoCloseable {

    /**
     * Answers come on the thread that has read them: all that the producer does there is to post them to the loop. The SDK's own
     * threads for it would be one more change of thread for each request.
     */
    private static final ClientAsyncConfiguration ANSWERED_DIRECTLY = ClientAsyncConfiguration.builder()
            .advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run)
            .build();

    /** Calls other than PutRecords that need not wait for one of those to end. */
    private static final int MOST_LISTINGS = 26;

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
     * <p>A stream that is given now by its name and now by its ARN is one. Once there are both, {@code DescribeStreamSummary}
     * tells whether they are the same, and records wait for that for two seconds at most; where it is not allowed, or does not
     * answer, they count as two, with no order between them, each with its own rate, and the log says so.
     *
     * @param streamName the stream's name, or its ARN, for example for another account's; its shards are looked up at the first record
     * @return completes with the receipt, or fails with {@link PutFailedException}; the reason is
     *     {@link FailureReason#CLOSED} if the producer was closed before
     * @throws IllegalArgumentException if the stream name is not one, or is one more than the 10,000 that a producer serves in
     *     its life, or data and partition key together are larger than any
     *     stream may take by {@link ProducerConfig.Builder#maxRecordSize}, or the record alone counts with more than the
     *     {@link ProducerConfig.Builder#memoryBudget}; nothing is queued then
     */
    public CompletableFuture<PutReceipt> put(String streamName, UserRecord record) {
        return loop.put(streamName, record);
    }

    /** As {@link #put(String, UserRecord)}, for those who want no future per record. */
    public void put(String streamName, UserRecord record, PutCallback callback) {
        loop.put(streamName, record, callback);
    }

    /**
     * Completes when records can be put into a stream, as far as can be told without putting one: there are credentials, the
     * stream exists, and its shards are known. It begins to look if nothing was put there before.
     *
     * <p>What may pass is tried again for as long as the producer is open: credentials that are not there yet, an endpoint that
     * does not answer. Whether {@code kinesis:PutRecords} is allowed turns out at the first record.
     *
     * @param streamName the stream's name, or its ARN
     * @return completes on a thread for user code; fails with {@link ProducerException} if the stream does not exist, its shards
     *     may not be listed and records are aggregated, or the producer is closed before. Like that of {@link #flush} it must
     *     not be waited for in a callback
     * @throws IllegalArgumentException as {@link #put(String, UserRecord)}, for the stream
     */
    public CompletableFuture<Void> ready(String streamName) {
        return loop.ready(streamName);
    }

    /**
     * Waits until the producer is {@linkplain #ready ready} for a stream. Not to be called in a callback.
     *
     * @param limit how long to wait at most, zero or more
     * @throws ProducerException if it is not ready within {@code limit}, with what the last look failed with; if it cannot become
     *     ready, saying why; or if the calling thread is interrupted, which it stays
     * @throws IllegalArgumentException as {@link #put(String, UserRecord)}, for the stream
     */
    public void awaitReady(String streamName, Duration limit) {
        loop.awaitReady(streamName, Objects.requireNonNull(limit, "limit"));
    }

    /** How the producer stands now; also while it is being closed, and afterwards. */
    public ProducerStatistics statistics() {
        return loop.statistics();
    }

    /**
     * What waits for which shard, by stream and shard id.
     *
     * @return completes soon and never fails; empty once the producer is closed. Like that of {@link #flush} it must not be
     *     waited for in a callback: unless it is done by then, that throws {@link IllegalStateException}
     */
    public CompletableFuture<List<ProducerStatistics.Lane>> lanes() {
        return loop.lanes();
    }

    /**
     * Sends at once what lingers, in all streams, and tells when everything put before this call is done.
     *
     * @return completes when all futures of earlier puts have completed, whatever their outcome, and never fails
     */
    public CompletableFuture<Void> flush() {
        return loop.flush();
    }

    /**
     * As {@link #flush()}, for the records of one stream: what lingers in others goes on lingering, and is not waited for.
     *
     * @param streamName as it was given to {@link #put}; of a stream that nothing was put into, all is done
     */
    public CompletableFuture<Void> flush(String streamName) {
        return loop.flush(Objects.requireNonNull(streamName, "streamName"));
    }

    /**
     * Takes records of a stream again after a loss; for {@link OnLoss#STOP_LANE}, without effect otherwise.
     *
     * <p>What this thread puts after the call is taken in. Call it once the futures of what was put before have completed, or a
     * late failure stops the lane anew.
     */
    public void resume(String streamName) {
        loop.resume(Objects.requireNonNull(streamName, "streamName"));
    }

    /**
     * Refuses new records, waits for those put before, and gives up what is left at the limit; blocks meanwhile.
     *
     * <p>A second call, also from another thread, has the first one's limit and report. A thread that is interrupted meanwhile goes
     * on waiting, and is still interrupted afterwards.
     *
     * <p>All futures have completed when it returns, with their callbacks, unless a callback does not return: half a second
     * after the limit it is waited for no longer, and futures behind it complete when it has returned. Calls that block, as one for
     * credentials may, are waited for half a second more.
     *
     * @param limit how long to wait for records put before, zero or more
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public CloseReport close(Duration limit) {
        return closeAsync(limit).join();
    }

    /** As {@link #close(Duration)}, without blocking; the future never fails. */
    public CompletableFuture<CloseReport> closeAsync(Duration limit) {
        if (Objects.requireNonNull(limit, "limit").isNegative()) {
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
        private @Nullable Executor userCode;
        private @Nullable Consumer<? super ProducerEvent> listener;
        private final OwnClients clients = new OwnClients("shardline-producer");
        private final OwnClients.Service<KinesisAsyncClientBuilder> kinesis = new OwnClients.Service<>();

        private Builder() {}

        /** The settings. Default {@link ProducerConfig#defaults()}. */
        public Builder config(ProducerConfig config) {
            this.config = Objects.requireNonNull(config, "config");
            return this;
        }

        /**
         * Where Kinesis is: an emulator, or a VPC endpoint. Default: the real service in the region.
         *
         * <p>A plain http endpoint is spoken to in HTTP/1.1, an https endpoint in HTTP/2 unless the HTTP client that
         * {@code customizeKinesis} sets is told otherwise. Region and credentials, where they are not given, are what the
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

        /** The region. Default: what the SDK finds. */
        public Builder region(Region region) {
            clients.region(region);
            return this;
        }

        /** As {@link #region(Region)}, by its name, for example {@code eu-central-1}. */
        public Builder region(String name) {
            return region(Region.of(Objects.requireNonNull(name, "region")));
        }

        /** The credentials, and then they are looked for nowhere else. Default: what the SDK finds. */
        public Builder credentials(AwsCredentialsProvider provider) {
            clients.credentials(provider);
            return this;
        }

        /**
         * Sets what else the producer's Kinesis client should have: HTTP client, proxy, TLS, interceptors. Retries,
         * the limit of a call and the user agent are the producer's, whatever is set here. An HTTP client is set by
         * {@code httpClientBuilder}, which takes the place of the producer's choice: Netty, with as many calls at a time as
         * {@link ProducerConfig.Builder#maxInFlightRequests} needs, no time-out below
         * {@link ProducerConfig.Builder#requestTimeout}, and HTTP/1.1 for plain endpoints. To set {@code httpClient}, set
         * {@code httpClientBuilder(null)} before, because the SDK refuses one beside the other. Interceptors see PutRecords with its records until it is marshalled, and without them
         * afterwards, because the producer writes that part of the body itself. What interceptors and metric publishers do behind
         * an answer is done on the HTTP client's threads and must not block; {@code asyncConfiguration} sets other threads for it.
         */
        public Builder customizeKinesis(Consumer<? super KinesisAsyncClientBuilder> customizer) {
            kinesis.customize("customizeKinesis", customizer);
            return this;
        }

        /**
         * The client to send with; it stays the caller's to close. By default the producer makes one, as the settings above
         * say, and closes it. Not together with settings for the producer's own client.
         *
         * @param client must not retry, because retries behind the producer's back would break order: build it with
         *     {@code overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))}
         */
        public Builder client(KinesisAsyncClient client) {
            this.client = Objects.requireNonNull(client, "client");
            return this;
        }

        /**
         * Who hears of what happens, for example {@link ProducerMeters}. Called on the threads for user code, perhaps by several
         * at once; must not block. Without a listener, events cost nothing.
         */
        public Builder listener(Consumer<? super ProducerEvent> listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /** Threads, clock and random source; the caller's to close. By default the producer starts its own and ends them. */
        public Builder platform(Platform platform) {
            this.platform = Objects.requireNonNull(platform, "platform");
            return this;
        }

        /**
         * Where futures complete, and callbacks and the listener run; the caller's to close, after the producer. By default the
         * producer has two threads for that. Not together with a platform, which has an executor of its own.
         *
         * @param executor runs tasks on threads of its own, in any order, and must not run them on the thread that gives them,
         *     which is the producer's loop; what it refuses runs on one thread of the producer, so it should take every task
         *     until the producer is closed. Its threads may wait for records, as virtual ones do well, but not all at once,
         *     whoever's tasks they run, because what they wait for completes on one of them
         */
        public Builder userCodeExecutor(Executor executor) {
            this.userCode = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Starts the producer.
         *
         * @throws IllegalArgumentException if the client makes more than one attempt, or if there are settings for another, or an
         *     executor beside a platform
         */
        public ShardlineProducer build() {
            if (client != null) {
                clients.refuseBeside("a client");
                kinesis.refuseBeside("a client");
            }
            if (platform != null && userCode != null) {
                throw new IllegalArgumentException(
                        "userCodeExecutor cannot be set beside a platform, which has one already;"
                                + " leave out the one or the other");
            }
            OwnedResources resources =
                    OwnedResources.complete(client, platform, userCode, ProducerLoop.defaults(this::ownClient));
            return new ShardlineProducer(ProducerLoop.start(config, resources, listener), config);
        }

        private KinesisAsyncClient ownClient() {
            clients.mostCalls(config.maxInFlightRequests() + MOST_LISTINGS);
            DirectBody direct = new DirectBody();
            KinesisAsyncClientBuilder builder = KinesisAsyncClient.builder()
                    .putAuthScheme(direct.authScheme())
                    .asyncConfiguration(ANSWERED_DIRECTLY);
            return clients.build(builder, kinesis, config.requestTimeout(), direct);
        }
    }
}
