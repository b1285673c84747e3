package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.CloseReport;
import io.shardline.producer.FailureReason;
import io.shardline.producer.FullBudget;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.OwnedResources;
import io.shardline.testkit.Fault;
import io.shardline.testkit.Faults;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FlushAndCloseTest {

    private static final ProducerConfig LONG_LINGER =
            ProducerConfig.builder().linger(Duration.ofMinutes(1)).build();
    private static final Faults UNREACHABLE = (operation, request) ->
            operation.equals("PutRecords") ? new Fault.RequestLost(Duration.ofSeconds(6)) : new Fault.None();

    @Test
    void flushSendsAtOnceWhatLingers() {
        ProducerWorld world = ProducerWorld.healthy(LONG_LINGER, 4);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            puts.add(world.put("key-" + i, "x"));
        }
        CompletableFuture<Void> flush = world.producer.flush();
        world.advance(Duration.ofSeconds(1));

        assertThat(flush).isCompleted();
        assertThat(puts).allMatch(CompletableFuture::isDone);
    }

    @Test
    void flushDoesNotWaitForWhatComesAfterIt() {
        ProducerWorld world = ProducerWorld.healthy(LONG_LINGER, 1).warm();
        CompletableFuture<PutReceipt> before = world.put("k", "before");
        CompletableFuture<Void> flush = world.producer.flush();
        List<CompletableFuture<PutReceipt>> after = new ArrayList<>();
        while (!flush.isDone()) {
            world.advance(Duration.ofMillis(1));
            after.add(world.put("k", "after"));
        }

        assertThat(before).isCompleted();
        assertThat(after).hasSizeLessThan(100).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void flushOfOneStreamNeitherSendsNorAwaitsWhatLingersInAnother() {
        ProducerWorld world = ProducerWorld.healthy(LONG_LINGER, 4).warm();
        world.kinesis.createStream("other", 4);
        List<CompletableFuture<PutReceipt>> here = new ArrayList<>();
        List<CompletableFuture<PutReceipt>> there = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            there.add(world.producer.put("other", UserRecord.of("key-" + i, new byte[1])));
            here.add(world.put("key-" + i, "x"));
        }
        CompletableFuture<Void> flush = world.producer.flush(STREAM);
        CompletableFuture<Void> unknown = world.producer.flush("unheard-of");
        world.advance(Duration.ofSeconds(1));

        assertThat(unknown).isCompleted();
        assertThat(flush).isCompleted();
        assertThat(here).allMatch(CompletableFuture::isDone);
        assertThat(there).noneMatch(CompletableFuture::isDone);
        world.get(world.producer.flush("other"));
        assertThat(there).allMatch(CompletableFuture::isDone);
    }

    @Test
    void flushOfAStreamEndsOnlyWhenItsShardsAreKnownAndItsRecordsAreThere() {
        ProducerWorld world = ProducerWorld.healthy(LONG_LINGER, 4);
        CompletableFuture<PutReceipt> put = world.put("k", "x");
        CompletableFuture<Void> flush = world.producer.flush(STREAM);
        assertThat(flush).isNotDone();
        world.advance(Duration.ofSeconds(1));

        assertThat(put).isCompleted();
        assertThat(flush).isCompleted();
    }

    @Test
    void flushOfAnIdleProducerIsDoneAtOnce() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        world.get(world.producer.flush());

        assertThat(world.client.requests).isEmpty();
    }

    @Test
    void flushEndsAlsoIfRecordsFail() {
        ProducerConfig config =
                ProducerConfig.builder().recordTtl(Duration.ofSeconds(1)).build();
        ProducerWorld world = ProducerWorld.withFaults(config, 1, UNREACHABLE);
        CompletableFuture<PutReceipt> put = world.put("k", "x");
        world.get(world.producer.flush());

        assertThat(put).isCompletedExceptionally();
    }

    @Test
    void flushWaitsForRecordsThatWaitForMemory() {
        ProducerConfig config = ProducerConfig.builder()
                .maxRecordSize(10_000)
                .memoryBudget(30_000)
                .fullBudget(FullBudget.COMPLETE_LATER)
                .linger(Duration.ofMinutes(1))
                .build();
        ProducerWorld world = ProducerWorld.healthy(config, 1);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            puts.add(world.put("k", 5_000));
        }
        CompletableFuture<Void> flush = world.producer.flush();
        world.advance(Duration.ofSeconds(30));

        assertThat(flush).isCompleted();
        assertThat(puts).allMatch(CompletableFuture::isDone);
        assertThat(world.producer.freeBudget()).isEqualTo(30_000);
    }

    @Test
    void closeDrainsAndReports() {
        ProducerWorld world = ProducerWorld.healthy(LONG_LINGER, 2);
        CompletableFuture<PutReceipt> put = world.put("k", "x");
        CloseReport report = world.get(world.producer.close(Duration.ofSeconds(5)));

        assertThat(report).isEqualTo(new CloseReport(1, 0, 0));
        assertThat(put).isCompleted();
        assertThat(world.producer.freeBudget()).isEqualTo(LONG_LINGER.memoryBudget());
    }

    @Test
    void whatIsLeftAtTheLimitFailsAndIsReported() {
        FaultScript lost =
                new FaultScript("PutRecords").then(new Fault.None(), new Fault.RequestLost(Duration.ofSeconds(6)));
        ProducerConfig config = ProducerConfig.builder().linger(Duration.ZERO).build();
        ProducerWorld world = ProducerWorld.withFaults(config, 1, lost).warm();
        CompletableFuture<PutReceipt> inFlight = world.put("k", "in flight");
        world.advance(Duration.ofSeconds(1));
        CompletableFuture<PutReceipt> waiting = world.put("k", "waiting");
        CompletableFuture<CloseReport> closing = world.producer.close(Duration.ofSeconds(2));
        world.advance(Duration.ofMillis(2_100));

        assertThat(closing.join()).isEqualTo(new CloseReport(0, 0, 2));
        assertThat(world.failure(inFlight).reason()).isEqualTo(FailureReason.CLOSED);
        assertThat(world.failure(inFlight).mayHaveBeenWritten()).isTrue();
        assertThat(world.failure(waiting).mayHaveBeenWritten()).isFalse();
        assertThat(world.failure(waiting))
                .hasMessageContaining("the producer was closed, and its limit reached; it was not sent");
        world.advance(Duration.ofMinutes(1));
        assertThat(world.producer.freeBudget()).isEqualTo(config.memoryBudget());
    }

    @Test
    void recordsThatWaitForMemoryOrForTheMapAreReportedToo() {
        ProducerConfig config = ProducerConfig.builder()
                .maxRecordSize(10_000)
                .memoryBudget(30_000)
                .fullBudget(FullBudget.COMPLETE_LATER)
                .build();
        Faults down = (operation, request) -> new Fault.ServiceFailure("InternalFailure", 500);
        ProducerWorld world = ProducerWorld.withFaults(config, 1, down);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            puts.add(world.put("k", 5_000));
        }
        CompletableFuture<Void> flush = world.producer.flush();
        CloseReport report = world.get(world.producer.close(Duration.ofSeconds(1)));

        assertThat(report).isEqualTo(new CloseReport(0, 0, 20));
        assertThat(puts).allMatch(CompletableFuture::isCompletedExceptionally);
        world.advance(Duration.ofSeconds(1));
        assertThat(flush).isCompleted();
        assertThat(world.producer.freeBudget()).isEqualTo(30_000);
    }

    @Test
    void closedProducerRefusesRecords() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        CompletableFuture<CloseReport> closing = world.producer.close(Duration.ofSeconds(1));
        CompletableFuture<PutReceipt> whileClosing = world.put("k", "x");
        world.get(closing);
        PutFailedException failed = world.failure(world.put("k", "x"));

        assertThat(world.failure(whileClosing).reason()).isEqualTo(FailureReason.CLOSED);
        assertThat(failed.reason()).isEqualTo(FailureReason.CLOSED);
        assertThat(failed)
                .hasMessage("record with partition key 'k' was not put into stream '" + STREAM
                        + "': the producer is closed; it was not sent");
        assertThat(world.producer.flush()).isCompleted();
    }

    @Test
    void flushEndsBehindFuturesThatAreToldAfterTheClose() {
        ProducerConfig config = ProducerConfig.builder().linger(Duration.ZERO).build();
        ProducerWorld world = ProducerWorld.healthy(config, 1);
        Queue<Runnable> untold = new ArrayDeque<>();
        Platform p = world.platform;
        ProducerLoop producer = ProducerLoop.start(
                config,
                OwnedResources.of(
                        world.client,
                        new Platform(
                                p.loop(),
                                p.io(),
                                p.priorityIo(),
                                untold::add,
                                p.nanoTime(),
                                p.wallClock(),
                                p.random())));
        CompletableFuture<PutReceipt> put = producer.put(STREAM, UserRecord.of("k", new byte[1]));
        CompletableFuture<Void> flush = producer.flush();
        world.advance(Duration.ofSeconds(1));
        CompletableFuture<CloseReport> close = producer.close(Duration.ofSeconds(1));
        world.advance(Duration.ofSeconds(2));
        CompletableFuture<Void> late = producer.flush();

        assertThat(close).isCompletedWithValue(new CloseReport(1, 0, 0));
        assertThat(List.of(put, flush, late)).noneMatch(CompletableFuture::isDone);
        while (!untold.isEmpty()) {
            untold.remove().run();
        }
        assertThat(List.of(put, flush, late)).allMatch(CompletableFuture::isDone);
        assertThat(producer.flush()).isCompleted();
    }

    @Test
    void closeKeepsItsLimitWhileTheThreadsForCallsAreBlocked() {
        ProducerConfig config = ProducerConfig.defaults();
        ProducerWorld world = ProducerWorld.healthy(config, 1);
        List<Runnable> blocked = new ArrayList<>();
        Platform p = world.platform;
        ProducerLoop producer = ProducerLoop.start(
                config,
                OwnedResources.of(
                        world.client,
                        new Platform(
                                p.loop(),
                                blocked::add,
                                p.priorityIo(),
                                p.userCode(),
                                p.nanoTime(),
                                p.wallClock(),
                                p.random())));
        CompletableFuture<PutReceipt> put = producer.put(STREAM, UserRecord.of("k", new byte[1]));
        CompletableFuture<CloseReport> close = producer.close(Duration.ofSeconds(2));
        world.advance(Duration.ofSeconds(3));

        assertThat(close).isCompletedWithValue(new CloseReport(0, 0, 1));
        assertThat(world.failure(put).reason()).isEqualTo(FailureReason.CLOSED);
    }

    @Test
    void closingTwiceGivesTheSameReport() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        world.put("k", "x");
        CompletableFuture<CloseReport> first = world.producer.close(Duration.ofSeconds(5));
        CompletableFuture<CloseReport> second = world.producer.close(Duration.ZERO);

        assertThat(world.get(second)).isEqualTo(world.get(first)).isEqualTo(new CloseReport(1, 0, 0));
        assertThat(world.producer.close(Duration.ZERO)).isCompletedWithValue(new CloseReport(1, 0, 0));
    }
}
