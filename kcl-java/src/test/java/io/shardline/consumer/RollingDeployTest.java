package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedFleet.Handled;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** All workers of a fleet are replaced one after the other while records keep coming. In simulated time, over some seeds. */
class RollingDeployTest {

    private static final int WORKERS = 5;
    private static final int SHARDS = 32;
    private static final int SEEDS = 10;

    @Test
    void nothingIsLostOrHandledTwiceAndEveryShardPausesForAMoment() {
        Duration longest = Duration.ZERO;
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedFleet fleet = new SimulatedFleet(seed, SHARDS);
            Map<String, Long> given = new LinkedHashMap<>();
            List<Duration> pauses = new ArrayList<>();
            List<SimulatedWorker> old = new ArrayList<>();
            for (int i = 1; i <= WORKERS; i++) {
                old.add(worker("old-" + i, fleet, given, pauses).start());
            }
            fleet.advance(Duration.ofSeconds(20));
            given.clear();
            Load load = new Load(fleet);
            for (int i = 1; i <= WORKERS; i++) {
                CompletableFuture<Void> joined =
                        worker("new-" + i, fleet, given, pauses).begin();
                load.putUntil(joined);
                load.putUntil(old.get(i - 1).consumer().closeAsync());
            }
            fleet.advance(Duration.ofSeconds(5));

            assertThat(fleet.texts()).as("seed %d", seed).hasSize(load.count()).doesNotHaveDuplicates();
            assertThat(inOrder(fleet)).as("seed %d", seed).isTrue();
            assertThat(pauses).as("seed %d", seed).hasSizeGreaterThanOrEqualTo(SHARDS);
            for (Duration pause : pauses) {
                longest = pause.compareTo(longest) > 0 ? pause : longest;
            }
        }
        System.out.printf(
                "rolling deploy, %d workers, %d shards: longest pause of a shard %d ms%n",
                WORKERS, SHARDS, longest.toMillis());
        assertThat(longest).isLessThan(Duration.ofMillis(500));
    }

    private static SimulatedWorker worker(
            String name, SimulatedFleet fleet, Map<String, Long> given, List<Duration> pauses) {
        return fleet.worker(name)
                .before((record, context) -> {
                    Long since = given.remove(record.shardId());
                    if (since != null) {
                        pauses.add(Duration.ofNanos(fleet.time().nowNanos() - since));
                    }
                })
                .listener(event -> {
                    if (event instanceof ConsumerEvent.LeaseGiven gift) {
                        given.put(gift.shardId(), fleet.time().nowNanos());
                    }
                });
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
