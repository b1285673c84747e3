package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedFleet.Handled;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** A stream that grows and shrinks while records keep coming, with and without workers that die. In simulated time. */
class ReshardUnderLoadTest {

    private static final List<Integer> COUNTS = List.of(8, 16, 32, 64, 32, 16, 8, 4, 3);
    private static final int KEYS = 200;
    private static final Duration BETWEEN = Duration.ofSeconds(8);

    private final SimulatedFleet fleet = new SimulatedFleet(7, 4);
    private final Map<String, Instant> ended = new LinkedHashMap<>();
    private final Set<String> begun = new LinkedHashSet<>();
    private final List<Duration> pauses = new ArrayList<>();
    private int round;

    @Test
    void childrenGoOnWithinASecondOfTheirParentsEnd() {
        for (int i = 1; i <= 3; i++) {
            worker("w" + i).start();
        }
        for (int count : COUNTS) {
            reshardTo(count);
        }
        finish();

        Duration longest = pauses.stream().max(Duration::compareTo).orElseThrow();
        System.out.printf(
                "reshards %s: %d children, longest pause after their parents' end %d ms%n",
                COUNTS, pauses.size(), longest.toMillis());
        assertThat(fleet.texts()).doesNotHaveDuplicates();
        assertThat(longest).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void nothingIsLostOrOutOfOrderWhenWorkersDieMeanwhile() {
        SimulatedWorker doomed = worker("w0").start();
        worker("survivor").start();
        int number = 1;
        for (int count : COUNTS) {
            doomed.process().kill();
            doomed = worker("w" + number++).start();
            reshardTo(count);
        }
        fleet.advance(Duration.ofSeconds(30));
        finish();
    }

    private SimulatedWorker worker(String name) {
        return fleet.worker(name).before((record, context) -> handled(record)).listener(event -> {
            if (event instanceof ConsumerEvent.ShardEnded end) {
                ended.put(end.shardId(), fleet.time().instant());
            }
        });
    }

    /** How long a child's first record has waited since the parents were handled, if it was there by then. */
    private void handled(ConsumerRecord record) {
        if (!begun.add(record.shardId())) {
            return;
        }
        parents(shard(record.shardId())).stream()
                .map(ended::get)
                .filter(Objects::nonNull)
                .max(Instant::compareTo)
                .filter(record.approximateArrival()::isBefore)
                .ifPresent(end -> pauses.add(Duration.between(end, fleet.time().instant())));
    }

    private static Set<String> parents(Shard shard) {
        Set<String> parents = new LinkedHashSet<>();
        if (shard.parentShardId() != null) {
            parents.add(shard.parentShardId());
        }
        if (shard.adjacentParentShardId() != null) {
            parents.add(shard.adjacentParentShardId());
        }
        return parents;
    }

    private Shard shard(String id) {
        return fleet.kinesis().shards(SimulatedFleet.STREAM).stream()
                .filter(shard -> shard.shardId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private void reshardTo(int count) {
        CompletableFuture<?> accepted = fleet.kinesis()
                .client()
                .updateShardCount(update -> update.streamName(SimulatedFleet.STREAM)
                        .targetShardCount(count)
                        .scalingType(ScalingType.UNIFORM_SCALING));
        Instant until = fleet.time().instant().plus(BETWEEN);
        while (fleet.time().instant().isBefore(until) || !accepted.isDone()) {
            put();
            fleet.advance(Duration.ofMillis(200));
        }
        accepted.join();
    }

    private void put() {
        int now = round++;
        List<PutRecordsRequestEntry> entries = IntStream.range(0, KEYS)
                .mapToObj(key -> PutRecordsRequestEntry.builder()
                        .partitionKey("key " + key)
                        .data(SdkBytes.fromUtf8String(key + " " + now))
                        .build())
                .toList();
        fleet.get(fleet.kinesis()
                .client()
                .putRecords(put -> put.streamName(SimulatedFleet.STREAM).records(entries)));
    }

    /** Everything that was put was handled, and first occurrences are in order. */
    private void finish() {
        Set<String> seen = new LinkedHashSet<>();
        fleet.until(() -> {
            return fleet.handled().size() >= round * KEYS
                    && Set.copyOf(fleet.texts()).size() == round * KEYS;
        });
        Map<String, Integer> last = new LinkedHashMap<>();
        for (Handled handled : fleet.handled()) {
            if (seen.add(handled.text())) {
                int number =
                        Integer.parseInt(handled.text().substring(handled.text().indexOf(' ') + 1));
                Integer before = last.put(handled.record().partitionKey(), number);
                assertThat(number).as(handled.record().partitionKey()).isEqualTo(before == null ? 0 : before + 1);
            }
        }
    }
}
