package io.shardline.examples.flights;

import io.shardline.consumer.ShardlineConsumer;
import io.shardline.examples.tools.Operator;
import io.shardline.examples.tools.Services;
import io.shardline.examples.tools.ToolException;
import io.shardline.producer.ShardlineProducer;
import io.shardline.testkit.time.SplitMix64;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Real time, and services at an endpoint, where a stream and a lease table are made for this run and deleted after it.
 *
 * <p>Confined to the thread that runs the program.
 */
final class EndpointWorld implements FlightsWorld {

    /** Long enough for a slow emulator on a busy machine. */
    private static final Duration LEASE_DURATION = Duration.ofSeconds(6);

    private static final int BASE = 36;

    private final Services services;
    private final @Nullable URI dynamoDbEndpoint;
    private final SplitMix64 random;
    private final Operator operator;
    private final String name;
    private final List<ExecutorService> mainThreads = new ArrayList<>();
    private boolean streamMade;

    EndpointWorld(Services services, @Nullable URI dynamoDbEndpoint, long seed) {
        this.services = services;
        this.dynamoDbEndpoint = dynamoDbEndpoint;
        this.random = new SplitMix64(seed);
        this.operator = services.operator();
        this.name = "flights-" + Long.toString(System.currentTimeMillis(), BASE);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Duration leaseDuration() {
        return LEASE_DURATION;
    }

    @Override
    public void createStream(int shards) {
        operator.create(name, shards);
        streamMade = true;
    }

    @Override
    public List<Shard> shards() {
        return operator.openShards(name);
    }

    @Override
    public KinesisAsyncClient operator() {
        return operator.client();
    }

    @Override
    public Jvm startJvm(String jvm) {
        ExecutorService mainThread = Executors.newSingleThreadExecutor(task -> RealWorld.daemon(task, jvm + "-main"));
        mainThreads.add(mainThread);
        return new Jvm(
                services.configure(ShardlineProducer.builder()),
                services.configure(ShardlineConsumer.builder(), dynamoDbEndpoint),
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
        return "at " + services.where() + ", with stream and lease table " + name + ", which are deleted now";
    }

    /** Also when the run has failed. */
    @Override
    public void close() {
        mainThreads.forEach(ExecutorService::shutdown);
        if (streamMade) {
            operator.delete(name);
            deleteTable();
        }
        operator.close();
    }

    private void deleteTable() {
        try (DynamoDbAsyncClient dynamoDb = services.dynamoDb(dynamoDbEndpoint)) {
            dynamoDb.deleteTable(request -> request.tableName(name)).join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof ResourceNotFoundException)) { // then the run did not come so far
                throw new ToolException("table '" + name + "' could not be deleted: " + e.getCause(), e);
            }
        }
    }
}
