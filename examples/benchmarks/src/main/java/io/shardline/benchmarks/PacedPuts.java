package io.shardline.benchmarks;

import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutCallback;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.Platform;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * A producer that gets 2,000 records a second in simulated time: its loop, its requests and its callbacks run on the thread that
 * puts, and do the same work however busy the machine is. Confined to one thread.
 */
final class PacedPuts {

    static final int PUTS_PER_SECOND = 2_000;

    private static final int KEYS = 100_000;
    private static final int DATA = 100;
    private static final Duration STEP = Duration.ofSeconds(1).dividedBy(PUTS_PER_SECOND);
    private static final Duration ROUND_TRIP = Duration.ofMillis(10);

    /** Less than by default, so that a benchmark comes to where as many expire as are put. */
    private static final Duration TTL = Duration.ofSeconds(10);

    private static final PutCallback NOBODY_HEARS = new PutCallback() {
        @Override
        public void acknowledged(UserRecord record, PutReceipt receipt) {}

        @Override
        public void failed(PutFailedException failure) {}
    };

    private final SimulatedTime time = new SimulatedTime(1);
    private final InstantKinesis kinesis;
    private final ShardlineProducer producer;
    private final String[] keys = new String[KEYS];
    private int next;

    PacedPuts(int shards, boolean aggregation) {
        SimulatedProcess process = time.process("app");
        Platform platform = new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                process.pool("user", 2),
                process.nanoTime(),
                process.wallClock(),
                process.random());
        kinesis = new InstantKinesis(shards, this::inTime);
        producer = ShardlineProducer.builder()
                .config(ProducerConfig.builder()
                        .recordTtl(TTL)
                        .aggregationEnabled(aggregation)
                        .build())
                .client(kinesis)
                .platform(platform)
                .build();
        Arrays.setAll(keys, number -> "key-" + number);
        put();
        time.advance(Duration.ofSeconds(1));
    }

    /** Whether the service is not there, and for so long that as many records expire as are put. */
    void outage(boolean isDown) {
        kinesis.isDown = isDown;
        for (int i = 0; isDown && i < 2 * TTL.toSeconds() * PUTS_PER_SECOND; i++) {
            putOne();
        }
    }

    /** Puts a record, and does what has to be done until the next one. */
    void putOne() {
        put();
        time.advance(STEP);
    }

    private void put() {
        producer.put("s", UserRecord.of(keys[next], new byte[DATA]), NOBODY_HEARS);
        next = (next + 1) % KEYS;
    }

    private <T> CompletableFuture<T> inTime(CompletableFuture<T> answer) {
        CompletableFuture<Void> later = new CompletableFuture<>();
        time.after(ROUND_TRIP, "kinesis", () -> later.complete(null));
        return later.thenCompose(nothing -> answer);
    }
}
