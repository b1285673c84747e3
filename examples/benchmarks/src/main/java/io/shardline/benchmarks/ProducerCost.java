package io.shardline.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

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
        try (ShardlineProducer producer = ShardlineProducer.builder()
                .config(config)
                .client(new InstantKinesis(SHARDS))
                .build()) {
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
}
