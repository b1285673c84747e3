package io.shardline.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.BlockingThreads;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;

/** Shards that are read by subscriptions, and what becomes of these. In simulated time. */
class FanOutTest {

    private static final String SHARD = SimulatedFleet.shardId(0);

    private final Map<String, Integer> calls = new TreeMap<>();
    private final List<SubscribeToShardRequest> subscriptions = new ArrayList<>();

    private SimulatedWorker worker(SimulatedFleet fleet, String name) {
        return worker(fleet, name, Fault.None::new);
    }

    /** One whose every subscription meets what {@code fault} supplies. */
    private SimulatedWorker worker(SimulatedFleet fleet, String name, Supplier<Fault> fault) {
        return fleet.worker(name)
                .with(config -> config.retrieval(Retrieval.fanOut()))
                .faults((operation, request) -> fault(operation, request, fault));
    }

    private Fault fault(String operation, KinesisRequest request, Supplier<Fault> fault) {
        calls.merge(operation, 1, Integer::sum);
        if (request instanceof SubscribeToShardRequest subscribe) {
            subscriptions.add(subscribe);
            return fault.get();
        }
        return new Fault.None();
    }

    @Test
    void recordsComeBySubscriptionAsSoonAsTheyAreThere() {
        SimulatedFleet fleet = new SimulatedFleet(1, 2);
        SimulatedWorker worker = worker(fleet, "w").start();
        fleet.until(() -> worker.consumer().health().isReady());
        fleet.advance(Duration.ofSeconds(10));
        calls.clear();
        long put = fleet.time().nowNanos();

        fleet.put("a", "b", "c");
        fleet.until(() -> fleet.handled().size() == 3);

        assertThat(Duration.ofNanos(fleet.time().nowNanos() - put)).isLessThan(Duration.ofMillis(100));
        assertThat(calls).doesNotContainKeys("GetRecords", "SubscribeToShard");
    }

    @Test
    void aSubscriptionIsRenewedWithoutAGapAndIsNotTheEndOfTheShard() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        SimulatedWorker worker = worker(fleet, "w").start();

        for (int minute = 0; minute < 16; minute++) {
            fleet.put("r" + minute);
            fleet.advance(Duration.ofMinutes(1));
        }

        assertThat(fleet.texts())
                .isEqualTo(IntStream.range(0, 16).mapToObj(i -> "r" + i).toList());
        assertThat(subscriptions).hasSize(4);
        assertThat(worker.events(ConsumerEvent.ReadFailed.class)).isEmpty();
        assertThat(worker.events(ConsumerEvent.ShardEnded.class)).isEmpty();
    }

    @Test
    void theEndOfAShardIsReadAgainAfterWhatWasHandled() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        fleet.put("r1", "r2", "r3");
        fleet.split(SHARD);
        fleet.put("r4");
        List<Integer> failures = new ArrayList<>(List.of(1));
        SimulatedWorker worker = worker(fleet, "w")
                .before((record, context) -> {
                    if (new String(record.data(), UTF_8).equals("r2") && !failures.isEmpty()) {
                        failures.clear();
                        throw new IllegalStateException("once");
                    }
                })
                .start();

        fleet.until(() -> fleet.handled().size() == 4);
        fleet.advance(Duration.ofSeconds(5));

        assertThat(fleet.texts()).containsExactly("r1", "r2", "r3", "r4");
        assertThat(worker.events(ConsumerEvent.ShardEnded.class)).hasSize(1);
        assertEveryPositionIsWhole();
    }

    private void assertEveryPositionIsWhole() {
        assertThat(subscriptions).allSatisfy(subscribe -> {
            assertThat(subscribe.startingPosition().type()).isNotNull();
            assertThat(subscribe.startingPosition().sequenceNumber() == null)
                    .isEqualTo(subscribe.startingPosition().type() == ShardIteratorType.TRIM_HORIZON);
        });
    }

    @Test
    void aPausedShardGoesOnAfterWhatWasHandledAlsoAtItsEnd() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        fleet.put("r1", "r2", "r3");
        fleet.split(SHARD);
        fleet.put("r4");
        List<SimulatedWorker> self = new ArrayList<>();
        SimulatedWorker worker = worker(fleet, "w").before((record, context) -> {
            if (new String(record.data(), UTF_8).equals("r1")) {
                self.get(0).consumer().pause(SHARD);
            }
        });
        self.add(worker);
        worker.start();
        fleet.advance(Duration.ofSeconds(6));
        List<String> paused = fleet.texts();

        worker.consumer().resume(SHARD);
        fleet.until(() -> fleet.handled().size() == 4);

        assertThat(fleet.texts()).containsExactly("r1", "r2", "r3", "r4");
        assertThat(paused.size()).isLessThan(4);
        assertEveryPositionIsWhole();
    }

    @Test
    void refusedSubscriptionsAreTriedAgainWithoutAlarmAndTheShardIsPolledMeanwhile() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        List<Fault> refusals = new ArrayList<>(List.of(inUse(), inUse(), inUse()));
        SimulatedWorker worker = worker(fleet, "w", () -> refusals.isEmpty() ? new Fault.None() : refusals.remove(0))
                .start();
        fleet.put("a");
        fleet.until(() -> fleet.handled().size() == 1);
        fleet.advance(Duration.ofSeconds(5));
        calls.clear();

        fleet.put("b");
        fleet.advance(Duration.ofMillis(100));

        assertThat(fleet.texts()).containsExactly("a", "b");
        assertThat(worker.events(ConsumerEvent.ReadFailed.class)).isEmpty();
        assertThat(calls).doesNotContainKey("GetRecords");
    }

    private static Fault inUse() {
        return new Fault.ServiceFailure("ResourceInUseException", 400);
    }

    @Test
    void silenceEndsASubscriptionAndAnotherOneIsMade() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        List<Fault> once = new ArrayList<>(List.of(new Fault.SubscriptionSilent(Duration.ofSeconds(2))));
        worker(fleet, "w", () -> once.isEmpty() ? new Fault.None() : once.remove(0))
                .start();
        fleet.advance(Duration.ofSeconds(3));
        for (int i = 1; i <= 5; i++) {
            fleet.put("r" + i);
            fleet.advance(Duration.ofSeconds(1));
        }
        fleet.advance(Duration.ofSeconds(12));

        assertThat(fleet.texts()).containsExactly("r1", "r2", "r3", "r4", "r5");
        assertThat(subscriptions).hasSize(2);
    }

    @Test
    void emptySubscriptionsComeMoreAndMoreSeldomAndAreSaidToBeOfNoUse() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        SimulatedWorker worker =
                worker(fleet, "w", Fault.SubscriptionEmpty::new).start();
        fleet.put("a");

        fleet.advance(Duration.ofMinutes(10));

        assertThat(fleet.texts()).containsExactly("a");
        assertThat(subscriptions.size()).isBetween(50, 80);
        assertThat(worker.events(ConsumerEvent.ReadFailed.class)).isNotEmpty();
        assertThat(worker.events(ConsumerEvent.ReadFailed.class).get(0).toString())
                .contains("gives no events; use polling there");
        assertThat(worker.events(ConsumerEvent.ShardEnded.class)).isEmpty();
    }

    @Test
    void everySecondSubscriptionIsEnough() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        int[] count = {0};
        SimulatedWorker worker = worker(
                        fleet, "w", () -> count[0]++ % 2 == 0 ? new Fault.SubscriptionEmpty() : new Fault.None())
                .start();
        fleet.advance(Duration.ofSeconds(20));
        calls.clear();

        fleet.put("a", "b");
        fleet.until(() -> fleet.handled().size() == 2);

        assertThat(calls).doesNotContainKey("GetRecords");
        assertThat(worker.events(ConsumerEvent.ReadFailed.class)).isEmpty();
    }

    @Test
    void anEndWithoutChildrenIsFoundByReading() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        fleet.put("r1", "r2");
        fleet.split(SHARD);
        fleet.put("r3");
        worker(fleet, "w", Fault.MissingChildren::new).start();

        fleet.until(() -> fleet.handled().size() == 3);

        assertThat(fleet.texts()).containsExactly("r1", "r2", "r3");
    }

    @Test
    void aBrokenSubscriptionGoesOnWithinTheSecondsInWhichTheServiceTakesNoOther() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        SimulatedWorker worker = worker(fleet, "w", () -> new Fault.SubscriptionDropped(Duration.ofSeconds(2)))
                .start();
        List<String> put = new ArrayList<>();

        for (int i = 0; i < 200; i++) {
            put.add("r" + i);
            fleet.put("r" + i);
            fleet.advance(Duration.ofMillis(150));
        }
        fleet.advance(Duration.ofSeconds(2));

        assertThat(fleet.texts()).isEqualTo(put);
        assertThat(worker.events(ConsumerEvent.ReadFailed.class)).isEmpty();
    }

    @Test
    void shardsBeyondTheLimitOfSubscriptionsArePolled() {
        SimulatedFleet fleet = new SimulatedFleet(1, 4);
        worker(fleet, "w")
                .with(config -> config.retrieval(Retrieval.fanOut()).maxSubscriptions(2))
                .start();
        List<String> put = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            put.add("r" + i);
        }
        fleet.put(put.toArray(String[]::new));
        fleet.advance(Duration.ofSeconds(30));

        assertThat(fleet.texts()).containsExactlyInAnyOrderElementsOf(put);
        assertThat(subscriptions.stream().map(SubscribeToShardRequest::shardId).distinct())
                .hasSize(2);
    }

    @Test
    void aSlowHandlerEndsItsSubscriptionAndThereIsAnotherOneLater() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        SimulatedWorker worker = worker(fleet, "w")
                .blocking()
                .before((record, context) -> {
                    if (new String(record.data(), UTF_8).equals("slow")) {
                        BlockingThreads.block(Duration.ofSeconds(60));
                    }
                })
                .start();
        fleet.advance(Duration.ofSeconds(10));
        fleet.put("slow", "a", "b", "c");
        fleet.advance(Duration.ofSeconds(30));
        assertThat(subscriptions).hasSize(1);
        assertThat(fleet.texts()).isEmpty();

        fleet.advance(Duration.ofSeconds(60));
        calls.clear();
        fleet.put("d");
        fleet.advance(Duration.ofSeconds(1));

        assertThat(fleet.texts()).containsExactly("slow", "a", "b", "c", "d");
        assertThat(subscriptions).hasSize(2);
        assertThat(calls).doesNotContainKey("GetRecords");
        assertThat(worker.events(ConsumerEvent.ReadFailed.class)).isEmpty();
    }

    @Test
    void manyLargeShardsWithSlowHandlersStayWithinTheBudgetAndLoseNothing() {
        SimulatedFleet fleet = new SimulatedFleet(1, 16);
        byte[] data = new byte[100 << 10];
        for (int shard = 0; shard < 16; shard++) {
            fleet.putInto(SimulatedFleet.shardId(shard), data, 50);
        }
        Map<String, List<String>> handled = new TreeMap<>();
        SimulatedWorker worker = worker(fleet, "w")
                .with(config -> config.retrieval(Retrieval.fanOut()).prefetchBudget(10L << 20))
                .blocking(4)
                .handler((record, context) -> {
                    BlockingThreads.block(Duration.ofMillis(100));
                    handled.computeIfAbsent(record.shardId(), key -> new ArrayList<>())
                            .add(record.sequenceNumber());
                })
                .start();
        long most = 0;
        for (int i = 0; i < 180; i++) {
            fleet.advance(Duration.ofSeconds(1));
            most = Math.max(most, worker.consumer().health().prefetchBytes());
        }

        assertThat(handled).hasSize(16);
        assertThat(handled.values())
                .allSatisfy(numbers ->
                        assertThat(numbers).hasSize(50).doesNotHaveDuplicates().isSorted());
        assertThat(most).isLessThanOrEqualTo(30L << 20);
        assertThat(worker.events(ConsumerEvent.LeaseTaken.class)).hasSize(16);
        assertThat(worker.events(ConsumerEvent.ReadFailed.class)).isEmpty();
    }

    @Test
    void anHeirReadsOnBesideTheSubscriptionThatADeadWorkerHasLeft() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        SimulatedWorker dies = worker(fleet, "dies").start();
        fleet.until(() -> dies.consumer().health().isReady());
        SimulatedWorker heir = worker(fleet, "heir").start();
        fleet.advance(Duration.ofSeconds(3));
        dies.process().kill();
        List<String> put = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            put.add("r" + i);
            fleet.put("r" + i);
            fleet.advance(Duration.ofSeconds(1));
        }

        assertThat(fleet.texts()).isEqualTo(put);
        assertThat(heir.events(ConsumerEvent.ReadFailed.class)).isEmpty();
        calls.clear();
        fleet.put("last");
        fleet.advance(Duration.ofMillis(100));
        assertThat(fleet.texts()).endsWith("last");
        assertThat(calls).doesNotContainKey("GetRecords");
    }

    @Test
    void theEndOfAShardIsHandedOverWithWhatIsNotHandled() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        fleet.put("r1", "r2", "r3");
        fleet.split(SHARD);
        fleet.put("r4");
        SimulatedWorker first = worker(fleet, "first")
                .blocking()
                .before((record, context) -> BlockingThreads.block(Duration.ofSeconds(2)));
        first.begin();
        fleet.advance(Duration.ofSeconds(3));
        SimulatedWorker second = worker(fleet, "second").start();
        first.stop();
        fleet.until(() -> fleet.texts().contains("r4"));

        assertThat(fleet.texts().stream().distinct()).containsExactly("r1", "r2", "r3", "r4");
        assertThat(first.events(ConsumerEvent.ShardEnded.class).size()
                        + second.events(ConsumerEvent.ShardEnded.class).size())
                .isEqualTo(1);
        assertEveryPositionIsWhole();
    }

    @Test
    void pollingAndSubscribingWorkersShareAnApplication() {
        SimulatedFleet fleet = new SimulatedFleet(1, 6);
        List<SimulatedWorker> old =
                List.of(fleet.worker("p1").start(), fleet.worker("p2").start());
        fleet.advance(Duration.ofSeconds(10));
        List<SimulatedWorker> next = List.of(worker(fleet, "f1"), worker(fleet, "f2"));
        List<String> put = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            if (i % 40 == 10 && i / 40 < 2) {
                next.get(i / 40).begin();
            }
            if (i % 40 == 30 && i / 40 < 2) {
                old.get(i / 40).stop();
            }
            put.add("r" + i);
            fleet.put("r" + i);
            fleet.advance(Duration.ofMillis(500));
        }
        fleet.advance(Duration.ofSeconds(10));

        assertThat(fleet.texts()).hasSameElementsAs(put).doesNotHaveDuplicates();
        assertThat(subscriptions).isNotEmpty();
    }

    @Test
    void aShardThatChangesHandsWithinFiveSecondsPausesForAMomentOnly() {
        SimulatedFleet fleet = new SimulatedFleet(1, 4);
        SimulatedWorker first = worker(fleet, "first").start();
        fleet.until(() -> first.consumer().health().isReady());
        fleet.advance(Duration.ofSeconds(2));
        worker(fleet, "second").begin();
        int rounds = 200;
        for (int i = 0; i < rounds; i++) {
            for (int shard = 0; shard < 4; shard++) {
                fleet.putInto(SimulatedFleet.shardId(shard), shard + " " + i);
            }
            fleet.advance(Duration.ofMillis(100));
        }
        fleet.advance(Duration.ofSeconds(2));

        assertThat(fleet.texts()).hasSize(4 * rounds).doesNotHaveDuplicates();
        assertThat(fleet.handled().stream().map(SimulatedFleet.Handled::worker).distinct())
                .hasSize(2);
        assertThat(fleet.handled())
                .allSatisfy(handled -> assertThat(Duration.ofNanos(handled.nanos())
                                .minus(Duration.between(
                                        SimulatedTime.EPOCH, handled.record().approximateArrival())))
                        .isLessThan(Duration.ofMillis(600)));
        assertThat(first.events(ConsumerEvent.ReadFailed.class)).isEmpty();
    }
}
