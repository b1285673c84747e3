package io.shardline.consumer.internal.retrieve;

import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Any number of shards that have a given number of records of one size each, which they all share: many gibibytes as the reader
 * sees it, and next to nothing in this JVM.
 *
 * <p>Confined to the simulation.
 */
final class LargeShards implements KinesisAsyncClient {

    private static final Duration LATENCY = Duration.ofMillis(50);
    private static final int MAX_ANSWER = 10 << 20;

    private final SimulatedTime time;
    private final SdkBytes data;
    private final int records;

    LargeShards(SimulatedTime time, byte[] data, int records) {
        this.time = time;
        this.data = SdkBytes.fromByteArrayUnsafe(data);
        this.records = records;
    }

    @Override
    public String serviceName() {
        return "kinesis";
    }

    @Override
    public void close() {}

    @Override
    public CompletableFuture<GetShardIteratorResponse> getShardIterator(GetShardIteratorRequest request) {
        return later(GetShardIteratorResponse.builder().shardIterator("0").build());
    }

    @Override
    public CompletableFuture<GetRecordsResponse> getRecords(GetRecordsRequest request) {
        int from = Integer.parseInt(request.shardIterator());
        int count = Math.min(
                Math.min(request.limit(), records - from),
                Math.max(1, MAX_ANSWER / (data.asByteArrayUnsafe().length + 1)));
        List<Record> answer = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            answer.add(Record.builder()
                    .sequenceNumber(Integer.toString(i + 1))
                    .partitionKey("k")
                    .data(data)
                    .approximateArrivalTimestamp(Instant.EPOCH)
                    .build());
        }
        return later(GetRecordsResponse.builder()
                .records(answer)
                .nextShardIterator(Integer.toString(from + count))
                .millisBehindLatest(from + count < records ? 1_000L : 0L)
                .build());
    }

    private <T> CompletableFuture<T> later(T answer) {
        CompletableFuture<T> future = new CompletableFuture<>();
        time.after(LATENCY, "kinesis", () -> future.complete(answer));
        return future;
    }
}
