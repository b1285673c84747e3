package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a worker tells of the whole application. */
class FleetHealthTest {

    private static final Duration BEAT = Duration.ofSeconds(3);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final SimulatedFleet fleet = new SimulatedFleet(1, 5);

    private static FleetHealth of(SimulatedWorker worker) {
        return worker.consumer().fleetHealth();
    }

    private static String session(SimulatedWorker worker) {
        return String.valueOf(worker.consumer().health().session());
    }

    private FleetHealth.Shard shard(SimulatedWorker worker, int number) {
        return of(worker).shards().stream()
                .filter(shard -> shard.shardId().equals(shardId(number)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachWorkerKnowsWhoHoldsWhichShardAndHowManyEachHolds() {
        SimulatedWorker w1 = fleet.worker("w1").start();
        SimulatedWorker w2 = fleet.worker("w2").start();
        fleet.advance(Duration.ofMinutes(6));

        assertThat(List.of(w1, w2)).allSatisfy(worker -> {
            FleetHealth health = of(worker);
            assertThat(health.shards()).hasSize(5).allSatisfy(shard -> {
                assertThat(shard.owner()).isEqualTo(fleet.row(shard.shardId()).owner());
                assertThat(shard.checkpoint()).isNull();
                assertThat(shard.finished()).isFalse();
            });
            assertThat(health.workers())
                    .extracting(FleetHealth.Worker::session)
                    .containsExactly(session(w1), session(w2));
            assertThat(health.workers())
                    .extracting(FleetHealth.Worker::workerId)
                    .containsExactly("w1", "w2");
            assertThat(health.workers())
                    .extracting(FleetHealth.Worker::leases)
                    .containsExactly(
                            w1.consumer().health().shards().size(),
                            w2.consumer().health().shards().size());
            assertThat(health.workers())
                    .allSatisfy(each -> assertThat(each.age()).isLessThan(BEAT.plus(LOOK)));
        });
    }

    @Test
    void whatOthersHoldIsAsOldAsTheLastLookAtTheTableAndWhatIsHeldHereAsOldAsThePicture() {
        SimulatedWorker w1 = fleet.worker("w1").start();
        SimulatedWorker w2 = fleet.worker("w2").start();
        fleet.until(() -> w2.consumer().health().shards().size() == 2);
        fleet.advance(Duration.ofMinutes(10));
        String mine = w1.consumer().health().shards().get(0).shardId();
        String others = w2.consumer().health().shards().get(0).shardId();
        int first = Integer.parseInt(mine.substring(mine.length() - 2));
        int second = Integer.parseInt(others.substring(others.length() - 2));
        Duration before = shard(w1, second).age();
        fleet.advance(LOOK);

        assertThat(shard(w1, second).age()).isEqualTo(before.plus(LOOK)).isLessThan(Duration.ofMinutes(6));
        assertThat(shard(w1, first).age()).isLessThanOrEqualTo(LOOK);
    }

    @Test
    void checkpointsAreShownAndWhatIsFinishedStaysSo() {
        SimulatedWorker w1 = fleet.worker("w1").start();
        fleet.putInto(shardId(1), "1");
        fleet.split(shardId(0));
        fleet.until(() -> fleet.row(shardId(0)).isEnded());
        fleet.advance(Duration.ofSeconds(10));
        Position handled = fleet.handled().get(0).record().position();
        SimulatedWorker w2 = fleet.worker("w2").start();
        fleet.get(w2.consumer().ready());

        for (SimulatedWorker worker : List.of(w1, w2)) {
            assertThat(shard(worker, 0).finished()).isTrue();
            assertThat(shard(worker, 0).checkpoint()).isNull();
            assertThat(shard(worker, 1).checkpoint()).isEqualTo(handled);
            assertThat(shard(worker, 1).finished()).isFalse();
        }
    }

    @Test
    void whoeverDiesIsNotAmongTheWorkersOnceThatIsKnown() {
        SimulatedWorker w1 = fleet.worker("w1").start();
        SimulatedWorker w2 = fleet.worker("w2").start();
        fleet.until(() -> w2.consumer().health().shards().size() == 2);
        fleet.advance(BEAT.plus(LOOK));
        assertThat(of(w1).workers()).hasSize(2);
        w2.process().kill();

        fleet.until(() -> of(w1).workers().size() == 1);
        fleet.until(() -> of(w1).workers().get(0).leases() == 5);

        assertThat(of(w1).shards()).extracting(FleetHealth.Shard::owner).containsOnly(session(w1));
    }

    @Test
    void itCostsNoCallOfTheTable() {
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.until(() -> worker.consumer().health().isReady());
        int before = worker.network().sent().size();

        for (int i = 0; i < 1_000; i++) {
            assertThat(of(worker).shards()).hasSize(5);
        }

        assertThat(worker.network().sent()).hasSize(before);
    }

    @Test
    void whatIsNotKnownYetIsEmpty() {
        assertThat(of(fleet.worker("w"))).isEqualTo(new FleetHealth(List.of(), List.of()));
    }
}
