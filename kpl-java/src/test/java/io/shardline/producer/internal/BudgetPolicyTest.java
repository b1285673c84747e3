package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.producer.FailureReason;
import io.shardline.producer.FullBudget;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.SystemPlatform;
import io.shardline.runtime.internal.OwnedResources;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.KinesisEmulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class BudgetPolicyTest {

    private static final int BUDGET = 30_000;

    @Test
    void fullBudgetFailsAtOnce() {
        ProducerWorld world = ProducerWorld.healthy(config(FullBudget.FAIL).build(), 1);
        world.put("k", 9_000);
        CompletableFuture<PutReceipt> tooMuch = world.put("k", 9_000);
        CompletableFuture<PutReceipt> small = world.put("k", 100);

        PutFailedException failed = world.failure(tooMuch);
        assertThat(failed.reason()).isEqualTo(FailureReason.BUDGET_FULL);
        assertThat(failed).hasMessageContaining("the memory budget is full; it was not sent");
        world.get(small);
        assertThat(world.producer.freeBudget()).isEqualTo(BUDGET);
        world.get(world.put("k", 9_000));
    }

    @Test
    void recordsThatCompleteLaterKeepTheirOrder() {
        ProducerWorld world =
                ProducerWorld.healthy(config(FullBudget.COMPLETE_LATER).build(), 1);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String data = i + ";" + "x".repeat(i % 7 * 1_000);
            puts.add(world.put("k", data));
        }
        puts.forEach(world::get);

        List<String> seen = new StreamTruth(world.kinesis, ProducerWorld.STREAM)
                .firstSeenKclWise().stream().map(StreamTruth.Seen::data).toList();
        assertThat(seen).hasSize(50).first().isEqualTo("0;");
        assertThat(seen.stream().map(data -> Integer.valueOf(data.replace(";", ""))))
                .isSorted();
        assertThat(world.producer.freeBudget()).isEqualTo(BUDGET);
    }

    @Test
    void budgetIsFreedBeforeTheFutureCompletes() {
        ProducerWorld world = ProducerWorld.healthy(config(FullBudget.FAIL).build(), 1);
        CompletableFuture<PutReceipt> next = world.put("k", 9_000).thenCompose(receipt -> world.put("k", 9_000));

        world.get(next);
    }

    @Test
    void recordThatCountsWithMoreThanTheWholeBudgetIsRefusedAndNobodyWaitsBehindIt() {
        for (FullBudget policy : FullBudget.values()) {
            ProducerConfig small = ProducerConfig.builder()
                    .maxRecordSize(1_024)
                    .memoryBudget(3_072)
                    .fullBudget(policy)
                    .build();
            ProducerWorld world = ProducerWorld.healthy(small, 1);
            UserRecord headers = UserRecord.of("k", new byte[1]);
            for (int i = 0; i < 20; i++) {
                headers = headers.withHeader("h" + i, "");
            }
            UserRecord costly = headers;

            assertThatThrownBy(() -> world.producer.put(ProducerWorld.STREAM, costly))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("which has 3072 bytes (memoryBudget), got ")
                    .hasMessageContaining("partitionKey=k");
            world.get(world.put("k", 900));
            assertThat(world.producer.freeBudget()).isEqualTo(3_072);
        }
    }

    @Test
    void fullBudgetBlocksUntilThereIsRoom() throws Exception {
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                SystemPlatform system = SystemPlatform.start("test", 2)) {
            kinesis.createStream("s", 1);
            ProducerConfig config =
                    config(FullBudget.BLOCK).linger(Duration.ZERO).build();
            ProducerLoop producer = ProducerLoop.start(config, OwnedResources.of(kinesis.client(), system.platform()));
            List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                puts.add(producer.put("s", UserRecord.of("k", new byte[5_000])));
            }
            for (CompletableFuture<PutReceipt> put : puts) {
                assertThat(put.get().shardId()).isNotEmpty();
            }
            producer.close(Duration.ofSeconds(10)).get();
            assertThat(producer.freeBudget()).isEqualTo(BUDGET);
        }
    }

    @Test
    void blockedPutGivesUpAfterItsLimit() throws Exception {
        // Nothing arrives, so nothing is ever freed.
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                SystemPlatform system = SystemPlatform.start("test", 1)) {
            ProducerConfig config = config(FullBudget.BLOCK)
                    .maxBlock(Duration.ofMillis(20))
                    .noRecordTtl()
                    .build();
            ProducerLoop producer = ProducerLoop.start(
                    config,
                    OwnedResources.of(
                            kinesis.client(ClientSettings.defaults().callbacks(task -> {})), system.platform()));
            producer.put("s", UserRecord.of("k", new byte[9_000]));
            CompletableFuture<PutReceipt> blocked = producer.put("s", UserRecord.of("k", new byte[9_000]));

            assertThat(blocked).isCompletedExceptionally();
            blocked.exceptionally(thrown -> {
                        assertThat(((PutFailedException) thrown).reason()).isEqualTo(FailureReason.BUDGET_FULL);
                        assertThat(thrown).hasMessageContaining("the memory budget was full for PT0.02S (maxBlock)");
                        return null;
                    })
                    .get();
            assertThat(producer.close(Duration.ZERO).get().abandoned()).isEqualTo(1);
        }
    }

    @Test
    void interruptedPutGivesUpAndKeepsTheInterrupt() throws ExecutionException, InterruptedException {
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                SystemPlatform system = SystemPlatform.start("test", 1)) {
            ProducerConfig config = config(FullBudget.BLOCK).noRecordTtl().build();
            ProducerLoop producer = ProducerLoop.start(
                    config,
                    OwnedResources.of(
                            kinesis.client(ClientSettings.defaults().callbacks(task -> {})), system.platform()));
            producer.put("s", UserRecord.of("k", new byte[9_000]));
            Thread.currentThread().interrupt();
            CompletableFuture<PutReceipt> interrupted = producer.put("s", UserRecord.of("k", new byte[9_000]));

            assertThat(Thread.interrupted()).isTrue();
            assertThat(interrupted).isCompletedExceptionally();
            producer.close(Duration.ZERO).get();
        }
    }

    private static ProducerConfig.Builder config(FullBudget policy) {
        return ProducerConfig.builder()
                .maxRecordSize(10_000)
                .memoryBudget(BUDGET)
                .fullBudget(policy);
    }
}
