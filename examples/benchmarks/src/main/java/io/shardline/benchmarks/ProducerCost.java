package io.shardline.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * What a record costs in the producer itself: from the future-returning put to its completed future, hashing, aggregating and
 * sealing included, marshalling and sending not. In CPU time of the process, so that a busy machine does little harm.
 *
 * <p>Options: records a round (1,000,000), rounds (8; the median of the second half counts). Immutable.
 */
public final class ProducerCost {

    private static final int SHARDS = 4;
    private static final int DATA = 100;
    private static final int FEW_KEYS = 10_000;

    private ProducerCost() {}

    public static void main(String[] args) {
        int records = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 8;
        for (int keys : List.of(FEW_KEYS, Integer.MAX_VALUE)) {
            for (int aggregate : List.of(51_200, 256 * 1024)) {
                measure(records, rounds, keys, aggregate);
            }
        }
    }

    private static void measure(int records, int rounds, int keys, int aggregate) {
        ProducerConfig config = ProducerConfig.builder()
                .maxAggregateSize(aggregate)
                .rateLimitPercent(1_000_000)
                .build();
        String[] partitionKeys = new String[Math.min(keys, records)];
        Arrays.setAll(partitionKeys, number -> "key-" + number);
        List<Long> costs = new ArrayList<>();
        try (ShardlineProducer producer =
                ShardlineProducer.builder().config(config).client(new Sink()).build()) {
            for (int round = 0; round < rounds; round++) {
                long before = cpuNanos();
                CompletableFuture<PutReceipt> last = null;
                for (int i = 0; i < records; i++) {
                    String key = partitionKeys[i % partitionKeys.length];
                    last = producer.put("sink", UserRecord.of(key, new byte[DATA]));
                }
                producer.flush().join();
                if (last == null || !last.isDone()) {
                    throw new IllegalStateException("a flush ended before its records");
                }
                costs.add((cpuNanos() - before) / records);
            }
        }
        List<Long> counted = costs.subList(rounds / 2, rounds).stream().sorted().toList();
        System.out.printf(
                "%9s keys, aggregates of %,7d: %,5d ns of CPU a record (%s)%n",
                keys == Integer.MAX_VALUE ? "distinct" : String.valueOf(keys),
                aggregate,
                counted.get(counted.size() / 2),
                costs);
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    /** Stores nothing and answers at once. Thread-safe. */
    private static final class Sink implements KinesisAsyncClient {

        private static final BigInteger RANGE = BigInteger.ONE.shiftLeft(128).divide(BigInteger.valueOf(SHARDS));

        @Override
        public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest request) {
            List<Shard> shards = new ArrayList<>();
            for (int i = 0; i < SHARDS; i++) {
                BigInteger start = RANGE.multiply(BigInteger.valueOf(i));
                String shardId = shardId(i);
                shards.add(Shard.builder()
                        .shardId(shardId)
                        .hashKeyRange(range -> range.startingHashKey(start.toString())
                                .endingHashKey(start.add(RANGE)
                                        .subtract(BigInteger.ONE)
                                        .toString()))
                        .sequenceNumberRange(range -> range.startingSequenceNumber("1"))
                        .build());
            }
            return CompletableFuture.completedFuture(
                    ListShardsResponse.builder().shards(shards).build());
        }

        @Override
        public CompletableFuture<PutRecordsResponse> putRecords(PutRecordsRequest request) {
            List<PutRecordsResultEntry> results = request.records().stream()
                    .map(entry -> PutRecordsResultEntry.builder()
                            .shardId(shardId(new BigInteger(entry.explicitHashKey())
                                    .divide(RANGE)
                                    .intValue()))
                            .sequenceNumber("2")
                            .build())
                    .toList();
            return CompletableFuture.completedFuture(PutRecordsResponse.builder()
                    .records(results)
                    .failedRecordCount(0)
                    .build());
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
}
