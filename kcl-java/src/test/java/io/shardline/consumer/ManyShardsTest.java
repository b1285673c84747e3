package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Lists;
import io.shardline.consumer.internal.dynamodb.DynamoDbLocal;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.runtime.SystemPlatform;
import io.shardline.testkit.KinesisEmulator;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * One worker for a thousand shards, on real threads: all are handled, on few threads, and how soon is printed. How soon it must be is
 * tested in simulated time, by {@link FleetTimesTest} and {@link StartTogetherTest}.
 */
@Timeout(600)
class ManyShardsTest {

    private static final String STREAM = "many-shards";
    private static final int SHARDS = 1_000;
    private static final int MOST_THREADS = 16;

    @Test
    void everyShardIsHandledOnFewThreadsWithLeasesInMemory() throws InterruptedException {
        handleEveryShard("in memory", LeaseTable.inMemory());
    }

    @Test
    void everyShardIsHandledOnFewThreadsWithLeasesInDynamoDb() throws InterruptedException {
        LeaseTable table = LeaseTable.dynamoDb(DynamoDbLocal.client(), STREAM);
        try (SystemPlatform threads = SystemPlatform.start("table-creation", 1)) {
            ((LeaseStore) table).prepare(threads.platform()).join(); // is not measured
        }
        handleEveryShard("DynamoDB Local", table);
    }

    private static void handleEveryShard(String where, LeaseTable table) throws InterruptedException {
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream(STREAM, SHARDS);
            putOneIntoEachShard(kinesis);
            CountDownLatch first = new CountDownLatch(1);
            CountDownLatch all = new CountDownLatch(SHARDS);
            long start = System.nanoTime();
            try (ShardlineConsumer consumer = consumer(kinesis, table, (record, context) -> {
                first.countDown();
                all.countDown();
            })) {
                consumer.start();
                first.await();
                Duration toFirst = Duration.ofNanos(System.nanoTime() - start);
                all.await();
                Duration toAll = Duration.ofNanos(System.nanoTime() - start);
                long threads = threads();
                System.out.printf(
                        "%d shards, leases %s: first record after %d ms, every shard after %d ms, %d threads%n",
                        SHARDS, where, toFirst.toMillis(), toAll.toMillis(), threads);
                assertThat(threads).isLessThanOrEqualTo(MOST_THREADS);
            }
        }
    }

    private static void putOneIntoEachShard(KinesisEmulator kinesis) {
        List<PutRecordsRequestEntry> entries = kinesis.shards(STREAM).stream()
                .map(shard -> PutRecordsRequestEntry.builder()
                        .partitionKey(shard.shardId())
                        .explicitHashKey(shard.hashKeyRange().startingHashKey())
                        .data(SdkBytes.fromUtf8String(shard.shardId()))
                        .build())
                .toList();
        Lists.partition(entries, 500)
                .forEach(some -> kinesis.client()
                        .putRecords(put -> put.streamName(STREAM).records(some))
                        .join());
    }

    private static ShardlineConsumer consumer(KinesisEmulator kinesis, LeaseTable table, RecordHandler handler) {
        return ShardlineConsumer.builder()
                .config(ConsumerConfig.builder(STREAM, STREAM, StartingPosition.trimHorizon())
                        .build())
                .leaseTable(table)
                .client(kinesis.client())
                .recordHandler(handler)
                .build();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("shardline-consumer"))
                .count();
    }
}
