package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import io.shardline.consumer.ConsumerEvent.RetrievalSwitched;
import io.shardline.consumer.internal.ConsumerLoop;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.ReadPressure;
import io.shardline.consumer.internal.lease.RetrievalChoice;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.simulation.PlannerLimits;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.Consumer;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.StreamMode;

/** Streams that are read by polling until dedicated throughput is worth its price, and how they go back. In simulated time. */
class AutomaticRetrievalTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Retrieval AUTOMATIC = Retrieval.automatic(4);

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);
    private final Map<String, Integer> calls = new TreeMap<>();
    private Set<String> denied = Set.of();
    private boolean throttles;
    private int reads;
    private int puts;

    private SimulatedWorker worker(String name) {
        return worker(name, AUTOMATIC);
    }

    private SimulatedWorker worker(String name, Retrieval retrieval) {
        return fleet.worker(name).with(config -> config.retrieval(retrieval)).faults(this::fault);
    }

    private Fault fault(String operation, KinesisRequest request) {
        calls.merge(operation, 1, Integer::sum);
        if (denied.contains(operation)) {
            return new Fault.ServiceFailure("AccessDeniedException", 400);
        }
        return operation.equals("GetRecords") && throttles && reads++ % 2 == 0
                ? new Fault.Throttle()
                : new Fault.None();
    }

    private String streamArn() {
        return fleet.get(fleet.kinesis().client().describeStreamSummary(r -> r.streamName(SimulatedFleet.STREAM)))
                .streamDescriptionSummary()
                .streamARN();
    }

    private void onDemand() {
        String arn = streamArn();
        fleet.get(fleet.kinesis()
                .client()
                .updateStreamMode(
                        r -> r.streamARN(arn).streamModeDetails(mode -> mode.streamMode(StreamMode.ON_DEMAND))));
        fleet.advance(Duration.ofSeconds(5));
    }

    private List<String> registered() {
        String arn = streamArn();
        return fleet.get(fleet.kinesis().client().listStreamConsumers(r -> r.streamARN(arn))).consumers().stream()
                .map(Consumer::consumerName)
                .toList();
    }

    private void register() {
        String arn = streamArn();
        fleet.get(fleet.kinesis()
                .client()
                .registerStreamConsumer(r -> r.streamARN(arn).consumerName("test")));
        fleet.advance(Duration.ofSeconds(1));
    }

    private RetrievalChoice row() {
        return fleet.table()
                .readStreams(List.of(SimulatedFleet.STREAM))
                .join()
                .get(0)
                .retrieval();
    }

    private void write(RetrievalChoice next) {
        fleet.table().setRetrieval(SimulatedFleet.STREAM, next).join();
    }

    /** Time passes, with a record every ten seconds. */
    private void run(Duration duration) {
        for (long seconds = 0; seconds < duration.toSeconds(); seconds += 10) {
            fleet.put("r" + puts++);
            fleet.advance(Duration.ofSeconds(10));
        }
    }

    private void assertAllHandledOnce() {
        fleet.advance(Duration.ofSeconds(10));
        assertThat(fleet.texts()).hasSize(puts).doesNotHaveDuplicates();
        Map<String, Integer> last = new TreeMap<>();
        fleet.handled().forEach(handled -> {
            int number = Integer.parseInt(handled.text().substring(1));
            Integer before = last.put(handled.record().shardId(), number);
            assertThat(before == null || before < number).isTrue();
        });
    }

    private static List<RetrievalSwitched> switches(SimulatedWorker worker) {
        return worker.events(RetrievalSwitched.class);
    }

    private static RetrievalSwitched switched(boolean isFanOut, String why) {
        return new RetrievalSwitched(SimulatedFleet.STREAM, isFanOut, why);
    }

    // ------------------------------------------------------------------------------------------------- there, back

    @Test
    void refusedReadsOnDemandAreAReasonForAnHourAndThenItGoesBack() {
        onDemand();
        SimulatedWorker first = worker("w1").start();
        SimulatedWorker second = worker("w2").start();
        run(MINUTE.multipliedBy(5));
        assertThat(calls).doesNotContainKeys("SubscribeToShard", "RegisterStreamConsumer");

        throttles = true;
        run(MINUTE.multipliedBy(15));
        assertThat(registered()).containsExactly("test");
        assertThat(switches(first)).containsExactly(switched(true, "throttles"));
        assertThat(switches(second)).containsExactly(switched(true, "throttles"));
        assertThat(row().isOurs()).isTrue();
        throttles = false;
        calls.clear();
        run(MINUTE.multipliedBy(6));
        assertThat(calls.get("GetRecords")).isLessThanOrEqualTo(2 * 2); // one when a subscription is over

        run(MINUTE.multipliedBy(55));
        assertThat(switches(first)).containsExactly(switched(true, "throttles"), switched(false, "calm"));
        assertThat(switches(second)).isEqualTo(switches(first));
        run(MINUTE.multipliedBy(25));
        assertThat(registered()).isEmpty();
        assertThat(row().isFanOut()).isFalse();
        assertThat(row().isOurs()).isFalse();
        calls.clear();
        run(MINUTE);
        assertThat(calls).containsKey("GetRecords").doesNotContainKey("SubscribeToShard");
        assertAllHandledOnce();
    }

    @Test
    void refusedReadsOfProvisionedShardsThatKeepUpAreNoReason() {
        SimulatedWorker worker = worker("w").start();
        throttles = true;
        run(MINUTE.multipliedBy(30));

        assertThat(switches(worker)).isEmpty();
        assertThat(registered()).isEmpty();
        assertAllHandledOnce();
    }

    @Test
    void latencyThatPollingCannotHaveIsHadByFanOutThroughout() {
        SimulatedWorker worker =
                worker("w", Retrieval.automatic(2, Duration.ofMillis(300))).start();
        run(MINUTE.multipliedBy(120));

        assertThat(switches(worker)).containsExactly(switched(true, "latency"));
        assertThat(registered()).containsExactly("test");
        assertAllHandledOnce();
    }

    @Test
    void anotherWorkerReadsAsTheRowSaysFromTheStart() {
        worker("w1", Retrieval.automatic(2, Duration.ofMillis(300))).start();
        run(MINUTE.multipliedBy(10));
        calls.clear();

        SimulatedWorker late = worker("w2").start();
        run(MINUTE);
        assertThat(calls.get("SubscribeToShard")).isPositive();
        assertThat(switches(late)).isEmpty();
        assertAllHandledOnce();
    }

    @Test
    void whoeverDoesNotPlanFollowsToo() {
        onDemand();
        List<SimulatedWorker> workers = new ArrayList<>();
        for (String name : List.of("w1", "w2", "w3")) {
            SimulatedWorker worker = worker(name);
            ConsumerLoop loop = worker.loop(new PlannerLimits(2, 2));
            fleet.get(loop.start());
            workers.add(worker);
        }
        throttles = true;
        run(MINUTE.multipliedBy(20));
        assertThat(fleet.table().watch(Set.of()).join().fleet().planned()).isTrue();
        assertThat(fleet.row(Lease.PLANNER).owner()).isNotNull();
        assertThat(workers)
                .allSatisfy(worker -> assertThat(switches(worker)).containsExactly(switched(true, "throttles")));
        assertAllHandledOnce();
    }

    // -------------------------------------------------------------------------------------------------- hindrances

    @Test
    void aStreamWithTooManyShardsIsPolledAndHealthSaysWhy() {
        onDemand();
        SimulatedWorker worker = worker("w", Retrieval.automatic(1)).start();
        throttles = true;
        run(MINUTE.multipliedBy(15));

        assertThat(registered()).isEmpty();
        assertThat(worker.consumer().health().problems())
                .containsExactly(
                        "stream 'flights' is short of throughput and is polled, as its 2 open shards are more than"
                                + " maxFanOutShards, 1");
        throttles = false;
        run(MINUTE.multipliedBy(20));
        assertThat(worker.consumer().health().problems()).isEmpty();
    }

    @Test
    void aStreamThatIsSplitBeyondTheLimitGoesBack() {
        SimulatedWorker worker =
                worker("w", Retrieval.automatic(2, Duration.ofMillis(300))).start();
        run(MINUTE.multipliedBy(10));
        fleet.split(SimulatedFleet.shardId(0));
        run(MINUTE.multipliedBy(30));

        assertThat(switches(worker)).containsExactly(switched(true, "latency"), switched(false, "limit"));
        assertThat(registered()).isEmpty();
        fleet.advance(Duration.ofSeconds(10));
        assertThat(fleet.texts()).hasSize(puts).doesNotHaveDuplicates();
    }

    @Test
    void aConsumerThatMayNotBeRegisteredLeavesTheStreamPolled() {
        onDemand();
        denied = Set.of("RegisterStreamConsumer");
        SimulatedWorker worker = worker("w").start();
        throttles = true;
        run(MINUTE.multipliedBy(30));

        assertThat(switches(worker)).isEmpty();
        assertThat(worker.consumer().health().isReady()).isTrue();
        assertThat(calls.get("RegisterStreamConsumer")).isBetween(2, 40);
        assertAllHandledOnce();
    }

    // ------------------------------------------------------------------------------------------------ registrations

    @Test
    void aConsumerThatSomebodyElseRegisteredStays() {
        onDemand();
        register();
        SimulatedWorker worker = worker("w").start();
        throttles = true;
        run(MINUTE.multipliedBy(15));
        throttles = false;
        run(MINUTE.multipliedBy(120));

        assertThat(switches(worker)).containsExactly(switched(true, "throttles"), switched(false, "calm"));
        assertThat(registered()).containsExactly("test");
        assertThat(calls).doesNotContainKey("DeregisterStreamConsumer");
    }

    @Test
    void whatWasRegisteredWithoutADecisionIsDeregistered() {
        worker("w").start();
        register();
        write(RetrievalChoice.FIRST.owned(true).at(fleet.time().instant()));
        run(MINUTE.multipliedBy(12));
        assertThat(registered()).containsExactly("test");
        run(MINUTE.multipliedBy(15));
        assertThat(registered()).isEmpty();
    }

    @Test
    void aConsumerThatIsDeregisteredUnderfootIsRegisteredAgainAsOurs() {
        onDemand();
        register();
        SimulatedWorker worker = worker("w").start();
        throttles = true;
        run(MINUTE.multipliedBy(15));
        assertThat(row().isOurs()).isFalse();
        String arn = streamArn();
        fleet.get(fleet.kinesis()
                .client()
                .deregisterStreamConsumer(r -> r.streamARN(arn).consumerName("test")));
        run(MINUTE.multipliedBy(2));

        assertThat(registered()).containsExactly("test");
        assertThat(row().isOurs()).isTrue();
        assertThat(worker.events(ConsumerEvent.ShardEnded.class)).isEmpty();
        assertAllHandledOnce();
    }

    @Test
    void aUserWhoDeregistersMakesAllWorkersPoll() {
        onDemand();
        SimulatedWorker first = worker("w1").start();
        SimulatedWorker second = worker("w2").start();
        throttles = true;
        run(MINUTE.multipliedBy(15));
        throttles = false;

        fleet.get(second.consumer().deregisterFanOut());
        fleet.advance(Duration.ofSeconds(10));
        assertThat(registered()).isEmpty();
        run(MINUTE.multipliedBy(10));
        assertThat(registered()).isEmpty();
        assertThat(switches(first)).containsExactly(switched(true, "throttles"), switched(false, "deregistered"));
        assertThat(switches(second)).isEqualTo(switches(first));
        assertAllHandledOnce();
    }

    @Test
    void aStreamThatIsRemovedLeavesNoConsumerBehind() {
        StreamConfig flights = new StreamConfig(SimulatedFleet.STREAM, StartingPosition.trimHorizon());
        SimulatedWorker worker = worker("w", Retrieval.automatic(2, Duration.ofMillis(300)))
                .streams(flights)
                .start();
        run(MINUTE.multipliedBy(10));
        assertThat(registered()).containsExactly("test");

        fleet.get(worker.consumer().removeStream(SimulatedFleet.STREAM));
        fleet.advance(MINUTE.multipliedBy(40));
        assertThat(registered()).isEmpty();
    }

    // --------------------------------------------------------------------------------------------------- the rest

    @Test
    void sessionsTellOfStreamsThatAreReadAutomatically() {
        onDemand();
        worker("w1").start();
        worker("w2", Retrieval.polling()).start();
        run(MINUTE.multipliedBy(2));
        Map<String, ImmutableMap<String, ?>> told = new TreeMap<>();
        for (SessionRow session : fleet.table().scan().join().sessions()) {
            ImmutableMap<String, ?> pressure = session.pressure();
            if (pressure != null) {
                told.put(session.worker().id(), pressure);
            }
        }
        assertThat(told)
                .containsOnlyKeys("w1")
                .containsEntry("w1", ImmutableMap.of(ReadPressure.keyOf(SimulatedFleet.STREAM), ReadPressure.NONE));
    }

    @Test
    void badValuesAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retrieval.automatic(0))
                .withMessageContaining("maxFanOutShards must be at least 1, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retrieval.automatic(1, Duration.ZERO))
                .withMessageContaining("latency must be positive, was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConsumerConfig.builder("my app", "flights", StartingPosition.trimHorizon())
                        .retrieval(AUTOMATIC)
                        .build())
                .withMessageContaining("'my app'");
    }
}
