package io.shardline.benchmarks;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
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

    /** Digits that are a long in any case; a hash key has up to 39. */
    private static final int LONG_DIGITS = 18;

    private static final double[] TENS = IntStream.range(0, 40 - LONG_DIGITS)
            .mapToDouble(power -> Math.pow(10, power))
            .toArray();

    private static final double DOUBT = 1e-6;

    private final List<String> shardIds;

    /** What is answered for a record, by shard. */
    private final List<PutRecordsResultEntry> results;

    private final BigInteger range;
    private final double rangeSize;

    /** Whether PutRecords gets the answer of a service that is not available. */
    volatile boolean isDown;

    private final UnaryOperator<CompletableFuture<PutRecordsResponse>> way;

    InstantKinesis(int shards) {
        this(shards, UnaryOperator.identity());
    }

    /** @param way what the answer to PutRecords goes through */
    InstantKinesis(int shards, UnaryOperator<CompletableFuture<PutRecordsResponse>> way) {
        this.shardIds = IntStream.range(0, shards)
                .mapToObj(number -> String.format("shardId-%012d", number))
                .toList();
        this.results = shardIds.stream()
                .map(shardId -> PutRecordsResultEntry.builder()
                        .shardId(shardId)
                        .sequenceNumber("2")
                        .build())
                .toList();
        this.way = way;
        this.range = BigInteger.ONE.shiftLeft(128).divide(BigInteger.valueOf(shards));
        this.rangeSize = range.doubleValue();
    }

    @Override
    public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest request) {
        List<Shard> all = new ArrayList<>();
        for (int i = 0; i < shardIds.size(); i++) {
            String shardId = shardIds.get(i);
            BigInteger start = range.multiply(BigInteger.valueOf(i));
            BigInteger end = i == shardIds.size() - 1 ? BigInteger.ONE.shiftLeft(128) : start.add(range);
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
        List<PutRecordsResultEntry> answers = request.records().stream()
                .map(entry -> results.get(shardOf(entry.explicitHashKey())))
                .toList();
        return CompletableFuture.completedFuture(PutRecordsResponse.builder()
                .records(answers)
                .failedRecordCount(0)
                .build());
    }

    /** In doubles, unless it is close to the border of a shard: what the service does should not be what is measured. */
    private int shardOf(String hashKey) {
        int read = Math.min(hashKey.length(), LONG_DIGITS);
        double place = Long.parseLong(hashKey, 0, read, 10) * TENS[hashKey.length() - read] / rangeSize;
        boolean isClear = Math.abs(place - Math.rint(place)) > DOUBT;
        return Math.min(
                shardIds.size() - 1,
                isClear ? (int) place : new BigInteger(hashKey).divide(range).intValue());
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
