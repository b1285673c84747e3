package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user waits for, in simulated time, over many seeds. */
class FleetTimesTest {

    private static final Duration D = Duration.ofSeconds(10);
    private static final Duration H = Duration.ofSeconds(3);
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

    /** Which of three dies, and the lease duration in seconds. */
    @ParameterizedTest
    @CsvSource({"1, 10", "2, 10", "3, 10", "1, 2", "2, 2", "3, 2"})
    void aDeadWorkersShardsAreHandledAgainWithinALittleMoreThanTheLeaseDuration(int which, int seconds) {
        Duration d = Duration.ofSeconds(seconds);
        for (long seed = 1; seed <= SEEDS / 2; seed++) {
            SimulatedFleet fleet = new SimulatedFleet(seed, 4);
            List<SimulatedWorker> workers = workers(fleet, 3, d);
            fleet.advance(Duration.ofSeconds(15).plusMillis(37 * seed));
            fleet.handled().clear();
            SimulatedWorker doomed = workers.get(which - 1);
            assertThat(doomed.events(ConsumerEvent.LeaseTaken.class)).isNotEmpty();
            doomed.process().kill();
            long killed = fleet.time().nowNanos();
            putEverywhere(fleet, 4);

            fleet.until(() -> fleet.handled().size() == 4);

            assertThat(since(killed, fleet))
                    .as("seed %d", seed)
                    .isLessThan(d.multipliedBy(105).dividedBy(100).plusMillis(1_500));
        }
    }

    /** How many of six die at once, and the lease duration in seconds. */
    @ParameterizedTest
    @CsvSource({"2, 10", "4, 10", "5, 10", "5, 2"})
    void allButOneMayDieAtOnce(int dying, int seconds) {
        Duration d = Duration.ofSeconds(seconds);
        for (long seed = 1; seed <= SEEDS / 2; seed++) {
            SimulatedFleet fleet = new SimulatedFleet(seed, 12);
            List<SimulatedWorker> workers = workers(fleet, 6, d);
            fleet.advance(Duration.ofSeconds(15).plusMillis(37 * seed));
            fleet.handled().clear();
            int first = (int) (seed % 6);
            for (int i = 0; i < dying; i++) {
                workers.get((first + i) % 6).process().kill();
            }
            long killed = fleet.time().nowNanos();
            putEverywhere(fleet, 12);

            fleet.until(() -> fleet.handled().size() >= 12);

            assertThat(since(killed, fleet))
                    .as("seed %d", seed)
                    .isLessThan(d.multipliedBy(24).dividedBy(10).plusMillis(1_500));
        }
    }

    @Test
    void aWorkerThatIsFrozenForThreeLeaseDurationsLosesNothingAndItsLateWritesAreRefused() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedFleet fleet = new SimulatedFleet(seed, 2);
            SimulatedWorker frozen = fleet.worker("frozen").start();
            SimulatedWorker other = fleet.worker("other").start();
            fleet.advance(Duration.ofSeconds(15));
            String shard = shardId(String.valueOf(fleet.row(shardId(0)).owner()).startsWith("frozen") ? 0 : 1);
            frozen.network().always("checkpoint", Fate.REQUEST_LATE);
            frozen.network().delay(Duration.ofSeconds(1)); // so it lands after 21 seconds
            fleet.putInto(shard, "1");
            fleet.until(() -> !frozen.network().sent("checkpoint").isEmpty());
            Checkpoint before = fleet.row(shard).checkpoint();
            frozen.process().pause(D.multipliedBy(3));
            frozen.network().delay(Duration.ofMillis(5));
            fleet.putInto(shard, "2");
            fleet.until(() -> String.valueOf(fleet.row(shard).owner()).startsWith("other"));
            assertThat(fleet.row(shard).checkpoint())
                    .as("nobody has written one, seed %d", seed)
                    .isEqualTo(before);
            fleet.advance(D.multipliedBy(3));
            fleet.putInto(shard, "3");
            fleet.until(() -> fleet.texts().contains("3"));

            assertThat(fleet.texts().stream().distinct()).as("seed %d", seed).containsExactly("1", "2", "3");
            assertThat(fleet.handled().stream().filter(handled -> handled.text().equals("2")))
                    .extracting(SimulatedFleet.Handled::worker)
                    .containsOnly("other");
            assertThat(frozen.events(ConsumerEvent.LeaseLost.class)).isNotEmpty();
            assertThat(other.events(ConsumerEvent.SessionOver.class)).isEmpty();
        }
    }

    @Test
    void aStoppedWorkersShardsAreHandledByNobodyForLessThanHalfASecondAndNothingComesTwice() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedFleet fleet = twoWorkersOnFourShards(seed);
            Map<String, Long> given = new LinkedHashMap<>();
            SimulatedWorker leaving = fleet.worker("w3").listener(event -> {
                if (event instanceof ConsumerEvent.LeaseGiven gift) {
                    given.put(gift.shardId(), fleet.time().nowNanos());
                }
            });
            leaving.start();
            fleet.advance(Duration.ofSeconds(15).plusMillis(37 * seed));
            long stopped = fleet.time().nowNanos();
            CompletableFuture<?> closed = leaving.consumer().closeAsync();
            for (int round = 0; round < 80; round++) {
                for (int shard = 0; shard < 4; shard++) {
                    fleet.putInto(shardId(shard), shardId(shard) + " " + round);
                }
                fleet.advance(Duration.ofMillis(100));
            }
            fleet.advance(Duration.ofSeconds(5));

            assertThat(closed).isDone();
            assertThat(given).as("seed %d", seed).isNotEmpty();
            for (Map.Entry<String, Long> gift : given.entrySet()) {
                assertThat(Duration.ofNanos(gift.getValue() - stopped)).isLessThan(H.plusSeconds(1));
                assertThat(firstAfter(gift.getValue(), gift.getKey(), fleet))
                        .as("%s, seed %d", gift.getKey(), seed)
                        .isLessThan(Duration.ofMillis(500));
            }
            assertThat(fleet.texts()).as("seed %d", seed).doesNotHaveDuplicates();
        }
    }

    @Test
    void workersThatStopTogetherDoNotWaitForEachOther() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedFleet fleet = new SimulatedFleet(seed, 8);
            List<SimulatedWorker> workers = List.of(fleet.worker("w1"), fleet.worker("w2"), fleet.worker("w3"));
            workers.forEach(SimulatedWorker::start);
            fleet.advance(Duration.ofSeconds(15));
            long stopped = fleet.time().nowNanos();

            fleet.get(CompletableFuture.allOf(workers.stream()
                    .map(worker -> worker.consumer().closeAsync())
                    .toArray(CompletableFuture[]::new)));

            assertThat(since(stopped, fleet)).as("seed %d", seed).isLessThan(Duration.ofSeconds(2));
            for (int shard = 0; shard < 8; shard++) {
                assertThat(fleet.row(shardId(shard)).owner()).isNull();
            }
        }
    }

    /** How long a record that was there when a lease was given had to wait for the next owner. */
    private static Duration firstAfter(long given, String shard, SimulatedFleet fleet) {
        Instant let = SimulatedTime.EPOCH.plusNanos(given);
        return fleet.handled().stream()
                .filter(handled -> handled.record().shardId().equals(shard) && handled.nanos() > given)
                .filter(handled -> handled.record().approximateArrival().isBefore(let))
                .map(handled -> Duration.ofNanos(handled.nanos() - given))
                .findFirst()
                .orElse(Duration.ZERO);
    }

    private static SimulatedFleet twoWorkersOnFourShards(long seed) {
        SimulatedFleet fleet = new SimulatedFleet(seed, 4);
        fleet.worker("w1").start();
        fleet.worker("w2").start();
        return fleet;
    }

    private static List<SimulatedWorker> workers(SimulatedFleet fleet, int count, Duration leaseDuration) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> fleet.worker("w" + i)
                        .with(config -> config.leaseDuration(leaseDuration))
                        .start())
                .toList();
    }

    private static void putEverywhere(SimulatedFleet fleet, int shards) {
        for (int shard = 0; shard < shards; shard++) {
            fleet.putInto(shardId(shard), "record " + shard);
        }
    }

    private static Duration since(long start, SimulatedFleet fleet) {
        return Duration.ofNanos(fleet.time().nowNanos() - start);
    }
}
