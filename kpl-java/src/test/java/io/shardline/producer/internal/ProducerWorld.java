package io.shardline.producer.internal;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.Decoded;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.OwnedResources;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.Faults;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.Latency;
import io.shardline.testkit.Quota;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** A producer and a Kinesis in simulated time. Confined to the test's thread. */
final class ProducerWorld {

    static final String STREAM = "flights";
    static final Duration ONE_WAY = Duration.ofMillis(10);

    final SimulatedTime time;
    final SimulatedProcess process;
    final Platform platform;
    final KinesisEmulator kinesis;
    final KinesisAsyncClient admin;
    final RecordingClient client;
    final ProducerLoop producer;

    ProducerWorld(long seed, ProducerConfig config, Faults faults) {
        this(new SimulatedTime(seed), config, faults, Latency.fixed(ONE_WAY));
    }

    ProducerWorld(SimulatedTime time, ProducerConfig config, Faults faults, Latency latency) {
        this.time = time;
        SimulatedProcess service = time.process("kinesis");
        this.process = time.process("app");
        this.platform = new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                process.pool("user", 2),
                process.nanoTime(),
                process.wallClock(),
                process.random());
        this.kinesis = KinesisEmulator.builder()
                // Throttles come as faults.
                .lift(Quota.WRITE_RECORDS, Quota.WRITE_BYTES, Quota.CONTROL_CALLS, Quota.SCALINGS_PER_DAY, Quota.SHARDS)
                .scheduler(service.executor("front"))
                .wallClock(service.wallClock())
                .random(service.random())
                .streamTransition(Duration.ofMillis(1))
                .build();
        this.admin = kinesis.client();
        this.client = new RecordingClient(
                kinesis.client(ClientSettings.defaults()
                        .latency(latency)
                        .faults(faults)
                        .callbacks(process.pool("sdk", 4))),
                time::nowNanos);
        this.producer = ProducerLoop.start(config, OwnedResources.of(client, platform));
    }

    static ProducerWorld healthy(ProducerConfig config, int shards) {
        return withFaults(config, shards, Faults.none());
    }

    static ProducerWorld withFaults(ProducerConfig config, int shards, Faults faults) {
        ProducerWorld world = new ProducerWorld(1, config, faults);
        world.kinesis.createStream(STREAM, shards);
        return world;
    }

    /** Lets the producer learn its shards, so that a test of the rest begins with a map. */
    ProducerWorld warm() {
        put("warm", "up");
        get(producer.flush());
        client.requests.clear();
        return this;
    }

    CompletableFuture<PutReceipt> put(String key, String data) {
        return producer.put(STREAM, UserRecord.of(key, bytes(data)));
    }

    CompletableFuture<PutReceipt> put(String key, int size) {
        return producer.put(STREAM, UserRecord.of(key, new byte[size]));
    }

    /** Lets time pass until the answer is there. */
    <T> T get(CompletableFuture<T> future) {
        time.runUntil(future::isDone, Duration.ofMinutes(10));
        return future.join();
    }

    PutFailedException failure(CompletableFuture<?> future) {
        try {
            get(future);
        } catch (CompletionException e) {
            if (e.getCause() instanceof PutFailedException failed) {
                return failed;
            }
            throw e;
        }
        throw new AssertionError("the future did not fail");
    }

    void advance(Duration duration) {
        time.advance(duration);
    }

    void split(String shardId) {
        Shard shard = kinesis.shards(STREAM).stream()
                .filter(each -> each.shardId().equals(shardId))
                .findFirst()
                .orElseThrow();
        HashKeyRange range = HashKeyRange.parse(
                shard.hashKeyRange().startingHashKey(), shard.hashKeyRange().endingHashKey());
        get(admin.splitShard(r -> r.streamName(STREAM)
                .shardToSplit(shardId)
                .newStartingHashKey(range.midpoint().toString())));
    }

    void merge(String shardId, String adjacent) {
        get(admin.mergeShards(r -> r.streamName(STREAM).shardToMerge(shardId).adjacentShardToMerge(adjacent)));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The data of all user records in the requests so far, request by request. */
    List<List<String>> sentData() {
        return client.requests.stream()
                .map(request -> userRecords(request).stream()
                        .map(entry -> new String(entry.data(), StandardCharsets.UTF_8))
                        .toList())
                .toList();
    }

    /** All user records in a request, in order. */
    static List<AggregateEntry> userRecords(PutRecordsRequest request) {
        List<AggregateEntry> all = new ArrayList<>();
        for (PutRecordsRequestEntry entry : request.records()) {
            byte[] data = entry.data().asByteArray();
            if (AggregateCodec.decode(data) instanceof Decoded.Aggregated aggregated) {
                all.addAll(aggregated.entries());
            } else {
                all.add(new AggregateEntry(entry.partitionKey(), null, data));
            }
        }
        return all;
    }
}
