package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedFleet.Handled;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a user waits for, in simulated time, over many seeds. */
class FleetTimesTest {

    private static final Duration D = Duration.ofSeconds(10);
    private static final int SEEDS = 50;

    @Test
    void theFirstRecordComesWithinTwoSecondsOfTheStartOnAnEmptyTable() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedFleet fleet = new SimulatedFleet(seed, 4);
            for (int shard = 0; shard < 4; shard++) {
                fleet.putInto(shardId(shard), "record " + shard);
            }
            long started = fleet.time().nowNanos();
            CompletableFuture<Void> one = fleet.worker("w1").begin();
            CompletableFuture<Void> two = fleet.worker("w2").begin();

            fleet.until(() -> !fleet.handled().isEmpty());
            assertThat(since(started, fleet)).as("first record, seed %d", seed).isLessThan(Duration.ofSeconds(2));
            fleet.until(() -> fleet.handled().size() == 4);
            assertThat(since(started, fleet)).as("every shard, seed %d", seed).isLessThan(Duration.ofSeconds(4));
            fleet.get(CompletableFuture.allOf(one, two));
        }
    }

    @Test
    void aDeadWorkersShardsAreHandledAgainWithinALittleMoreThanTheLeaseDuration() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedFleet fleet = twoWorkersOnFourShards(seed);
            SimulatedWorker doomed = fleet.worker("w3").start();
            fleet.advance(Duration.ofSeconds(15).plusMillis(37 * seed));
            fleet.handled().clear();
            assertThat(doomed.events(ConsumerEvent.LeaseTaken.class)).isNotEmpty();
            doomed.process().kill();
            long killed = fleet.time().nowNanos();
            putEverywhere(fleet);

            fleet.until(() -> fleet.handled().size() == 4);

            assertThat(since(killed, fleet))
                    .as("seed %d", seed)
                    .isLessThan(D.multipliedBy(105).dividedBy(100).plusMillis(1_500));
        }
    }

    @Test
    void aStoppedWorkersShardsAreHandledAgainWithinAHeartbeat() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedFleet fleet = twoWorkersOnFourShards(seed);
            SimulatedWorker leaving = fleet.worker("w3").start();
            fleet.advance(Duration.ofSeconds(15).plusMillis(37 * seed));
            fleet.handled().clear();
            assertThat(leaving.events(ConsumerEvent.LeaseTaken.class)).isNotEmpty();
            leaving.stop();
            long stopped = fleet.time().nowNanos();
            putEverywhere(fleet);

            fleet.until(() -> fleet.handled().size() == 4);

            assertThat(since(stopped, fleet)).as("seed %d", seed).isLessThan(Duration.ofSeconds(5));
            assertThat(fleet.handled()).extracting(Handled::worker).doesNotContain("w3");
        }
    }

    private static SimulatedFleet twoWorkersOnFourShards(long seed) {
        SimulatedFleet fleet = new SimulatedFleet(seed, 4);
        fleet.worker("w1").start();
        fleet.worker("w2").start();
        return fleet;
    }

    private static void putEverywhere(SimulatedFleet fleet) {
        for (int shard = 0; shard < 4; shard++) {
            fleet.putInto(shardId(shard), "record " + shard);
        }
    }

    private static Duration since(long start, SimulatedFleet fleet) {
        return Duration.ofNanos(fleet.time().nowNanos() - start);
    }
}
