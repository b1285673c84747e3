package io.shardline.testkit;

import io.shardline.testkit.time.SplitMix64;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
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
 * <p>It is as strict as the service: every {@link Quota} holds until it is lifted. On real time it has a daemon thread of its
 * own, also where time passes by hand ({@link Builder#manualTime}). On simulated time it lives on an executor of a simulated
 * process, and nobody may {@code join()} its futures, for time stands still meanwhile. Several live side by side in one JVM
 * without knowing of each other. Thread-safe.
 */
public final class KinesisEmulator implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Timeline timeline;
    private final KinesisEngine engine;
    private final RandomGenerator random;
    private final FaultPlan faults;
    private final Faults usual;
    private volatile boolean closing;

    private KinesisEmulator(Builder builder, Timeline timeline, InstantSource clock) {
        this.timeline = timeline;
        this.random = builder.random;
        this.faults = new FaultPlan(this);
        this.usual = builder.sloppy ? Faults.sloppy() : Faults.none();
        Streams.Place place = new Streams.Place(
                builder.region, builder.account, builder.streamTransition, builder.consumerTransition);
        this.engine = new KinesisEngine(new Streams(clock, place, new Quotas(builder.lifted)));
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
        inspect(engine -> {
            engine.createActiveStream(name, shardCount);
            return name;
        });
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
     * The records of one shard behind a record, in the order of arrival; none if there is no such shard.
     *
     * @param after null for all
     * @throws software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException if there is no such stream
     */
    public List<StoredRecord> recordsAfter(String streamName, String shardId, @Nullable StoredRecord after) {
        return inspect(engine -> engine.recordsAfter(streamName, shardId, after));
    }

    /**
     * All shards of a stream, closed ones too, in the order of their numbers.
     *
     * @throws software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException if there is no such stream
     */
    public List<Shard> shards(String streamName) {
        return inspect(engine -> engine.shards(streamName));
    }

    /** What is to go wrong, for the calls of all clients; nothing at first. */
    public FaultPlan faults() {
        return faults;
    }

    /** The emulator's time of day. */
    public Instant now() {
        return Instant.ofEpochMilli(nowMillis());
    }

    /**
     * Lets time pass that passes by hand, and everything happen that becomes due in it: transitions of streams, latencies, events
     * and ends of subscriptions. Returns when it has happened.
     *
     * @param duration not negative
     * @throws IllegalStateException unless the emulator was built with {@link Builder#manualTime}, and when called by the
     *     emulator's own thread
     */
    public void advance(Duration duration) {
        timeline.advance(duration);
    }

    /**
     * Ends all subscriptions with an error, and the thread if it is the emulator's own; calls still under way never complete,
     * later ones fail. Returns when the thread has ended; a callback that holds it is interrupted after 10 seconds. Closing
     * again does nothing.
     */
    @Override
    public void close() {
        closing = true;
        timeline.end(() -> locked(engine -> {
            engine.close();
            return engine;
        }));
    }

    private <T> T inspect(Function<KinesisEngine, T> question) {
        return locked(engine -> {
            try {
                return question.apply(engine);
            } catch (ServiceError error) {
                throw SdkErrors.toSdk(
                        error, new Call("inspection", new Fault.None(), "inspection", engine.nowMillis()));
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

    long nowMillis() {
        return engine.nowMillis();
    }

    /** What is wrong with calls with which nothing else is. */
    Faults usualFaults() {
        return usual;
    }

    boolean isClosing() {
        return closing;
    }

    Timeline timeline() {
        return timeline;
    }

    /**
     * Settings of an emulator.
     *
     * <p>Confined to the thread that builds.
     */
    public static final class Builder {
        private static final Duration DEFAULT_TRANSITION = Duration.ofMillis(100);

        private final EnumSet<Quota> lifted = EnumSet.noneOf(Quota.class);
        private @Nullable ScheduledExecutorService scheduler;
        private @Nullable Instant manualStart;
        private InstantSource wallClock = InstantSource.system();
        private RandomGenerator random = new SplitMix64(0);
        private boolean sloppy;
        private Duration streamTransition = DEFAULT_TRANSITION;
        private Duration consumerTransition = DEFAULT_TRANSITION;
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

        /** How long a consumer is CREATING or DELETING; default 100 ms. */
        public Builder consumerTransition(Duration duration) {
            if (duration.isNegative()) {
                throw new IllegalArgumentException("consumerTransition must not be negative: " + duration);
            }
            this.consumerTransition = duration;
            return this;
        }

        /** Does without these quotas; by default all hold. */
        public Builder lift(Quota first, Quota... others) {
            lifted.add(first);
            lifted.addAll(List.of(others));
            return this;
        }

        /** Does without any quota; by default all hold. */
        public Builder liftAll() {
            lifted.addAll(EnumSet.allOf(Quota.class));
            return this;
        }

        /**
         * Answers as other emulators of Kinesis do where they differ from the service: a shard ends without naming its children,
         * and ListShards ignores its filter. Calls that have another fault are as they are without this. By default everything
         * is as the service does it.
         */
        public Builder sloppy() {
            this.sloppy = true;
            return this;
        }

        /**
         * Time passes only by {@link KinesisEmulator#advance}, from {@code start} on; calls are answered at once nevertheless.
         * By default time passes by itself. Takes the place of {@link #scheduler} and {@link #wallClock}.
         */
        public Builder manualTime(Instant start) {
            this.manualStart = start;
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
            Instant start = manualStart;
            ScheduledExecutorService given = scheduler;
            if (start != null) {
                ThreadTimeline byHand = ThreadTimeline.manual(start);
                return new KinesisEmulator(this, byHand, byHand);
            }
            return new KinesisEmulator(
                    this, given == null ? ThreadTimeline.real() : new GivenTimeline(given), wallClock);
        }
    }
}
