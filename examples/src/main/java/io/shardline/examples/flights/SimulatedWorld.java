package io.shardline.examples.flights;

import io.shardline.consumer.LeaseTable;
import io.shardline.runtime.Platform;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.Latency;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Simulated time: one thread, no waiting, and everything that happens is a function of the seed.
 *
 * <p>Confined to the thread that runs the program.
 */
final class SimulatedWorld implements FlightsWorld {

    private static final int IO_THREADS = 2;

    private final SimulatedTime time;
    private final KinesisEmulator kinesis;
    private final LeaseTable leases = LeaseTable.inMemory();

    SimulatedWorld(long seed) {
        this.time = new SimulatedTime(seed);
        SimulatedProcess service = time.process("kinesis");
        this.kinesis = KinesisEmulator.builder()
                .scheduler(service.executor("front"))
                .wallClock(service.wallClock())
                .random(service.random())
                .build();
    }

    @Override
    public String name() {
        return RealWorld.STREAM;
    }

    @Override
    public Duration leaseDuration() {
        return RealWorld.LEASE_DURATION;
    }

    @Override
    public void createStream(int shards) {
        kinesis.createStream(RealWorld.STREAM, shards);
    }

    @Override
    public List<Shard> shards() {
        return kinesis.shards(RealWorld.STREAM);
    }

    @Override
    public KinesisAsyncClient operator() {
        return client(time.process("operator"));
    }

    @Override
    public Jvm startJvm(String name) {
        SimulatedProcess process = time.process(name);
        Platform platform = new Platform(
                process.executor("loop"),
                process.pool("io", IO_THREADS),
                process.pool("priority-io", 1),
                process.pool("user", RealWorld.HANDLER_THREADS),
                process.nanoTime(),
                process.wallClock(),
                process.random());
        return Jvm.on(platform, client(process), leases, process.executor("main"));
    }

    private KinesisAsyncClient client(SimulatedProcess process) {
        return kinesis.client(ClientSettings.defaults()
                .latency(Latency.between(RealWorld.LEAST_LATENCY, RealWorld.MOST_LATENCY, process.random()))
                .callbacks(process.pool("sdk", IO_THREADS)));
    }

    @Override
    public RandomGenerator random() {
        return time.random();
    }

    @Override
    public long nanoTime() {
        return time.nowNanos();
    }

    @Override
    public boolean passUntil(BooleanSupplier done, Duration limit) {
        long deadline = nanoTime() + limit.toNanos();
        time.after(limit, "program", () -> {}); // so that there is an event at the deadline
        time.runUntil(() -> done.getAsBoolean() || nanoTime() >= deadline, limit);
        return done.getAsBoolean();
    }

    /** The fingerprint of all that happened. */
    long traceHash() {
        return time.trace().hash();
    }

    @Override
    public String describe() {
        return String.format(
                "in simulated time, seed %d, trace hash %016x of %,d events",
                time.seed(), traceHash(), time.trace().lines());
    }

    @Override
    public void close() {
        kinesis.close();
    }
}
