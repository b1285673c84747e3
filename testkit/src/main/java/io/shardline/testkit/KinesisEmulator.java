package io.shardline.testkit;

import io.shardline.testkit.time.SplitMix64;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * A Kinesis inside this JVM, with its own clock: streams, shards, resharding, sequence numbers, iterators, and the service's
 * answers to mistakes.
 *
 * <pre>{@code
 * try (KinesisEmulator kinesis = KinesisEmulator.create()) {
 *     kinesis.createStream("flights", 4);
 *     KinesisAsyncClient client = kinesis.client();
 *     ...
 * }
 * }</pre>
 *
 * <p>On real time it has a daemon thread of its own. On simulated time it lives on an executor of a simulated process, and
 * nobody may {@code join()} its futures, for time stands still meanwhile. There are no quotas yet, and nothing is trimmed.
 * Thread-safe.
 */
public final class KinesisEmulator implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final ScheduledExecutorService scheduler;
    private final boolean ownsScheduler;
    private final KinesisEngine engine;
    private final RandomGenerator random;

    private KinesisEmulator(Builder builder) {
        ScheduledExecutorService given = builder.scheduler;
        this.scheduler = given == null ? ownThread() : given;
        this.ownsScheduler = given == null;
        this.random = builder.random;
        this.engine = new KinesisEngine(new Streams(
                builder.wallClock, new Streams.Place(builder.region, builder.account, builder.streamTransition)));
    }

    private static ScheduledExecutorService ownThread() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "kinesis-emulator");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    /** An emulator without streams, on real time, with a daemon thread of its own. */
    public static KinesisEmulator create() {
        return builder().build();
    }

    /** Settings for another one; each has a default. */
    public static Builder builder() {
        return new Builder();
    }

    /** A client without latency and faults, see {@link ClientSettings#defaults()}. */
    public KinesisAsyncClient client() {
        return client(ClientSettings.defaults());
    }

    /**
     * A client with a network, faults and callbacks of its own. What the emulator does not emulate fails with an
     * {@link UnsupportedOperationException}. It makes one attempt per call, and says so in its configuration.
     */
    public KinesisAsyncClient client(ClientSettings settings) {
        return new InProcessClient(new Transport(this, settings));
    }

    /**
     * Creates a stream that is ACTIVE at once.
     *
     * @param shardCount 1 to 100,000; the hash keys are shared out evenly
     * @throws software.amazon.awssdk.services.kinesis.model.KinesisException if the service would refuse it
     */
    public void createStream(String name, int shardCount) {
        inspect(engine -> engine.streams().createActiveStream(name, shardCount));
    }

    /**
     * The stream's ARN.
     *
     * @throws software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException if there is no such stream
     */
    public String streamArn(String streamName) {
        return inspect(engine -> engine.arn(streamName));
    }

    /**
     * Every record in a stream: shard by shard in the order of their numbers, and in each in the order of arrival.
     *
     * @throws software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException if there is no such stream
     */
    public List<StoredRecord> records(String streamName) {
        return inspect(engine -> engine.records(streamName));
    }

    /**
     * All shards of a stream, closed ones too, in the order of their numbers.
     *
     * @throws software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException if there is no such stream
     */
    public List<Shard> shards(String streamName) {
        return inspect(engine -> engine.shards(streamName));
    }

    /** Stops the thread if it is the emulator's own; calls still under way never complete, later ones fail. */
    @Override
    public void close() {
        if (ownsScheduler) {
            scheduler.shutdownNow();
        }
    }

    private <T> T inspect(Function<KinesisEngine, T> question) {
        return locked(engine -> {
            try {
                return question.apply(engine);
            } catch (ServiceError error) {
                throw SdkErrors.toSdk(error, new Call(new Fault.None(), "inspection", engine.nowMillis()));
            }
        });
    }

    /** Runs one operation of the engine, alone. */
    <T> T locked(Function<KinesisEngine, T> operation) {
        lock.lock();
        try {
            return operation.apply(engine);
        } finally {
            lock.unlock();
        }
    }

    /** A number for a request id; drawn under the lock. */
    long draw() {
        lock.lock();
        try {
            return random.nextLong();
        } finally {
            lock.unlock();
        }
    }

    ScheduledExecutorService scheduler() {
        return scheduler;
    }

    /**
     * Settings of an emulator.
     *
     * <p>Confined to the thread that builds.
     */
    public static final class Builder {
        private static final Duration DEFAULT_TRANSITION = Duration.ofMillis(100);

        private @Nullable ScheduledExecutorService scheduler;
        private InstantSource wallClock = InstantSource.system();
        private RandomGenerator random = new SplitMix64(0);
        private Duration streamTransition = DEFAULT_TRANSITION;
        private String region = "us-east-1";
        private String account = "123456789012";

        private Builder() {}

        /** Where calls arrive; default: a daemon thread that {@link KinesisEmulator#close()} ends. The given one is not closed. */
        public Builder scheduler(ScheduledExecutorService executor) {
            this.scheduler = executor;
            return this;
        }

        /** The service's time of day, which stamps records and ends iterators; default: the system's. */
        public Builder wallClock(InstantSource clock) {
            this.wallClock = clock;
            return this;
        }

        /** For request ids; default: a fixed seed. */
        public Builder random(RandomGenerator generator) {
            this.random = generator;
            return this;
        }

        /** How long a stream is CREATING, UPDATING (for each round of splits or merges) or DELETING; default 100 ms. */
        public Builder streamTransition(Duration duration) {
            if (duration.isNegative()) {
                throw new IllegalArgumentException("streamTransition must not be negative: " + duration);
            }
            this.streamTransition = duration;
            return this;
        }

        /** The region in ARNs; default {@code us-east-1}. */
        public Builder region(String name) {
            this.region = name;
            return this;
        }

        /** The account in ARNs and messages, 12 digits; default {@code 123456789012}. */
        public Builder account(String id) {
            if (!id.matches("[0-9]{12}")) {
                throw new IllegalArgumentException("an account has 12 digits: " + id);
            }
            this.account = id;
            return this;
        }

        /** The emulator. */
        public KinesisEmulator build() {
            return new KinesisEmulator(this);
        }
    }
}
