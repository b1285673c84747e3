package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.testkit.Fault;
import io.shardline.testkit.FaultPlan;
import io.shardline.testkit.StoredRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Producers that may put records and may not list the shards. */
class ListingDeniedTest {

    private static final Fault DENIED = new Fault.ServiceFailure("AccessDeniedException", 400);

    @Test
    void withAggregatesARecordFailsAtOnceAndNamesThePermission() {
        ProducerWorld world = world(ProducerConfig.defaults());
        listings(world).inject(DENIED);
        CompletableFuture<PutReceipt> put = world.put("k", "x");
        world.advance(Duration.ofSeconds(1));

        assertThat(put).isCompletedExceptionally();
        PutFailedException failed = world.failure(put);
        assertThat(failed.reason()).isEqualTo(FailureReason.ACCESS_DENIED);
        assertThat(failed)
                .hasMessageContaining("stream 'flights': AccessDeniedException: ")
                .hasMessageContaining("its shards cannot be listed (kinesis:ListShards); it was not sent");
    }

    @Test
    void withoutAggregatesRecordsOfAKeyArriveInOrderAllTheSame() {
        ProducerWorld world = world(raw());
        listings(world).inject(DENIED);
        world.get(world.producer.ready(STREAM));
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            puts.add(world.put("key-" + i % 6, i + ""));
        }
        puts.forEach(world::get);

        Map<String, List<String>> stored = new LinkedHashMap<>();
        for (StoredRecord each : world.kinesis.records(STREAM)) {
            stored.computeIfAbsent(each.partitionKey(), key -> new ArrayList<>())
                    .add(each.data().asUtf8String());
        }
        assertThat(stored)
                .hasSize(6)
                .containsEntry("key-5", List.of("5", "11", "17", "23", "29", "35", "41", "47", "53", "59"));
    }

    @Test
    void withoutAggregatesTheRateGrowsWithTheShardsThatAnswersTellOf() {
        ProducerWorld world = world(raw());
        listings(world).inject(DENIED);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            puts.add(world.put("key-" + i, "x"));
        }
        puts.forEach(world::get);

        // At the rate of one shard it would take 39 s.
        assertThat(Duration.ofNanos(world.time.nowNanos())).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(14));
    }

    @Test
    void thePermissionThatComesIsNoticedAndTheShardsHaveTheirLanes() {
        ProducerWorld world = world(raw());
        listings(world).until(world.kinesis.now().plusSeconds(60)).inject(DENIED);
        world.get(world.put("k", "x"));
        assertThat(lanes(world)).containsExactly("unknown");

        for (int i = 0; i < 10; i++) {
            world.advance(Duration.ofMinutes(1));
            world.get(world.put("k", "x"));
        }
        assertThat(lanes(world)).hasSize(4).doesNotContain("unknown");
        assertThat(world.client.listings).isLessThan(5);
    }

    @Test
    void aSplitDoesNotMakeItAskAgainAndAgain() {
        ProducerWorld world = world(raw());
        listings(world).inject(DENIED);
        world.get(world.put("k", "x"));
        world.split("shardId-000000000000");
        for (int i = 0; i < 100; i++) {
            world.get(world.put("key-" + i, "x"));
        }

        assertThat(world.client.listings).isEqualTo(1);
    }

    private static ProducerWorld world(ProducerConfig config) {
        return ProducerWorld.healthy(config, 4);
    }

    private static FaultPlan.Rule listings(ProducerWorld world) {
        return world.kinesis.faults().on("ListShards");
    }

    private static ProducerConfig raw() {
        return ProducerConfig.builder()
                .aggregationEnabled(false)
                .linger(Duration.ofMillis(5))
                .build();
    }

    private static List<String> lanes(ProducerWorld world) {
        return world.get(world.producer.lanes()).stream()
                .map(lane -> lane.shardId())
                .toList();
    }
}
