package io.shardline.testkit.junit;

import static io.shardline.testkit.junit.StreamContents.count;

import io.shardline.consumer.LeaseTable;
import io.shardline.consumer.RecordHandler;
import io.shardline.consumer.ShardlineConsumer;
import io.shardline.producer.CloseReport;
import io.shardline.producer.ShardlineProducer;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.junit.TestConsumer.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * A Kinesis for one test: an emulator with streams, and a client, producers and consumers that work on it and are closed with
 * it. With JUnit it is a parameter, see {@link KinesisTest}; without:
 *
 * <pre>{@code
 * try (TestKinesis kinesis = TestKinesis.builder().stream("orders", 2).build()) {
 *     ...
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class TestKinesis implements AutoCloseable {

    /** How long a producer may take to write what was put last. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final KinesisEmulator emulator;
    private final boolean leftOpenAllowed;
    private final @Nullable ShardlineThreads threads;
    private final ExecutorService callbacks = Executors.newCachedThreadPool(TestKinesis::callbackThread);
    private final KinesisAsyncClient client;
    private final List<ShardlineProducer> producers = new CopyOnWriteArrayList<>();
    private final List<TestConsumer> consumers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private TestKinesis(Builder builder) {
        KinesisEmulator.Builder settings = KinesisEmulator.builder();
        builder.settings.forEach(setting -> setting.accept(settings));
        threads = builder.threadsAreWatched ? ShardlineThreads.now() : null;
        leftOpenAllowed = builder.leftOpenAllowed;
        emulator = settings.build();
        // Callbacks of a test may block, and must not stop the emulator then.
        client = emulator.client(ClientSettings.defaults().callbacks(callbacks));
    }

    private static Thread callbackThread(Runnable task) {
        Thread thread = new Thread(task, "kinesis-callback");
        thread.setDaemon(true);
        return thread;
    }

    /** Begins one without streams. */
    public static Builder builder() {
        return new Builder();
    }

    /** The emulator, closed with this. */
    public KinesisEmulator emulator() {
        return emulator;
    }

    /** A client for the emulator. It makes one attempt per call, without latency or faults; its callbacks may block. */
    public KinesisAsyncClient client() {
        return client;
    }

    /** Another producer with its defaults, closed with this. */
    public ShardlineProducer producer() {
        ShardlineProducer producer = producerBuilder().build();
        producers.add(producer);
        return producer;
    }

    /** For a producer with settings of your own; what it builds is yours to close. */
    public ShardlineProducer.Builder producerBuilder() {
        return ShardlineProducer.builder().client(client);
    }

    /**
     * For a consumer with settings of your own, with a new lease table in memory; settings and a handler are still missing.
     * What it builds is yours to close.
     */
    public ShardlineConsumer.Builder consumerBuilder() {
        return ShardlineConsumer.builder().client(client).leaseTable(LeaseTable.inMemory());
    }

    /**
     * Has a handler handle a stream from its beginning on, beside all others that do. Blocks until the consumer has started.
     *
     * @return is closed with this
     * @throws io.shardline.consumer.ConsumerException if it cannot start, because there is no such stream for example
     */
    public TestConsumer consume(String streamName, RecordHandler handler) {
        TestConsumer consumer = TestConsumer.start(this, streamName, handler);
        consumers.add(consumer);
        return consumer;
    }

    /**
     * Puts a plain record, and blocks until it is stored.
     *
     * @param text the data, in UTF-8
     * @throws java.util.concurrent.CompletionException with what the client throws, if it is refused
     */
    public void put(String streamName, String partitionKey, String text) {
        client.putRecord(
                        r -> r.streamName(streamName).partitionKey(partitionKey).data(SdkBytes.fromUtf8String(text)))
                .join();
    }

    /** As {@link StoredUserRecord#allIn}. */
    public List<StoredUserRecord> userRecords(String streamName) {
        return StoredUserRecord.allIn(emulator, streamName);
    }

    /**
     * Closes its producers, which write what was put before, its consumers and the emulator; a second call does nothing.
     *
     * @throws AssertionError unless {@link Builder#leftOpenAllowed}, if something is unfinished: records of its producers are
     *     still not written, a handler failed on a record and had no success with it since, a consumer ended by itself. Under
     *     JUnit, where tests don't run in parallel, also if a producer or a consumer that began during the test still runs
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        List<Problem> problems = new ArrayList<>();
        producers.forEach(producer -> problems.addAll(leftIn(producer.close(PATIENCE))));
        consumers.forEach(TestConsumer::close);
        consumers.forEach(consumer -> problems.addAll(consumer.problems()));
        client.close();
        emulator.close();
        callbacks.shutdown();
        if (threads != null) {
            threads.stillRunning().forEach(text -> problems.add(new Problem(text, null)));
        }
        if (!leftOpenAllowed && !problems.isEmpty()) {
            throw leftOpen(problems);
        }
    }

    private static List<Problem> leftIn(CloseReport producer) {
        if (producer.isDrained()) {
            return List.of();
        }
        String records = count(Math.toIntExact(producer.abandoned()), "record");
        return List.of(new Problem("a producer could not write " + records + " within " + PATIENCE, null));
    }

    private static AssertionError leftOpen(List<Problem> problems) {
        StringBuilder message = new StringBuilder("The test has ended, but");
        problems.forEach(problem -> message.append("\n  ").append(problem.text()));
        return new AssertionError(message.toString(), problems.get(0).cause());
    }

    /**
     * Collects what a test needs.
     *
     * <p>Confined to its user.
     */
    public static final class Builder {

        private final Map<String, Integer> shardCounts = new LinkedHashMap<>();
        private final List<Consumer<? super KinesisEmulator.Builder>> settings = new ArrayList<>();
        private boolean leftOpenAllowed;
        private boolean threadsAreWatched;

        private Builder() {}

        /**
         * A stream that is ACTIVE from the beginning; the same name again only changes the number of shards.
         *
         * @param name by the service's rules
         * @param shards 1 to 100,000; they share the hash keys evenly
         */
        public Builder stream(String name, int shards) {
            shardCounts.put(name, shards);
            return this;
        }

        /** Sets what the emulator should have: its clock, its quotas. */
        public Builder emulator(Consumer<? super KinesisEmulator.Builder> setting) {
            settings.add(setting);
            return this;
        }

        /** Whether {@link TestKinesis#close} only closes and says nothing about what is unfinished. Default false. */
        public Builder leftOpenAllowed(boolean allowed) {
            leftOpenAllowed = allowed;
            return this;
        }

        /** Nobody else starts producers or consumers in this JVM meanwhile, so those left running are the test's. */
        Builder onlyOneHere() {
            threadsAreWatched = true;
            return this;
        }

        /**
         * Starts the emulator.
         *
         * @throws software.amazon.awssdk.services.kinesis.model.KinesisException if the service would refuse a stream
         */
        public TestKinesis build() {
            TestKinesis kinesis = new TestKinesis(this);
            try {
                shardCounts.forEach(kinesis.emulator::createStream);
                return kinesis;
            } catch (RuntimeException e) {
                kinesis.close();
                throw e;
            }
        }
    }
}
