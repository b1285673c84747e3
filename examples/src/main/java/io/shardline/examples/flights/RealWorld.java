package io.shardline.examples.flights;

import io.shardline.consumer.LeaseTable;
import io.shardline.runtime.Platform;
import io.shardline.runtime.SystemPlatform;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.Latency;
import io.shardline.testkit.time.SplitMix64;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Real time and real threads; only the service is an emulator, some milliseconds away.
 *
 * <p>Confined to the thread that runs the program.
 */
final class RealWorld implements FlightsWorld {

    /** One way to the service, as within a region. */
    static final Duration LEAST_LATENCY = Duration.ofMillis(2);

    static final Duration MOST_LATENCY = Duration.ofMillis(8);

    /** How many handlers of a process run at a time. */
    static final int HANDLER_THREADS = 4;

    /** The name of the stream and of the application. */
    static final String STREAM = "flights";

    /** Short, so that work is shared out early: a worker learns of another with its heartbeat, each 0.3 of this. */
    static final Duration LEASE_DURATION = Duration.ofSeconds(3);

    private static final long LOOK_MILLIS = 5;

    private final long seed;
    private final SplitMix64 random;
    private final KinesisEmulator kinesis;
    private final LeaseTable leases = LeaseTable.inMemory();
    private final List<SystemPlatform> platforms = new ArrayList<>();
    private final List<ExecutorService> mainThreads = new ArrayList<>();

    RealWorld(long seed) {
        this.seed = seed;
        this.random = new SplitMix64(seed);
        this.kinesis = KinesisEmulator.builder().random(random.split()).build();
    }

    @Override
    public String name() {
        return STREAM;
    }

    @Override
    public Duration leaseDuration() {
        return LEASE_DURATION;
    }

    @Override
    public void createStream(int shards) {
        kinesis.createStream(STREAM, shards);
    }

    @Override
    public List<Shard> shards() {
        return kinesis.shards(STREAM);
    }

    @Override
    public KinesisAsyncClient operator() {
        return client();
    }

    @Override
    public Jvm startJvm(String name) {
        SystemPlatform system = SystemPlatform.start(name, HANDLER_THREADS);
        platforms.add(system);
        ExecutorService mainThread = Executors.newSingleThreadExecutor(task -> daemon(task, name + "-main"));
        mainThreads.add(mainThread);
        KinesisAsyncClient client = client();
        return Jvm.on(withRandom(system.platform(), random.split()), client, leases, mainThread);
    }

    private KinesisAsyncClient client() {
        return kinesis.client(
                ClientSettings.defaults().latency(Latency.between(LEAST_LATENCY, MOST_LATENCY, random.split())));
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public boolean passUntil(BooleanSupplier done, Duration limit) {
        return waitUntil(done, limit);
    }

    /** As {@link #passUntil}, for worlds in real time. */
    static boolean waitUntil(BooleanSupplier done, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
        return true;
    }

    @Override
    public String describe() {
        return "in real time, seed " + seed;
    }

    @Override
    public void close() {
        mainThreads.forEach(ExecutorService::shutdown);
        platforms.forEach(SystemPlatform::close);
        kinesis.close();
    }

    private static Platform withRandom(Platform system, RandomGenerator random) {
        return new Platform(
                system.loop(),
                system.io(),
                system.priorityIo(),
                system.userCode(),
                system.nanoTime(),
                system.wallClock(),
                random);
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
