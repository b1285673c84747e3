package io.shardline.consumer.simulation;

import io.shardline.aggregation.AggregateBuilder;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.testkit.time.SimulatedProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * A producer that repairs as Amazon's does: of an aggregate that straddles a split it acknowledges the entries inside and puts only
 * those outside again. It keeps no order.
 *
 * <p>Confined to the simulation.
 */
final class PartlyRepairingProducer {

    private static final Duration LINGER = Duration.ofMillis(150);
    private static final int MAX_BYTES = 50_000;

    private final FleetWorld world;
    private final KinesisAsyncClient client;
    private final ScheduledExecutorService loop;
    private final boolean marks;
    private final List<Pending> waiting = new ArrayList<>();
    private List<Shard> map;

    /** A record and its future. */
    private record Pending(AggregateEntry entry, CompletableFuture<Object> acknowledged) {}

    /** @param marks whether its aggregates have the mark that promises more than it does */
    PartlyRepairingProducer(FleetWorld world, SimulatedProcess process, KinesisAsyncClient client, boolean marks) {
        this.world = world;
        this.client = client;
        this.loop = process.executor("loop");
        this.marks = marks;
        this.map = world.openShards();
        loop.scheduleWithFixedDelay(this::send, LINGER.toNanos(), LINGER.toNanos(), TimeUnit.NANOSECONDS);
    }

    CompletableFuture<?> put(String key, String value) {
        CompletableFuture<Object> acknowledged = new CompletableFuture<>();
        AggregateEntry entry = new AggregateEntry(key, null, value.getBytes(StandardCharsets.UTF_8));
        loop.execute(() -> waiting.add(new Pending(entry, acknowledged)));
        return acknowledged;
    }

    private void send() {
        Map<String, List<Pending>> byShard = new LinkedHashMap<>();
        for (Pending pending : waiting) {
            for (Shard shard : map) {
                if (rangeOf(shard).contains(pending.entry().hashKey())) {
                    byShard.computeIfAbsent(shard.shardId(), unknown -> new ArrayList<>())
                            .add(pending);
                }
            }
        }
        waiting.clear();
        byShard.forEach(this::send);
    }

    private void send(String predicted, List<Pending> records) {
        AggregateBuilder builder = marks
                ? AggregateBuilder.putAgainWhole(records.size(), records.size())
                : new AggregateBuilder(records.size(), records.size());
        records.forEach(pending -> builder.tryAdd(pending.entry(), MAX_BYTES));
        String hashKey = records.get(0).entry().hashKey().toString();
        client.putRecord(r -> r.streamName(FleetWorld.STREAM)
                        .partitionKey("a")
                        .explicitHashKey(hashKey)
                        .data(SdkBytes.fromByteArray(builder.build())))
                .whenCompleteAsync((answer, thrown) -> answered(predicted, records, answer), loop);
    }

    private void answered(String predicted, List<Pending> records, @Nullable PutRecordResponse answer) {
        if (answer == null) {
            waiting.addAll(records);
            return;
        }
        if (!answer.shardId().equals(predicted)) {
            map = world.openShards();
        }
        HashKeyRange range = world.kinesis.shards(FleetWorld.STREAM).stream()
                .filter(shard -> shard.shardId().equals(answer.shardId()))
                .map(PartlyRepairingProducer::rangeOf)
                .findFirst()
                .orElseThrow();
        for (Pending pending : records) {
            if (range.contains(pending.entry().hashKey())) {
                pending.acknowledged().complete(answer);
            } else {
                world.count("records put again alone, for their aggregate straddled");
                waiting.add(pending);
            }
        }
    }

    static HashKeyRange rangeOf(Shard shard) {
        return HashKeyRange.parse(
                shard.hashKeyRange().startingHashKey(), shard.hashKeyRange().endingHashKey());
    }
}
