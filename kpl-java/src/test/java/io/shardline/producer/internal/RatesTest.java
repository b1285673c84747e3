package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.FailureReason;
import io.shardline.producer.OnLoss;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.testkit.Fault;
import io.shardline.testkit.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;

/** How fast is sent, and when not at all. */
class RatesTest {

    private static final Faults ENDPOINT_DOWN = (operation, request) ->
            operation.equals("PutRecords") ? new Fault.ServiceFailure("InternalFailure", 500) : new Fault.None();
    private static final Fault THROTTLED = new Fault.ServiceFailure("ProvisionedThroughputExceededException", 400);

    @Test
    void rawRecordsKeepToTheShareOfTheShardsLimit() {
        ProducerConfig config = ProducerConfig.builder()
                .aggregationEnabled(false)
                .rateLimitPercent(10)
                .linger(Duration.ZERO)
                .build();
        ProducerWorld world = ProducerWorld.healthy(config, 1).warm();
        long start = world.time.nowNanos();
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            puts.add(world.put("key-" + i, "x"));
        }
        puts.forEach(world::get);

        // A hundred at once, and then a hundred a second.
        assertThat(Duration.ofNanos(world.time.nowNanos() - start))
                .isBetween(Duration.ofMillis(3_900), Duration.ofMillis(4_600));
    }

    @Test
    void throttlesSlowTheLaneDownAndSuccessSpeedsItUp() {
        FaultScript throttles = new FaultScript("PutRecords").then(new Fault.None());
        for (int i = 0; i < 8; i++) {
            throttles.then(THROTTLED);
        }
        ProducerWorld world = ProducerWorld.withFaults(ProducerConfig.defaults(), 1, throttles)
                .warm();
        CompletableFuture<PutReceipt> put = world.put("k", "x");

        assertThat(world.get(put).attempts()).isEqualTo(9);
        // Eight waits, doubling from 50 ms to 2 s, each at most that long.
        assertThat(Duration.ofNanos(world.time.nowNanos())).isLessThan(Duration.ofSeconds(12));
        // Times 0.7 for each, a little more after the success: three bursts at that rate, which grows by 5 % a second.
        assertThat(rateShare(world)).isBetween(0.05, 0.2);
        Duration slow = timeOfThreeBursts(world);
        assertThat(slow).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(11));

        world.advance(Duration.ofSeconds(20));
        world.get(world.put("k", "x"));
        assertThat(rateShare(world)).isEqualTo(1);
        world.advance(Duration.ofSeconds(1));
        assertThat(timeOfThreeBursts(world)).isBetween(Duration.ofMillis(1_500), Duration.ofSeconds(3));
    }

    private static double rateShare(ProducerWorld world) {
        return world.get(world.producer.lanes()).get(0).rateShare();
    }

    /** What a shard takes in three seconds. */
    private static Duration timeOfThreeBursts(ProducerWorld world) {
        long start = world.time.nowNanos();
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 3 * 32; i++) {
            puts.add(world.put("k", LaneRate.BYTES_PER_SECOND / 32));
        }
        puts.forEach(world::get);
        return Duration.ofNanos(world.time.nowNanos() - start);
    }

    @Test
    void aggregateThatIsRefusedFiveTimesIsHalved() {
        FaultScript throttles = new FaultScript("PutRecords").then(new Fault.None());
        for (int i = 0; i < 5; i++) {
            throttles.then(THROTTLED);
        }
        ProducerWorld world = ProducerWorld.withFaults(ProducerConfig.defaults(), 1, throttles)
                .warm();
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            puts.add(world.put("k", i + ";"));
        }
        puts.forEach(world::get);

        Stream<Integer> sizes =
                world.client.requests.stream().map(ProducerWorld::userRecords).map(List::size);
        assertThat(sizes).startsWith(100, 100, 100, 100, 100, 50);
        assertThat(new StreamTruth(world.kinesis, STREAM).firstSeenKclWise()).hasSize(101);
    }

    @Test
    void throttledRecordFailsAtOnceIfAskedFor() {
        FaultScript throttle = new FaultScript("PutRecords").then(new Fault.None(), THROTTLED);
        ProducerConfig config = ProducerConfig.builder().failIfThrottled(true).build();
        ProducerWorld world = ProducerWorld.withFaults(config, 1, throttle).warm();
        PutFailedException failed = world.failure(world.put("k", "x"));

        assertThat(failed.reason()).isEqualTo(FailureReason.THROTTLED);
        assertThat(failed.attempts()).hasSize(1);
        assertThat(failed.mayHaveBeenWritten()).isFalse();
        world.get(world.put("k", "x"));
    }

    @Test
    void deadEndpointIsTriedWithOneRequestASecond() {
        Faults[] now = {Faults.none()};
        ProducerConfig config =
                ProducerConfig.builder().linger(Duration.ZERO).noRecordTtl().build();
        ProducerWorld world =
                ProducerWorld.withFaults(config, 20, (operation, request) -> now[0].next(operation, request));
        world.warm();
        now[0] = ENDPOINT_DOWN;
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            puts.add(world.put("key-" + i, "x"));
            world.advance(Duration.ofMillis(20));
        }
        world.client.requests.clear();
        world.advance(Duration.ofSeconds(30));
        assertThat(world.client.requests).hasSizeBetween(25, 65);
        now[0] = Faults.none();
        long healed = world.time.nowNanos();
        puts.forEach(world::get);

        assertThat(Duration.ofNanos(world.time.nowNanos() - healed)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void recordsExpireWhileTheEndpointIsDead() {
        ProducerConfig config = ProducerConfig.builder()
                .recordTtl(Duration.ofSeconds(5))
                .linger(Duration.ZERO)
                .build();
        ProducerWorld world = ProducerWorld.withFaults(config, 4, ENDPOINT_DOWN);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            puts.add(world.put("key-" + i, "x"));
            world.advance(Duration.ofMillis(20));
        }
        world.advance(Duration.ofMillis(5_100));

        assertThat(puts).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(world.producer.freeBudget()).isEqualTo(config.memoryBudget());
    }

    @Test
    void laneThatLostARecordStandsStillUntilItIsResumed() {
        FaultScript refused =
                new FaultScript("PutRecords").then(new Fault.None(), new Fault.RequestLost(Duration.ofSeconds(6)));
        ProducerConfig config = ProducerConfig.builder()
                .onLoss(OnLoss.STOP_LANE)
                .recordTtl(Duration.ofSeconds(2))
                .linger(Duration.ZERO)
                .build();
        ProducerWorld world = ProducerWorld.withFaults(config, 1, refused).warm();
        CompletableFuture<PutReceipt> lost = world.put("k", "lost;");
        world.advance(Duration.ofSeconds(5));
        CompletableFuture<PutReceipt> behind = world.put("k", "behind;");
        world.advance(Duration.ofSeconds(1));
        CompletableFuture<PutReceipt> later = world.put("other", "later;");

        assertThat(world.failure(lost).reason()).isEqualTo(FailureReason.EXPIRED);
        assertThat(world.failure(behind).reason()).isEqualTo(FailureReason.LANE_STOPPED);
        assertThat(world.failure(later).reason()).isEqualTo(FailureReason.LANE_STOPPED);
        assertThat(world.failure(later)).hasMessageContaining("stands still until resume()");
        world.producer.resume(STREAM);
        world.get(world.put("k", "again;"));
        assertThat(world.producer.freeBudget()).isEqualTo(config.memoryBudget());
    }

    @Test
    void aggregatesHaveAtMostSoManyRecordsAsTheirLimitSays() {
        ProducerConfig config = ProducerConfig.builder().maxAggregateCount(7).build();
        ProducerWorld world = ProducerWorld.healthy(config, 1).warm();
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            puts.add(world.put("k", "x"));
        }
        puts.forEach(world::get);

        assertThat(world.client.requests.stream()
                        .map(PutRecordsRequest::records)
                        .map(List::size))
                .containsOnly(1);
        assertThat(world.sentData().stream().map(List::size)).containsExactly(7, 7, 6);
    }
}
