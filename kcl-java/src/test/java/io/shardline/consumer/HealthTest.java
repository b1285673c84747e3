package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.BlockingThreads;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a worker tells of itself and its shards, and what its watchdog makes of one that stands still. */
class HealthTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);

    private ShardHealth shard(SimulatedWorker worker, int number) {
        return worker.consumer().health().shard(shardId(number)).orElseThrow();
    }

    private static List<ConsumerEvent.ShardStalled> stalls(SimulatedWorker worker) {
        return worker.events(ConsumerEvent.ShardStalled.class);
    }

    @Test
    void aShardThatIsHandledShowsHowFarItIs() {
        fleet.putInto(shardId(0), "1");
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.until(() -> fleet.texts().size() == 1);
        fleet.advance(Duration.ofSeconds(8));

        ConsumerHealth health = worker.consumer().health();
        ShardHealth shard = shard(worker, 0);

        assertThat(health.state()).isEqualTo(ConsumerState.RUNNING);
        assertThat(health.session()).startsWith("w@");
        assertThat(health.waitsFor()).isNull();
        assertThat(health.isHealthy()).isTrue();
        assertThat(health.age()).isLessThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(health.loopDelay()).isLessThan(Duration.ofMillis(1));
        assertThat(health.sinceTableAnswer()).isLessThan(Duration.ofSeconds(4));
        assertThat(health.tableCalls()).isGreaterThan(5);
        assertThat(health.shards()).extracting(ShardHealth::shardId).containsExactly(shardId(0), shardId(1));
        Position handled = fleet.handled().get(0).record().position();
        assertThat(shard.owner()).isEqualTo(health.session());
        assertThat(shard.state()).isEqualTo(ShardState.READING);
        assertThat(shard.waitsFor()).isIn("the time of its next read", "the answer to a read");
        assertThat(shard.handled()).isEqualTo(handled);
        assertThat(shard.checkpoint()).isEqualTo(handled);
        assertThat(shard.behindLatest()).isEqualTo(Duration.ZERO);
        assertThat(shard.sinceProgress()).isLessThan(Duration.ofSeconds(2));
        assertThat(shard.sinceCheckpoint()).isBetween(Duration.ZERO, Duration.ofSeconds(5));
        assertThat(shard.stalled()).isFalse();
        assertThat(shard(worker, 1).handled()).isNull();
        assertThat(shard(worker, 1).sinceCheckpoint()).isNull();
    }

    @Test
    void aHandlerMayAskForTheHealthOfItsOwnConsumer() {
        List<ConsumerHealth> seen = new ArrayList<>();
        SimulatedWorker worker = fleet.worker("w");
        worker.before((record, context) -> seen.add(worker.consumer().health())).start();
        fleet.advance(Duration.ofSeconds(2));
        fleet.put("1");

        fleet.until(() -> fleet.texts().size() == 1);

        assertThat(seen)
                .singleElement()
                .satisfies(health -> assertThat(health.shards()).hasSize(2));
    }

    @Test
    void aHandlerThatDoesNotComeBackIsReportedOnceAMinuteUntilItDoes() {
        SimulatedWorker worker = fleet.worker("w")
                .blocking()
                .before((record, context) -> BlockingThreads.block(
                        record.partitionKey().equals("1") ? Duration.ofSeconds(200) : Duration.ZERO));
        worker.start();
        fleet.putInto(shardId(0), "1");
        fleet.putInto(shardId(0), "2");
        fleet.advance(Duration.ofSeconds(30));
        assertThat(shard(worker, 0).state()).isEqualTo(ShardState.HANDLING);
        assertThat(shard(worker, 0).waitsFor()).matches("the handler, for \\d+ s in thread user-\\d+");
        assertThat(shard(worker, 0).behindLatest()).isGreaterThan(Duration.ofSeconds(28));
        assertThat(worker.consumer().health().prefetchBytes()).isPositive();
        assertThat(stalls(worker)).isEmpty();

        fleet.advance(Duration.ofSeconds(160));

        assertThat(stalls(worker)).hasSize(3).allSatisfy(stall -> {
            assertThat(stall.shardId()).isEqualTo(shardId(0));
            assertThat(stall.waitsFor()).matches("the handler, for \\d+ s in thread user-\\d+");
        });
        assertThat(stalls(worker).get(0).since()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(61));
        assertThat(shard(worker, 0).stalled()).isTrue();
        assertThat(worker.consumer().health().isHealthy()).isFalse();
        fleet.until(() -> fleet.texts().size() == 2);
        fleet.advance(Duration.ofSeconds(2));
        assertThat(worker.consumer().health().isHealthy()).isTrue();
    }

    @Test
    void aHandlerThatGoesOnThrowingIsReportedWithWhatItThrows() {
        SimulatedWorker worker = fleet.worker("w").before((record, context) -> {
            throw new IOException("no database");
        });
        worker.start();
        fleet.putInto(shardId(0), "1");

        fleet.advance(Duration.ofSeconds(65));

        assertThat(shard(worker, 0).state()).isEqualTo(ShardState.RETRYING);
        assertThat(stalls(worker))
                .singleElement()
                .satisfies(stall -> assertThat(stall.waitsFor())
                        .matches("the next attempt, after \\d+ failures of the handler, the last: "
                                + "java.io.IOException: no database"));
    }

    @Test
    void readsThatAreThrottledForAMinuteAreReported() {
        boolean[] throttled = new boolean[1];
        SimulatedWorker worker = fleet.worker("w")
                .faults((operation, request) ->
                        throttled[0] && operation.equals("GetRecords") ? new Fault.Throttle() : new Fault.None());
        worker.start();
        fleet.put("1");
        fleet.until(() -> fleet.texts().size() == 1);
        throttled[0] = true;

        fleet.advance(Duration.ofSeconds(75));

        assertThat(stalls(worker))
                .hasSize(2)
                .allSatisfy(
                        stall -> assertThat(stall.waitsFor())
                                .matches(
                                        "a read to succeed, after \\d+ failures, the last: ProvisionedThroughputExceededException: .*"));
        assertThat(shard(worker, 0).behindLatest()).isGreaterThan(Duration.ofMinutes(1));
    }

    @Test
    void theLimitIsASetting() {
        SimulatedWorker worker = fleet.worker("w")
                .blocking()
                .with(config -> config.stalledAfter(Duration.ofSeconds(5)))
                .before((record, context) -> BlockingThreads.block(LONG));
        worker.start();
        fleet.putInto(shardId(0), "1");

        fleet.advance(Duration.ofSeconds(9));

        assertThat(stalls(worker)).hasSize(1);
    }

    @Test
    void whateverIsNotMeantToMoveIsNotReported() {
        SimulatedFleet three = new SimulatedFleet(1, 3);
        three.putInto(shardId(0), "bad");
        SimulatedWorker worker = three.worker("w")
                .with(config -> config.giveUp(GiveUpPolicy.stopShardAfter(1)))
                .before((record, context) -> {
                    throw new IOException("never");
                });
        worker.start();
        three.until(() -> !worker.events(ConsumerEvent.ShardStopped.class).isEmpty());
        three.get(worker.consumer().pause(shardId(1)));
        three.putInto(shardId(1), "waits");

        three.advance(Duration.ofMinutes(30));

        assertThat(stalls(worker)).isEmpty();
        ConsumerHealth health = worker.consumer().health();
        assertThat(health.shards())
                .extracting(ShardHealth::state)
                .containsExactly(ShardState.STOPPED, ShardState.PAUSED, ShardState.READING);
        assertThat(health.shards().get(0).waitsFor())
                .isEqualTo("a resume, or another worker, after 1 failures of the handler, the last: "
                        + "java.io.IOException: never");
        assertThat(health.shards().get(1).waitsFor()).isEqualTo("a resume");
        assertThat(health.isHealthy()).as("a stopped shard needs somebody").isFalse();
        assertThat(health.prefetchBytes())
                .as("what is held back takes no memory")
                .isLessThanOrEqualTo(128 << 10);
    }

    @Test
    void aSlowHandlerThatGetsAlongIsNotReported() {
        SimulatedWorker worker =
                fleet.worker("w").blocking().before((record, context) -> BlockingThreads.block(Duration.ofSeconds(40)));
        worker.start();
        fleet.putAggregate("1", "2", "3", "4", "5");

        fleet.advance(Duration.ofSeconds(210));

        assertThat(fleet.texts()).hasSize(5);
        assertThat(stalls(worker)).isEmpty();
    }

    @Test
    void skippedRecordsAreCounted() {
        fleet.putInto(shardId(0), "1");
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.giveUp(GiveUpPolicy.skipAfter(1)))
                .before((record, context) -> {
                    throw new IOException("never");
                });
        worker.start();

        fleet.advance(Duration.ofSeconds(5));

        assertThat(shard(worker, 0).skippedRecords()).isEqualTo(1);
    }

    @Test
    void aWorkerThatWasPausedShowsHowLateItsLoopWas() {
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.advance(Duration.ofSeconds(5));
        worker.process().pause(Duration.ofSeconds(3));
        fleet.advance(Duration.ofSeconds(10));

        assertThat(worker.consumer().health().loopDelay()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
        fleet.advance(Duration.ofMinutes(2));
        assertThat(worker.consumer().health().loopDelay()).isLessThan(Duration.ofMillis(1));
    }

    @Test
    void aWorkerWhoseLoopHangsIsNotHealthy() {
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.advance(Duration.ofSeconds(5));
        worker.process().pause(LONG);

        fleet.advance(Duration.ofSeconds(20));

        assertThat(worker.consumer().health().age()).isGreaterThan(Duration.ofSeconds(18));
        assertThat(worker.consumer().health().isHealthy()).isFalse();
    }

    @Test
    void aConsumerThatEndedHasNoShardsAndIsNotHealthy() {
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.advance(Duration.ofSeconds(5));

        worker.stop();

        ConsumerHealth health = worker.consumer().health();
        assertThat(health.state()).isEqualTo(ConsumerState.STOPPED);
        assertThat(health.shards()).isEmpty();
        assertThat(health.isHealthy()).isFalse();
    }
}
