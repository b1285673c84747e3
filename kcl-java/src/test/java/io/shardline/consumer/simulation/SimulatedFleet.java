package io.shardline.consumer.simulation;

import com.google.common.collect.Lists;
import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.HashKey;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.internal.lease.InMemoryLeaseStore;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.Quota;
import io.shardline.testkit.time.SimulatedTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * A stream, a lease table and some workers on simulated time, for tests that script what happens.
 *
 * <p>Confined to one thread.
 */
public final class SimulatedFleet {

    public static final String STREAM = "flights";

    /** So many of a MiB fit a request. */
    private static final int MAX_LARGE_ENTRIES = 5;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    final SimulatedTime time;
    final KinesisEmulator kinesis;
    final InMemoryLeaseStore table = new InMemoryLeaseStore();
    private final List<Handled> handled = new ArrayList<>();

    /** A call of a record handler that returned. */
    public record Handled(String worker, ConsumerRecord record, long nanos) {

        public String text() {
            return new String(record.data(), StandardCharsets.UTF_8);
        }
    }

    /** A world with one stream. */
    public SimulatedFleet(long seed, int shards) {
        this(seed, shards, Duration.ofMillis(100));
    }

    /** One in which registered consumers are so long in creation. */
    public SimulatedFleet(long seed, int shards, Duration consumerTransition) {
        time = new SimulatedTime(seed);
        kinesis = KinesisEmulator.builder()
                // Tests put in bursts; who reads lives with the quotas.
                .lift(Quota.WRITE_RECORDS, Quota.WRITE_BYTES)
                .scheduler(time.process("kinesis").executor("engine"))
                .wallClock(time::instant)
                .random(time.random())
                .consumerTransition(consumerTransition)
                .build();
        kinesis.createStream(STREAM, shards);
    }

    /** A worker that is not started. */
    public SimulatedWorker worker(String name) {
        return new SimulatedWorker(this, name);
    }

    public SimulatedTime time() {
        return time;
    }

    public KinesisEmulator kinesis() {
        return kinesis;
    }

    /** What record handlers have handled, by all workers that have no other handler. */
    public List<Handled> handled() {
        return handled;
    }

    public List<String> texts() {
        return handled.stream().map(Handled::text).toList();
    }

    /** Puts plain records, each with its text as partition key. */
    public void put(String... texts) {
        for (String text : texts) {
            get(kinesis.client()
                    .putRecord(r -> r.streamName(STREAM).partitionKey(text).data(SdkBytes.fromUtf8String(text))));
        }
    }

    /** Puts one plain record into a stream. */
    public void putTo(String stream, String text) {
        get(kinesis.client()
                .putRecord(r -> r.streamName(stream).partitionKey(text).data(SdkBytes.fromUtf8String(text))));
    }

    /** Puts one plain record into a shard. */
    public void putInto(String shardId, String text) {
        String hashKey = shard(shardId).hashKeyRange().startingHashKey();
        get(kinesis.client()
                .putRecord(r -> r.streamName(STREAM)
                        .partitionKey(text)
                        .explicitHashKey(hashKey)
                        .data(SdkBytes.fromUtf8String(text))));
    }

    /** Puts the same data so many times into a shard, under the partition key {@code large}; the data is shared. */
    public void putInto(String shardId, byte[] data, int times) {
        String hashKey = shard(shardId).hashKeyRange().startingHashKey();
        List<PutRecordsRequestEntry> entries = Collections.nCopies(
                times,
                PutRecordsRequestEntry.builder()
                        .partitionKey("large")
                        .explicitHashKey(hashKey)
                        .data(SdkBytes.fromByteArrayUnsafe(data))
                        .build());
        for (List<PutRecordsRequestEntry> some : Lists.partition(entries, MAX_LARGE_ENTRIES)) {
            get(kinesis.client().putRecords(r -> r.streamName(STREAM).records(some)));
        }
    }

    /** Puts one aggregated record, all of whose entries belong to the first shard. */
    public void putAggregate(String... texts) {
        List<AggregateEntry> entries = new ArrayList<>();
        for (String text : texts) {
            entries.add(new AggregateEntry(text, HashKey.MIN, text.getBytes(StandardCharsets.UTF_8)));
        }
        SdkBytes data = SdkBytes.fromByteArray(AggregateCodec.encode(entries));
        get(kinesis.client()
                .putRecord(r -> r.streamName(STREAM)
                        .partitionKey("a")
                        .explicitHashKey("0")
                        .data(data)));
    }

    /** Splits a shard in the middle, and waits until that is done. */
    public void split(String shardId) {
        var range = shard(shardId).hashKeyRange();
        HashKey middle = HashKeyRange.parse(range.startingHashKey(), range.endingHashKey())
                .midpoint();
        get(kinesis.client()
                .splitShard(r -> r.streamName(STREAM).shardToSplit(shardId).newStartingHashKey(middle.toString())));
        advance(Duration.ofSeconds(1));
    }

    public void merge(String left, String right) {
        get(kinesis.client()
                .mergeShards(r -> r.streamName(STREAM).shardToMerge(left).adjacentShardToMerge(right)));
        advance(Duration.ofSeconds(1));
    }

    private Shard shard(String shardId) {
        return kinesis.shards(STREAM).stream()
                .filter(shard -> shard.shardId().equals(shardId))
                .findFirst()
                .orElseThrow();
    }

    /** The id of the shard with this number. */
    public static String shardId(int number) {
        return "shardId-%012d".formatted(number);
    }

    public boolean isLeased(String shardId) {
        return !table.readLeases(List.of(shardId)).join().isEmpty();
    }

    public Lease row(String shardId) {
        return table.readLeases(List.of(shardId)).join().get(0);
    }

    public InMemoryLeaseStore table() {
        return table;
    }

    public void advance(Duration duration) {
        time.advance(duration);
    }

    /** Goes on until something is so. */
    public void until(BooleanSupplier condition) {
        time.runUntil(condition, PATIENCE);
    }

    public <T> T get(CompletableFuture<T> answer) {
        until(answer::isDone);
        return answer.join();
    }
}
