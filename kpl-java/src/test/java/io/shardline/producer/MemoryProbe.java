package io.shardline.producer;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * A program that fills a producer's budget at an endpoint that does not answer, goes on putting, says how much memory lives, waits
 * for a word, and says what became of the records. Its arguments are the endpoint, the bytes of a record, the budget in bytes, the
 * most requests in flight, how many headers a record has, and the ordering.
 */
final class MemoryProbe {

    /** How many puts are refused for want of memory before it is looked how much there is. */
    private static final int REFUSALS = 20_000;

    /** So many requests are on their way at least, because each stream has its own. */
    private static final int STREAMS = 4;

    private MemoryProbe() {}

    public static void main(String[] args) throws Exception {
        int size = Integer.parseInt(args[1]);
        int headers = Integer.parseInt(args[4]);
        ProducerConfig config = ProducerConfig.builder()
                .memoryBudget(Long.parseLong(args[2]))
                .maxInFlightRequests(Integer.parseInt(args[3]))
                .ordering(Ordering.valueOf(args[5]))
                .fullBudget(FullBudget.FAIL)
                .noRecordTtl()
                .rateLimitPercent(1_000_000)
                .requestTimeout(Duration.ofMinutes(10))
                .build();
        try (ShardlineProducer producer = ShardlineProducer.builder()
                .endpoint(URI.create(args[0]))
                .region("us-east-1")
                .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
                .config(config)
                .build()) {
            for (int i = 0; i < STREAMS; i++) {
                put(producer, size, headers, i).join();
            }
            System.out.println("hold");
            System.in.read();
            long empty = liveBytes();
            List<CompletableFuture<PutReceipt>> puts = fill(producer, size, headers);
            System.out.println(puts.size());
            System.out.println(producer.statistics().inFlightRequests());
            System.out.println(liveBytes() - empty);
            System.in.read();
            producer.flush().join();
            System.out.println(puts.stream()
                    .filter(put -> put.isDone() && !put.isCompletedExceptionally())
                    .count());
            System.out.println(producer.statistics().outstandingBytes());
        }
    }

    /** At full speed, until the budget is long full and as much as may be is on its way; returns what was taken. */
    private static List<CompletableFuture<PutReceipt>> fill(ShardlineProducer producer, int size, int headers) {
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        int refusals = 0;
        while (refusals < REFUSALS) {
            CompletableFuture<PutReceipt> put = put(producer, size, headers, puts.size());
            if (put.isCompletedExceptionally()) {
                refusals++;
            } else {
                puts.add(put);
            }
        }
        producer.flush(); // what lingers goes now, and statistics() knows after the second look
        producer.lanes().join();
        producer.lanes().join();
        return puts;
    }

    private static CompletableFuture<PutReceipt> put(ShardlineProducer producer, int size, int headers, int number) {
        return producer.put("s" + number % STREAMS, record(size, headers, number));
    }

    private static UserRecord record(int size, int headers, int number) {
        UserRecord record = UserRecord.of("key-" + number, new byte[size]);
        for (int i = 0; i < headers; i++) {
            record = record.withHeader("name-" + i, "value-" + number);
        }
        return record;
    }

    /** The least of some looks, because what is on its way to the endpoint comes and goes. */
    private static long liveBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
