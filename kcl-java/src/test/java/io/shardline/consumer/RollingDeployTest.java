package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedFleet.Handled;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** All workers of a fleet are replaced one after the other while records keep coming. In simulated time, over some seeds. */
class RollingDeployTest {

    private static final int WORKERS = 5;
    private static final int SHARDS = 32;
    private static final int SEEDS = 10;

    static Stream<Retrieval> retrievals() {
        return Stream.of(Retrieval.polling(), Retrieval.fanOut(), Retrieval.automatic(SHARDS));
    }

    @ParameterizedTest
    @MethodSource("retrievals")
    void nothingIsLostOrHandledTwiceAndEveryShardPausesForAMoment(Retrieval retrieval) {
        List<Duration> pauses = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedFleet fleet = new SimulatedFleet(seed, SHARDS);
            Map<String, Long> given = new LinkedHashMap<>();
            List<Duration> ofThisFleet = new ArrayList<>();
            List<SimulatedWorker> old = new ArrayList<>();
            for (int i = 1; i <= WORKERS; i++) {
                old.add(worker("old-" + i, retrieval, fleet, given, ofThisFleet).start());
            }
            fleet.advance(Duration.ofSeconds(20));
            given.clear();
            Load load = new Load(fleet);
            for (int i = 1; i <= WORKERS; i++) {
                CompletableFuture<Void> joined =
                        worker("new-" + i, retrieval, fleet, given, ofThisFleet).begin();
                load.putUntil(joined);
                load.putUntil(old.get(i - 1).consumer().closeAsync());
            }
            fleet.advance(Duration.ofSeconds(5));

            assertThat(fleet.texts()).as("seed %d", seed).hasSize(load.count()).doesNotHaveDuplicates();
            assertThat(inOrder(fleet)).as("seed %d", seed).isTrue();
            assertThat(ofThisFleet).as("seed %d", seed).hasSizeGreaterThanOrEqualTo(SHARDS);
            assertThat(longest(waits(fleet, true)))
                    .as("at a change of hands no record waits longer than elsewhere, seed %d", seed)
                    .isLessThanOrEqualTo(longest(waits(fleet, false)));
            pauses.addAll(ofThisFleet);
        }
        pauses.sort(null);
        System.out.printf(
                "rolling deploy, %s, %d workers, %d shards: pauses at %d changes of hands, median %d ms, longest %d ms%n",
                retrieval,
                WORKERS,
                SHARDS,
                pauses.size(),
                pauses.get(pauses.size() / 2).toMillis(),
                longest(pauses).toMillis());
        assertThat(longest(pauses)).isLessThanOrEqualTo(Duration.ofMillis(250));
    }

    private static Duration longest(List<Duration> sorted) {
        return sorted.get(sorted.size() - 1);
    }

    /** Notes how long nobody handled a shard that had a record to handle: from its gift, or the record, to the record's handling. */
    private static SimulatedWorker worker(
            String name, Retrieval retrieval, SimulatedFleet fleet, Map<String, Long> given, List<Duration> pauses) {
        return fleet.worker(name)
                .with(config -> config.retrieval(retrieval))
                .before((record, context) -> {
                    Long since = given.remove(record.shardId());
                    if (since != null) {
                        long from = Math.max(since, nanosOf(record));
                        pauses.add(Duration.ofNanos(fleet.time().nowNanos() - from));
                    }
                })
                .listener(event -> {
                    if (event instanceof ConsumerEvent.LeaseGiven gift) {
                        given.put(gift.shardId(), fleet.time().nowNanos());
                    }
                });
    }

    private static long nanosOf(ConsumerRecord record) {
        return Duration.between(SimulatedTime.EPOCH, record.approximateArrival())
                .toNanos();
    }

    /**
     * How long records waited for their handlers, from when they were there and the one before of their shard was handled: at
     * changes of hands, or otherwise, where it is the pace of the reads. Sorted.
     */
    private static List<Duration> waits(SimulatedFleet fleet, boolean atChanges) {
        Map<String, Handled> last = new LinkedHashMap<>();
        List<Duration> waits = new ArrayList<>();
        for (Handled handled : fleet.handled()) {
            Handled before = last.put(handled.record().shardId(), handled);
            if (before != null && atChanges != before.worker().equals(handled.worker())) {
                waits.add(Duration.ofNanos(handled.nanos() - Math.max(nanosOf(handled.record()), before.nanos())));
            }
        }
        waits.sort(null);
        return waits;
    }

    private static boolean inOrder(SimulatedFleet fleet) {
        Map<String, Integer> last = new LinkedHashMap<>();
        for (Handled handled : fleet.handled()) {
            int round = Integer.parseInt(handled.text().substring(handled.text().indexOf(' ') + 1));
            if (last.merge(handled.record().shardId(), round, Math::max) > round) {
                return false;
            }
        }
        return true;
    }

    /** One record into each shard, ten times a second. */
    private static final class Load {
        private final SimulatedFleet fleet;
        private final List<Shard> shards;
        private int round;

        private Load(SimulatedFleet fleet) {
            this.fleet = fleet;
            this.shards = fleet.kinesis().shards(SimulatedFleet.STREAM);
        }

        private void putUntil(CompletableFuture<?> done) {
            while (!done.isDone()) {
                List<PutRecordsRequestEntry> entries =
                        shards.stream().map(this::entry).toList();
                fleet.get(fleet.kinesis()
                        .client()
                        .putRecords(put -> put.streamName(SimulatedFleet.STREAM).records(entries)));
                fleet.advance(Duration.ofMillis(100));
                round++;
            }
        }

        private PutRecordsRequestEntry entry(Shard shard) {
            return PutRecordsRequestEntry.builder()
                    .partitionKey(shard.shardId())
                    .explicitHashKey(shard.hashKeyRange().startingHashKey())
                    .data(SdkBytes.fromUtf8String(shard.shardId() + " " + round))
                    .build();
        }

        private int count() {
            return round * shards.size();
        }
    }
}
