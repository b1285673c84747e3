package io.shardline.consumer.simulation;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.StreamConfig;
import io.shardline.consumer.internal.ConsumerLoop;
import io.shardline.consumer.internal.process.ShardProcessor;
import io.shardline.runtime.Platform;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.Latency;
import io.shardline.testkit.time.SimulatedProcess;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * In a share of the lives, a worker of another application that was given the same name: it reads another stream, whose shards have
 * the same ids.
 *
 * <p>Drawn by numbers of its own. Confined to one thread.
 */
final class OtherApplication {

    private static final String OTHER_STREAM = "arrivals";
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final int MAX_WAIT_MILLIS = 20_000;

    private final FleetWorld world;
    private final FleetInvariants invariants;
    private final SplittableRandom random;

    OtherApplication(FleetWorld world, FleetInvariants invariants, long seed) {
        this.world = world;
        this.invariants = invariants;
        this.random = new SplittableRandom(~seed);
    }

    void schedule() {
        if (random.nextInt(4) == 0) {
            world.kinesis.createStream(OTHER_STREAM, 3);
            world.time.after(Duration.ofMillis(random.nextInt(MAX_WAIT_MILLIS)), "operator", this::start);
        }
    }

    /** Not before the table is that of the fleet, as it could be this application's otherwise. */
    private void start() {
        if (world.table.scan().join().streams().isEmpty()) {
            world.time.after(LOOK, "operator", this::start);
            return;
        }
        world.count("workers of another application");
        SimulatedProcess process = world.time.process("stranger");
        ConsumerConfig.Builder config = random.nextBoolean()
                ? ConsumerConfig.builder("simulation", OTHER_STREAM, StartingPosition.trimHorizon())
                : ConsumerConfig.builder(
                        "simulation", List.of(new StreamConfig(OTHER_STREAM, StartingPosition.trimHorizon())));
        ConsumerLoop loop = new ConsumerLoop(new ConsumerLoop.Parts(
                config.workerId("stranger").leaseDuration(FleetWorld.LEASE).build(),
                platform(process),
                world.kinesis.client(ClientSettings.defaults()
                        .latency(Latency.fixed(Duration.ofMillis(10)))
                        .callbacks(process.pool("sdk", 1))),
                new SimulatedLeaseTable(world.table, world.time, process, new ScriptedNetwork(world.time)),
                ShardProcessor.factory((record, context) -> {}, null),
                event -> world.time.trace().record("stranger", event.toString())));
        world.time.onEachEvent(() -> invariants.check(
                loop.session() == null, () -> "[own table] a worker of another application has joined the fleet"));
        loop.start();
    }

    private static Platform platform(SimulatedProcess process) {
        return new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                process.pool("user", 1),
                process.nanoTime(),
                process.wallClock(),
                process.random());
    }
}
