package io.shardline.testkit;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** An emulator on simulated time, and the short forms that its tests need. Confined to one thread. */
final class SimulatedKinesis {
    static final String STREAM = "flights";
    static final String ACCOUNT = "123456789012";
    static final Duration TRANSITION = Duration.ofMillis(100);

    private static final Set<Quota> RATES = EnumSet.of(
            Quota.WRITE_RECORDS,
            Quota.WRITE_BYTES,
            Quota.READ_CALLS,
            Quota.READ_BYTES,
            Quota.ITERATOR_CALLS,
            Quota.CONTROL_CALLS,
            Quota.SCALINGS_PER_DAY);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    final SimulatedTime time;
    final SimulatedProcess service;
    final KinesisEmulator emulator;
    final KinesisAsyncClient client;

    SimulatedKinesis() {
        this(1);
    }

    SimulatedKinesis(long seed) {
        this(seed, RATES);
    }

    /** One that keeps to all quotas, rates too, over which most tests would only stumble. */
    static SimulatedKinesis strict() {
        return new SimulatedKinesis(1, EnumSet.noneOf(Quota.class));
    }

    SimulatedKinesis(long seed, Set<Quota> lifted) {
        this.time = new SimulatedTime(seed);
        this.service = time.process("kinesis");
        KinesisEmulator.Builder builder = KinesisEmulator.builder();
        lifted.forEach(builder::lift);
        this.emulator = builder.scheduler(service.executor("front"))
                .wallClock(service.wallClock())
                .random(service.random())
                .streamTransition(TRANSITION)
                .build();
        this.client = emulator.client();
    }

    /** Lets simulated time pass until the answer is there. */
    <T> T get(CompletableFuture<T> answer) {
        time.runUntil(answer::isDone, PATIENCE);
        return answer.join();
    }

    /** The service's refusal. */
    KinesisException refusal(CompletableFuture<?> answer) {
        return (KinesisException) failure(answer);
    }

    Throwable failure(CompletableFuture<?> answer) {
        CompletionException wrapper = catchThrowableOfType(CompletionException.class, () -> get(answer));
        return Objects.requireNonNull(wrapper.getCause(), "the SDK wraps every failure");
    }

    void letTransitionsEnd() {
        time.advance(Duration.ofSeconds(10));
    }

    PutRecordResponse put(String partitionKey) {
        return get(client.putRecord(
                r -> r.streamName(STREAM).partitionKey(partitionKey).data(bytes(partitionKey))));
    }

    static SdkBytes bytes(String text) {
        return SdkBytes.fromUtf8String(text);
    }

    String iterator(String shardId, ShardIteratorType type) {
        return get(client.getShardIterator(
                        r -> r.streamName(STREAM).shardId(shardId).shardIteratorType(type)))
                .shardIterator();
    }

    GetRecordsResponse read(String iterator) {
        return get(client.getRecords(r -> r.shardIterator(iterator)));
    }

    /** The payloads of one answer. */
    static List<String> payloads(GetRecordsResponse answer) {
        return answer.records().stream()
                .map(Record::data)
                .map(SdkBytes::asUtf8String)
                .toList();
    }

    /** All records of a shard from its start, until its end or until nothing comes. */
    List<Record> readAll(String shardId) {
        List<Record> records = new ArrayList<>();
        String iterator = iterator(shardId, ShardIteratorType.TRIM_HORIZON);
        while (iterator != null) {
            GetRecordsResponse answer = read(iterator);
            records.addAll(answer.records());
            iterator = answer.records().isEmpty() ? null : answer.nextShardIterator();
        }
        return records;
    }

    void split(String shardId, String newStartingHashKey) {
        get(client.splitShard(r -> r.streamName(STREAM).shardToSplit(shardId).newStartingHashKey(newStartingHashKey)));
        letTransitionsEnd();
    }

    void merge(String shardId, String adjacentShardId) {
        get(client.mergeShards(r -> r.streamName(STREAM).shardToMerge(shardId).adjacentShardToMerge(adjacentShardId)));
        letTransitionsEnd();
    }

    static String shard(int number) {
        return "shardId-00000000000" + number;
    }
}
