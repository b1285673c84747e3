package io.shardline.benchmarks;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** A client that stores nothing and answers at once, or when it is told to. Thread-safe. */
final class InstantKinesis implements KinesisAsyncClient {

    private final int shards;
    private final BigInteger range;

    /** Whether PutRecords gets the answer of a service that is not available. */
    volatile boolean isDown;

    private final UnaryOperator<CompletableFuture<PutRecordsResponse>> way;

    InstantKinesis(int shards) {
        this(shards, UnaryOperator.identity());
    }

    /** @param way what the answer to PutRecords goes through */
    InstantKinesis(int shards, UnaryOperator<CompletableFuture<PutRecordsResponse>> way) {
        this.shards = shards;
        this.way = way;
        this.range = BigInteger.ONE.shiftLeft(128).divide(BigInteger.valueOf(shards));
    }

    @Override
    public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest request) {
        List<Shard> all = new ArrayList<>();
        for (int i = 0; i < shards; i++) {
            String shardId = shardId(i);
            BigInteger start = range.multiply(BigInteger.valueOf(i));
            BigInteger end = i == shards - 1 ? BigInteger.ONE.shiftLeft(128) : start.add(range);
            all.add(Shard.builder()
                    .shardId(shardId)
                    .hashKeyRange(keys -> keys.startingHashKey(start.toString())
                            .endingHashKey(end.subtract(BigInteger.ONE).toString()))
                    .sequenceNumberRange(numbers -> numbers.startingSequenceNumber("1"))
                    .build());
        }
        return CompletableFuture.completedFuture(
                ListShardsResponse.builder().shards(all).build());
    }

    @Override
    public CompletableFuture<PutRecordsResponse> putRecords(PutRecordsRequest request) {
        return way.apply(answer(request));
    }

    private CompletableFuture<PutRecordsResponse> answer(PutRecordsRequest request) {
        if (isDown) {
            return CompletableFuture.failedFuture(KinesisException.builder()
                    .message("not available")
                    .statusCode(503)
                    .build());
        }
        List<PutRecordsResultEntry> results = request.records().stream()
                .map(entry -> PutRecordsResultEntry.builder()
                        .shardId(shardId(shardOf(entry.explicitHashKey())))
                        .sequenceNumber("2")
                        .build())
                .toList();
        return CompletableFuture.completedFuture(PutRecordsResponse.builder()
                .records(results)
                .failedRecordCount(0)
                .build());
    }

    private int shardOf(String hashKey) {
        return Math.min(shards - 1, new BigInteger(hashKey).divide(range).intValue());
    }

    private static String shardId(int number) {
        return String.format("shardId-%012d", number);
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
