package io.shardline.examples.flights;

import io.shardline.consumer.LeaseTable;
import io.shardline.consumer.ShardlineConsumer;
import io.shardline.producer.ShardlineProducer;
import io.shardline.runtime.Platform;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * All that differs between runs in real time, in simulated time, and at an endpoint.
 *
 * <p>Confined to the thread that runs the program.
 */
interface FlightsWorld extends AutoCloseable {

    /**
     * What a producer or a worker lives on: its way to the services, its threads, clocks and random numbers.
     *
     * <p>Confined to the thread that runs the program.
     *
     * @param producer lacks its settings at most
     * @param consumer lacks its settings and a handler
     * @param mainThread runs one task at a time, for the application itself
     */
    record Jvm(ShardlineProducer.Builder producer, ShardlineConsumer.Builder consumer, Executor mainThread) {

        /** One on an emulator. */
        static Jvm on(Platform platform, KinesisAsyncClient client, LeaseTable leases, Executor mainThread) {
            return new Jvm(
                    ShardlineProducer.builder().client(client).platform(platform),
                    ShardlineConsumer.builder()
                            .client(client)
                            .platform(platform)
                            .leaseTable(leases),
                    mainThread);
        }
    }

    /** The name of the stream and of the application. */
    String name();

    /** How soon a worker that is silent is replaced. */
    Duration leaseDuration();

    /** Makes the stream. */
    void createStream(int shards);

    /** The stream's shards, while it has not been resharded. */
    List<Shard> shards();

    /** A client for who reshards the stream. */
    KinesisAsyncClient operator();

    /** Starts one; its name is unique. */
    Jvm startJvm(String name);

    /** Random numbers for the program itself. */
    RandomGenerator random();

    /** Nanoseconds since some moment. */
    long nanoTime();

    /**
     * Lets time pass until {@code done} says so, at most {@code limit}.
     *
     * @return what {@code done} said last
     */
    boolean passUntil(BooleanSupplier done, Duration limit);

    /** What this world was, in a line. */
    String describe();

    /** Ends all of them. */
    @Override
    void close();
}
