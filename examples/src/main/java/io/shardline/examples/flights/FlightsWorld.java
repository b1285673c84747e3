package io.shardline.examples.flights;

import io.shardline.runtime.Platform;
import io.shardline.testkit.KinesisEmulator;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * All that differs between a run in real time and one in simulated time.
 *
 * <p>Confined to the thread that runs the program.
 */
interface FlightsWorld extends AutoCloseable {

    /**
     * What a producer or a worker lives on: its own threads, clocks and random numbers, and its own way to Kinesis.
     *
     * <p>Immutable.
     *
     * @param platform for the library
     * @param client for the library
     * @param mainThread runs one task at a time, for the application itself
     */
    record Jvm(Platform platform, KinesisAsyncClient client, Executor mainThread) {}

    /** The service. */
    KinesisEmulator kinesis();

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
