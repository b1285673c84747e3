package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.producer.CloseReport;
import io.shardline.producer.FullBudget;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.Platform;
import io.shardline.runtime.SystemPlatform;
import io.shardline.runtime.internal.OwnedResources;
import io.shardline.testkit.KinesisEmulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What callbacks may do, on real threads: there are two of them, and the budget has room for two records. */
@Timeout(30)
class CallbackTest {

    private static final int BUDGET = 30_000;

    @Test
    void putInCallbacksNeverBlocksThem() throws Exception {
        withProducer(producer -> {
            ConcurrentLinkedQueue<CompletableFuture<PutReceipt>> chained = new ConcurrentLinkedQueue<>();
            List<CompletableFuture<Void>> first = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                first.add(put(producer).thenAccept(receipt -> {
                    for (int j = 0; j < 5; j++) {
                        chained.add(put(producer));
                    }
                }));
            }
            first.forEach(CompletableFuture::join);
            producer.flush().join();

            assertThat(chained).hasSize(100).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
        });
    }

    @Test
    void waitingForFlushInACallbackSaysThatItWouldNeverEnd() throws Exception {
        withProducer(producer -> {
            CompletableFuture<Void> waits =
                    put(producer).thenAccept(receipt -> producer.flush().join());
            assertThatThrownBy(waits::join)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("must not be waited for in a callback");
            CompletableFuture<Boolean> attaches =
                    put(producer).thenCompose(receipt -> producer.flush().thenApply(done -> true));
            assertThat(attaches.join()).isTrue();
        });
    }

    @Test
    void waitingForARecordInACallbackOnOurThreadsSaysSoAtOnce() throws Exception {
        withProducer(producer -> {
            CompletableFuture<PutReceipt> joins =
                    put(producer).thenApply(receipt -> put(producer).join());
            CompletableFuture<Integer> gets = put(producer).thenApply(receipt -> {
                try {
                    return put(producer).thenApply(PutReceipt::attempts).get(1, TimeUnit.HOURS);
                } catch (InterruptedException | ExecutionException | TimeoutException e) {
                    throw new AssertionError(e);
                }
            });
            for (CompletableFuture<?> waits : List.of(joins, gets)) {
                assertThatThrownBy(waits::join)
                        .hasCauseInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("what put() returns must not be waited for in a callback");
            }
            CompletableFuture<Integer> attaches =
                    put(producer).thenCompose(receipt -> put(producer).thenApply(PutReceipt::attempts));
            assertThat(attaches.join()).isEqualTo(1);
        });
    }

    @Test
    void waitingForARecordInACallbackWorksOnAnExecutorWithThreadsToSpare() {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineProducer producer = ShardlineProducer.builder()
                        .client(kinesis.client())
                        .userCodeExecutor(threads)
                        .build()) {
            kinesis.createStream("s", 1);
            CompletableFuture<PutReceipt> another = producer.put("s", UserRecord.of("k", new byte[10]))
                    .thenApply(receipt ->
                            producer.put("s", UserRecord.of("k", new byte[10])).join());
            assertThat(another.join().attempts()).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void closeKeepsItsLimitWhileCallbacksNeverReturn() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                SystemPlatform system = SystemPlatform.start("test", 2)) {
            kinesis.createStream("s", 1);
            ProducerConfig config =
                    ProducerConfig.builder().linger(Duration.ZERO).build();
            ProducerLoop producer = ProducerLoop.start(config, OwnedResources.of(kinesis.client(), system.platform()));
            for (int i = 0; i < 4; i++) {
                producer.put("s", UserRecord.of("k", new byte[10])).thenRun(() -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            CompletableFuture<PutReceipt> behind = producer.put("s", UserRecord.of("k", new byte[10]));
            long begun = System.nanoTime();
            CloseReport report = producer.close(Duration.ofSeconds(1)).get(20, TimeUnit.SECONDS);

            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
            assertThat(report.abandoned()).isZero();
            never.countDown();
            assertThat(behind.get(10, TimeUnit.SECONDS).attempts()).isEqualTo(1);
        }
    }

    @Test
    void aCallbackThatBlocksOnAnExecutorThatRefusesHoldsUpNeitherTheLoopNorTheClose() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream("s", 1);
            ShardlineProducer producer = ShardlineProducer.builder()
                    .client(kinesis.client())
                    .userCodeExecutor(task -> {
                        throw new RejectedExecutionException("full");
                    })
                    .build();
            producer.put("s", UserRecord.of("k", new byte[10])).thenRun(() -> {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(producer.closeAsync(Duration.ofSeconds(1))
                            .get(20, TimeUnit.SECONDS)
                            .acknowledged())
                    .isEqualTo(1);
        } finally {
            never.countDown();
        }
    }

    @Test
    void waitingInACallbackThatTheExecutorRefusedSaysSo() throws Exception {
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream("s", 1);
            ShardlineProducer producer = ShardlineProducer.builder()
                    .client(kinesis.client())
                    .userCodeExecutor(task -> {
                        throw new RejectedExecutionException("full");
                    })
                    .build();
            CompletableFuture<PutReceipt> waits = producer.put("s", UserRecord.of("k", new byte[10]))
                    .thenApply(receipt ->
                            producer.put("s", UserRecord.of("k", new byte[10])).join());
            assertThatThrownBy(() -> waits.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("refused");
            assertThat(producer.closeAsync(Duration.ofSeconds(10))
                            .get(20, TimeUnit.SECONDS)
                            .isDrained())
                    .isTrue();
        }
    }

    @Test
    void waitingForCloseInACallbackSaysThatItWouldNeverEnd() throws Exception {
        withProducer(producer -> {
            CompletableFuture<CloseReport> waits = put(producer)
                    .thenApply(receipt -> producer.close(Duration.ofSeconds(10)).join());
            assertThatThrownBy(waits::join).hasCauseInstanceOf(IllegalStateException.class);
            assertThat(producer.close(Duration.ofSeconds(10)).join().isDrained())
                    .isTrue();
        });
    }

    @Test
    void waitingForTheLanesInACallbackSaysThatItMightNeverEnd() throws Exception {
        withProducer(1, producer -> {
            CompletableFuture<Void> waits =
                    put(producer).thenAccept(receipt -> producer.lanes().join());
            assertThatThrownBy(waits::join)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("lanes() return must not be waited for in a callback");
            CompletableFuture<Integer> attaches =
                    put(producer).thenCompose(receipt -> producer.lanes().thenApply(List::size));
            assertThat(attaches.join()).isEqualTo(1);
        });
    }

    @Test
    void recordsCountInTheBudgetUntilTheirCallbacksBegin() {
        ProducerConfig config = ProducerConfig.builder().linger(Duration.ZERO).build();
        ProducerWorld world = ProducerWorld.healthy(config, 1);
        List<Runnable> untold = new ArrayList<>();
        Platform p = world.platform;
        Platform busy =
                new Platform(p.loop(), p.io(), p.priorityIo(), untold::add, p.nanoTime(), p.wallClock(), p.random());
        ProducerLoop producer = ProducerLoop.start(config, OwnedResources.of(world.client, busy));
        CompletableFuture<PutReceipt> put = producer.put(ProducerWorld.STREAM, UserRecord.of("k", new byte[5_000]));
        world.advance(Duration.ofSeconds(1));

        assertThat(put).isNotDone();
        assertThat(producer.freeBudget()).isLessThan(config.memoryBudget() - 10_000);
        untold.forEach(Runnable::run);
        assertThat(put).isCompleted();
        assertThat(producer.freeBudget()).isEqualTo(config.memoryBudget());
    }

    private static CompletableFuture<PutReceipt> put(ProducerLoop producer) {
        return producer.put("s", UserRecord.of("k", new byte[5_000]));
    }

    private static void withProducer(Consumer<ProducerLoop> test) throws Exception {
        withProducer(2, test);
    }

    private static void withProducer(int userCodeThreads, Consumer<ProducerLoop> test) throws Exception {
        ProducerConfig config = ProducerConfig.builder()
                .maxRecordSize(10_000)
                .memoryBudget(BUDGET)
                .fullBudget(FullBudget.BLOCK)
                .linger(Duration.ZERO)
                .build();
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                SystemPlatform system = SystemPlatform.start("test", userCodeThreads)) {
            kinesis.createStream("s", 1);
            ProducerLoop producer = ProducerLoop.start(config, OwnedResources.of(kinesis.client(), system.platform()));
            test.accept(producer);
            producer.close(Duration.ofSeconds(10)).join();
            assertThat(producer.freeBudget()).isEqualTo(BUDGET);
        }
    }
}
