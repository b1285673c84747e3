package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.internal.retrieve.FanOutRegistration;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.Consumer;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/** The registered consumer that a fleet subscribes with: one, waited for, and kept. In simulated time. */
class FanOutRegistrationTest {

    private static final Fault DENIED = new Fault.ServiceFailure("AccessDeniedException", 400);

    private static final StreamConfig FLIGHTS = new StreamConfig(SimulatedFleet.STREAM, StartingPosition.trimHorizon());

    private final Map<String, Integer> calls = new TreeMap<>();
    private final Map<String, Fault> met = new TreeMap<>();
    private Set<String> denied = Set.of();
    private Retrieval retrieval = Retrieval.fanOut();

    private SimulatedWorker worker(SimulatedFleet fleet, String name) {
        return fleet.worker(name).with(config -> config.retrieval(retrieval)).faults(this::fault);
    }

    private Fault fault(String operation, KinesisRequest request) {
        calls.merge(operation, 1, Integer::sum);
        if (met.containsKey(operation)) {
            return met.get(operation);
        }
        return denied.contains(operation) ? DENIED : new Fault.None();
    }

    private static String register(SimulatedFleet fleet, String name) {
        String stream = streamArn(fleet);
        return fleet.get(fleet.kinesis()
                        .client()
                        .registerStreamConsumer(r -> r.streamARN(stream).consumerName(name)))
                .consumer()
                .consumerARN();
    }

    private static String streamArn(SimulatedFleet fleet) {
        return streamArn(fleet, SimulatedFleet.STREAM);
    }

    private static String streamArn(SimulatedFleet fleet, String name) {
        return fleet.get(fleet.kinesis().client().describeStreamSummary(r -> r.streamName(name)))
                .streamDescriptionSummary()
                .streamARN();
    }

    private static List<String> registered(SimulatedFleet fleet) {
        return registered(fleet, SimulatedFleet.STREAM);
    }

    private static List<String> registered(SimulatedFleet fleet, String name) {
        String stream = streamArn(fleet, name);
        return fleet.get(fleet.kinesis().client().listStreamConsumers(r -> r.streamARN(stream))).consumers().stream()
                .map(Consumer::consumerName)
                .toList();
    }

    @Test
    void eightWorkersHaveOneConsumerAndPollUntilItIsActive() {
        SimulatedFleet fleet = new SimulatedFleet(1, 8, Duration.ofSeconds(40));
        List<SimulatedWorker> workers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            SimulatedWorker worker = worker(fleet, "w" + i);
            worker.begin();
            workers.add(worker);
        }
        fleet.advance(Duration.ofSeconds(10));
        fleet.put("a");
        fleet.until(() -> fleet.handled().size() == 1);

        assertThat(calls).doesNotContainKey("SubscribeToShard");
        assertThat(workers).allSatisfy(worker -> {
            assertThat(worker.consumer().state()).isEqualTo(ConsumerState.RUNNING);
            assertThat(worker.consumer().health().waitsFor())
                    .contains("fan-out consumer 'test' of stream 'flights' is CREATING");
        });

        fleet.advance(Duration.ofSeconds(35));

        assertThat(registered(fleet)).containsExactly("test");
        assertThat(workers).allMatch(worker -> worker.consumer().health().isReady());
        assertThat(calls.get("SubscribeToShard")).isEqualTo(8);
    }

    @Test
    void aConsumerThatIsActiveIsAskedForOnce() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        register(fleet, "test");
        fleet.advance(Duration.ofSeconds(1));

        SimulatedWorker worker = worker(fleet, "w").start();
        fleet.until(() -> worker.consumer().health().isReady());

        assertThat(calls).containsEntry("DescribeStreamConsumer", 1).doesNotContainKey("RegisterStreamConsumer");
    }

    @Test
    void theLimitOfConsumersInCreationIsWaitedOut() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1, Duration.ofSeconds(40));
        for (int i = 0; i < 5; i++) {
            register(fleet, "other-" + i);
        }
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.retrieval(retrieval).startTimeout(Duration.ofMinutes(2)))
                .start();
        fleet.advance(Duration.ofSeconds(10));
        assertThat(worker.consumer().health().waitsFor()).contains("LimitExceededException");

        fleet.advance(Duration.ofSeconds(80));
        assertThat(worker.consumer().health().isReady()).isTrue();
    }

    @Test
    void whatIsNotThereWithinTheStartTimeoutEndsTheConsumerWithTheReason() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1, Duration.ofMinutes(10));
        SimulatedWorker worker = worker(fleet, "w").start();

        fleet.advance(Duration.ofSeconds(70));

        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.FAILED);
        assertThat(worker.consumer().ended().join().failure())
                .hasMessageContaining("fan-out consumer 'test' of stream 'flights' is CREATING")
                .hasMessageContaining("startTimeout");
    }

    @Test
    void oneOfSeveralStreamsIsPolledUntilItsConsumerIsThere() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1, Duration.ofMinutes(5));
        SimulatedWorker worker = worker(fleet, "w").streams(FLIGHTS).start();
        fleet.advance(Duration.ofSeconds(70));

        assertThat(worker.consumer().health().isReady()).isTrue();
        assertThat(worker.consumer().health().problems())
                .singleElement()
                .asString()
                .contains("fan-out consumer 'test' of stream 'flights' is CREATING")
                .contains("its shards are polled");
        assertThat(worker.events(ConsumerEvent.StreamFailed.class)).isEmpty();

        fleet.advance(Duration.ofMinutes(6));
        assertThat(calls).containsKey("SubscribeToShard");
        assertThat(worker.consumer().health().problems()).isEmpty();
    }

    @Test
    void oneOfSeveralStreamsWhoseConsumerIsRefusedIsPolled() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        denied = Set.of("RegisterStreamConsumer");
        SimulatedWorker worker = worker(fleet, "w").streams(FLIGHTS).start();
        fleet.put("a");
        fleet.advance(Duration.ofMinutes(10));

        assertThat(fleet.texts()).containsExactly("a");
        assertThat(worker.consumer().health().isReady()).isTrue();
        assertThat(worker.consumer().health().problems())
                .singleElement()
                .asString()
                .contains("RegisterStreamConsumer failed: AccessDeniedException");
        assertThat(worker.events(ConsumerEvent.StreamFailed.class)).isEmpty();
        assertThat(calls.get("RegisterStreamConsumer")).isBetween(8, 40);
    }

    @Test
    void withAnArnOnlySubscribeToShardIsNeeded() {
        SimulatedFleet fleet = new SimulatedFleet(1, 3);
        retrieval = Retrieval.fanOutArn(register(fleet, "analytics"));
        fleet.advance(Duration.ofSeconds(1));
        denied = Set.of(
                "RegisterStreamConsumer",
                "DeregisterStreamConsumer",
                "ListStreamConsumers",
                "DescribeStreamConsumer",
                "GetRecords",
                "GetShardIterator");
        List<SimulatedWorker> workers = List.of(worker(fleet, "w1"), worker(fleet, "w2"), worker(fleet, "w3"));
        workers.forEach(SimulatedWorker::begin);
        for (int i = 0; i < 40; i++) {
            fleet.put("r" + i);
            fleet.advance(Duration.ofSeconds(1));
        }

        assertThat(fleet.texts()).hasSize(40).doesNotHaveDuplicates();
        assertThat(calls).doesNotContainKeys("RegisterStreamConsumer", "DescribeStreamConsumer", "ListStreamConsumers");
        assertThat(workers)
                .allMatch(
                        worker -> worker.events(ConsumerEvent.ReadFailed.class).isEmpty());
    }

    @Test
    void aRefusedPermissionNamesTheOperation() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        denied = Set.of("RegisterStreamConsumer");
        SimulatedWorker worker = worker(fleet, "w");
        worker.begin();
        fleet.advance(Duration.ofSeconds(5));

        assertThat(worker.consumer().ended().join().failure())
                .hasMessageContaining("fan-out consumer 'test' of stream 'flights' cannot be used")
                .hasMessageContaining("RegisterStreamConsumer failed: AccessDeniedException");
    }

    @Test
    void anOwnConsumerThatIsDeletedUnderfootIsRegisteredAgain() {
        SimulatedFleet fleet = new SimulatedFleet(1, 2);
        SimulatedWorker worker = worker(fleet, "w").start();
        fleet.advance(Duration.ofSeconds(20));
        fleet.put("a");

        String stream = streamArn(fleet);
        fleet.get(fleet.kinesis()
                .client()
                .deregisterStreamConsumer(r -> r.streamARN(stream).consumerName("test")));
        fleet.put("b");
        fleet.advance(Duration.ofSeconds(20));
        calls.clear();
        fleet.put("c", "d");
        fleet.advance(Duration.ofSeconds(2));

        assertThat(fleet.texts()).containsExactlyInAnyOrder("a", "b", "c", "d");
        assertThat(registered(fleet)).containsExactly("test");
        assertThat(calls).doesNotContainKey("GetRecords");
        assertThat(worker.events(ConsumerEvent.ShardEnded.class)).isEmpty();
    }

    @Test
    void aGivenConsumerThatIsGoneIsAClearErrorAndTheShardsArePolled() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        retrieval = Retrieval.fanOutArn(streamArn(fleet) + "/consumer/gone:1700000000");
        SimulatedWorker worker = worker(fleet, "w").start();
        fleet.put("a");
        fleet.advance(Duration.ofSeconds(10));

        assertThat(fleet.texts()).containsExactly("a");
        assertThat(worker.consumer().health().problems())
                .anySatisfy(problem -> assertThat(problem)
                        .contains("/consumer/gone:1700000000' of stream 'flights' does not exist; register it again"));
        assertThat(worker.events(ConsumerEvent.ReadFailed.class)).isNotEmpty();
        assertThat(worker.events(ConsumerEvent.ShardEnded.class)).isEmpty();
    }

    @Test
    void itStaysRegisteredUntilSomebodyWishesOtherwise() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        worker(fleet, "w1").start().stop();
        fleet.advance(Duration.ofSeconds(5));
        assertThat(registered(fleet)).containsExactly("test");

        SimulatedWorker last = worker(fleet, "w2").start();
        fleet.get(last.consumer().deregisterFanOut());
        fleet.put("a");
        fleet.until(() -> fleet.handled().size() == 1);
        fleet.advance(Duration.ofSeconds(20));
        assertThat(registered(fleet)).isEmpty();
        assertThat(last.consumer().health().problems()).isEmpty();
        last.stop();
    }

    @Test
    void theEndOfARegistrationFailsWithTheConsumerThatWaitsForIt() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        SimulatedWorker worker = worker(fleet, "w").start();
        fleet.advance(Duration.ofSeconds(5));
        met.put("DeregisterStreamConsumer", new Fault.RequestLost(Duration.ofHours(1)));

        CompletableFuture<Void> deregistered = worker.consumer().deregisterFanOut();
        fleet.advance(Duration.ofSeconds(1));
        worker.stop();
        fleet.advance(Duration.ofSeconds(1));

        assertThat(deregistered)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("the consumer was closed");
    }

    @Test
    void aRegistrationIsEndedBeforeItIsKnown() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        register(fleet, "test");
        fleet.advance(Duration.ofSeconds(1));
        SimulatedWorker worker = worker(fleet, "w");
        worker.begin();
        fleet.until(() -> worker.consumer().state() == ConsumerState.RUNNING);
        assertThat(calls).doesNotContainKey("DescribeStreamSummary");

        fleet.get(worker.consumer().deregisterFanOut());
        fleet.advance(Duration.ofSeconds(20));

        assertThat(registered(fleet)).isEmpty();
        assertThat(worker.consumer().health().isReady()).isTrue();
    }

    @Test
    void aRegistrationIsEndedWhileItIsLookedForOrMade() {
        for (String slow : List.of("DescribeStreamSummary", "DescribeStreamConsumer", "RegisterStreamConsumer")) {
            SimulatedFleet fleet = new SimulatedFleet(1, 1);
            SimulatedWorker worker = worker(fleet, "w");
            met.put(slow, new Fault.Delay(Duration.ofSeconds(3)));
            worker.start();
            fleet.advance(Duration.ofSeconds(1));

            fleet.get(worker.consumer().deregisterFanOut());
            fleet.advance(Duration.ofSeconds(20));
            met.clear();

            assertThat(registered(fleet)).as(slow).isEmpty();
            assertThat(worker.consumer().health().problems()).isEmpty();
        }
    }

    @Test
    void aConsumerInCreationIsEndedAndWaitedForNoMore() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1, Duration.ofSeconds(40));
        SimulatedWorker worker = worker(fleet, "w").start();
        fleet.advance(Duration.ofSeconds(10));

        fleet.get(worker.consumer().deregisterFanOut());
        fleet.advance(Duration.ofMinutes(3));

        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.RUNNING);
        assertThat(worker.consumer().health().problems()).isEmpty();
        assertThat(worker.consumer().health().isReady()).isTrue();
        assertThat(registered(fleet)).isEmpty();
    }

    @Test
    void aStreamThatIsAddedIsReadAsItsRetrievalSays() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        fleet.kinesis().createStream("trains", 1);
        retrieval = Retrieval.polling();
        ShardlineConsumer consumer = worker(fleet, "w").streams(FLIGHTS).start().consumer();

        fleet.get(consumer.addStream(
                new StreamConfig("trains", StartingPosition.trimHorizon(), Retrieval.fanOut("by-name"))));
        fleet.advance(Duration.ofSeconds(10));
        assertThat(registered(fleet)).isEmpty();
        assertThat(registered(fleet, "trains")).containsExactly("by-name");
        assertThat(calls).containsEntry("SubscribeToShard", 1);

        Retrieval ofFlights = Retrieval.fanOutArn(streamArn(fleet) + "/consumer/analytics:1700000000");
        assertThatThrownBy(
                        () -> consumer.addStream(new StreamConfig("trains", StartingPosition.trimHorizon(), ofFlights)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the retrieval of stream 'trains' must be by a consumer of that stream");
    }

    @Test
    void twoApplicationsWithOneConsumerAreToldOfEachOther() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        SimulatedFleet tables = new SimulatedFleet(2, 1);
        retrieval = Retrieval.fanOutArn(register(fleet, "analytics"));
        fleet.advance(Duration.ofSeconds(1));
        SimulatedWorker one = worker(fleet, "a").start();
        SimulatedWorker two = worker(fleet, "b").table(tables.table()).start();
        fleet.advance(Duration.ofMinutes(2));
        for (int i = 0; i < 10; i++) {
            fleet.put("r" + i);
            fleet.advance(Duration.ofMillis(500));
        }
        fleet.advance(Duration.ofSeconds(5));

        assertThat(fleet.texts()).hasSize(20);
        List<ConsumerEvent.ReadFailed> failed = new ArrayList<>(one.events(ConsumerEvent.ReadFailed.class));
        failed.addAll(two.events(ConsumerEvent.ReadFailed.class));
        assertThat(failed).isNotEmpty();
        assertThat(failed.get(0).toString())
                .contains("another reader subscribes")
                .contains("consumer/analytics:");
        assertThat(calls.get("SubscribeToShard")).isLessThan(30);
    }

    @Test
    void longNamesAreShortenedTheSameWayAndStayApart() {
        String one = FanOutRegistration.nameOf("a".repeat(200) + "1");
        assertThat(one).hasSize(128).isEqualTo(FanOutRegistration.nameOf("a".repeat(200) + "1"));
        assertThat(FanOutRegistration.nameOf("a".repeat(200) + "2")).isNotEqualTo(one);
        assertThat(FanOutRegistration.nameOf("orders")).isEqualTo("orders");
    }

    @Test
    void badInputIsRefusedWithValueAndRule() {
        assertThatThrownBy(() -> Retrieval.fanOut("my consumer"))
                .hasMessageContaining("was 'my consumer'")
                .hasMessageContaining("1 to 128 letters");
        assertThatThrownBy(() -> Retrieval.fanOutArn("arn:aws:kinesis:eu-west-1:1:stream/x"))
                .hasMessageContaining("was 'arn:aws:kinesis:eu-west-1:1:stream/x'")
                .hasMessageContaining("must be the ARN of a registered consumer");
        Retrieval other =
                Retrieval.fanOutArn("arn:aws:kinesis:eu-west-1:123456789012:stream/other/consumer/analytics:1");
        StartingPosition start = StartingPosition.trimHorizon();
        assertThatThrownBy(() -> ConsumerConfig.builder("a", "orders", start)
                        .retrieval(other)
                        .build())
                .hasMessageContaining("the retrieval of stream 'orders' must be by a consumer of that stream")
                .hasMessageContaining("stream/other/consumer/analytics:1");
        assertThatThrownBy(() -> ConsumerConfig.builder("my app", "orders", start)
                        .retrieval(Retrieval.fanOut())
                        .build())
                .hasMessageContaining("applicationName must be letters")
                .hasMessageContaining("was 'my app'");
        assertThatThrownBy(() -> ConsumerConfig.builder("a", "orders", start)
                        .maxSubscriptions(0)
                        .build())
                .hasMessage("maxSubscriptions must be at least 1, was 0");
    }
}
