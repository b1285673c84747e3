package io.shardline.examples.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;

/**
 * Workers that are replaced one after the other, each by a new process, while {@code put} puts.
 *
 * <p>Confined to one thread.
 */
final class RollingDeploy implements AutoCloseable {

    private static final int SHARDS = 32;
    private static final int WORKERS = 5;
    private static final double MILLIS = 1e3;

    private final FleetWorld.Place place;
    private final FleetWorld world;

    RollingDeploy(FleetWorld.Place place, Duration leaseDuration) {
        this.place = place;
        this.world = new FleetWorld(place, SHARDS, "--lease-duration " + leaseDuration);
        for (int i = 1; i <= WORKERS; i++) {
            world.start("old" + i);
        }
    }

    /** All of it; what was measured. */
    String run() throws InterruptedException, ExecutionException, IOException {
        world.untilEachHasAShard();
        world.until("every shard is read", () -> owners().size() == SHARDS);
        Instant begun = Instant.now();
        for (WorkerProcess old : List.copyOf(world.workers())) {
            WorkerProcess replacement = world.start(old.name().replace("old", "new"));
            world.until(
                    replacement.name() + " has a shard",
                    () -> replacement.said("shard-started", Instant.EPOCH).isPresent());
            world.stop(old);
        }
        Instant done = Instant.now();
        List<String> answers = world.handleTheRest();
        FleetChecks checks = new FleetChecks(world.handled(), world.losses());
        checks.assertNothingAcknowledgedIsLost(answers);
        checks.assertFirstOccurrencesAreInOrder();
        SortedMap<String, Integer> again = checks.assertDuplicatesAreExplained();
        assertThat(world.table().wentBack())
                .as("counters and checkpoints that went back")
                .isEmpty();
        return String.format(
                Locale.ROOT,
                "rolling deploy of %d workers and %d shards in %.1f s: %d records, none lost, handled again because of"
                        + " lost leases %s; how long a record waited %s",
                WORKERS,
                SHARDS,
                Duration.between(begun, done).toMillis() / MILLIS,
                answers.size(),
                again,
                Waits.of(world.handled(), ArrivalTimes.of(place.kinesis(), place.name())));
    }

    private Map<String, String> owners() {
        Map<String, String> owners = new HashMap<>();
        for (WorkerProcess worker : world.workers()) {
            worker.startedShards().forEach(shard -> owners.put(shard, worker.name()));
        }
        return owners;
    }

    @Override
    public void close() {
        world.close();
    }
}
