package io.shardline.examples.flights;

import io.shardline.consumer.ShardlineConsumer;
import io.shardline.examples.tools.Services;
import io.shardline.producer.ShardlineProducer;
import io.shardline.testkit.time.SplitMix64;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Real time, and services at an endpoint or the real ones, where a stream and a lease table are made for this run.
 *
 * <p>They are deleted after it, also when it fails or is told to end. Confined to the thread that runs the program.
 */
final class EndpointWorld implements FlightsWorld {

    /** Long enough for a slow emulator on a busy machine. */
    private static final Duration LEASE_DURATION = Duration.ofSeconds(6);

    private final Services services;
    private final @Nullable URI dynamoDbEndpoint;
    private final SplitMix64 random;
    private final RunResources.Run run;
    private final RunResources resources;
    private final Thread clearing;
    private final List<ExecutorService> mainThreads = new ArrayList<>();

    EndpointWorld(Services services, @Nullable URI dynamoDbEndpoint, long seed, RunResources.Run run) {
        this.services = services;
        this.dynamoDbEndpoint = dynamoDbEndpoint;
        this.random = new SplitMix64(seed);
        this.run = run;
        this.resources = new RunResources(services, dynamoDbEndpoint, run);
        this.clearing = new Thread(resources::clear, "flights-clear");
    }

    @Override
    public String name() {
        return run.name();
    }

    @Override
    public Duration leaseDuration() {
        return LEASE_DURATION;
    }

    @Override
    public void createStream(int shards) {
        Runtime.getRuntime().addShutdownHook(clearing); // for Ctrl-C
        resources.create(shards);
    }

    @Override
    public List<Shard> shards() {
        return resources.operator().openShards(run.name());
    }

    @Override
    public KinesisAsyncClient operator() {
        return resources.operator().client();
    }

    @Override
    public Jvm startJvm(String jvm) {
        ExecutorService mainThread = Executors.newSingleThreadExecutor(task -> RealWorld.daemon(task, jvm + "-main"));
        mainThreads.add(mainThread);
        return new Jvm(
                services.configure(ShardlineProducer.builder()),
                services.configure(ShardlineConsumer.builder(), dynamoDbEndpoint)
                        .leaseTable(resources.table()),
                mainThread);
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
        return RealWorld.waitUntil(done, limit);
    }

    @Override
    public String describe() {
        return "at " + services.where() + ", " + resources.fate();
    }

    @Override
    public void close() {
        mainThreads.forEach(ExecutorService::shutdown);
        resources.close();
    }
}
