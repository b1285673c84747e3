package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import io.shardline.testkit.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A fleet that reads more streams than an account may describe at once: 20 a second. */
class ManyStreamsTest {

    private static final int STREAMS = 200;
    private static final int WORKERS = 10;

    private final SimulatedFleet fleet = new SimulatedFleet(1, 1);
    private final Map<String, Integer> calls = new TreeMap<>();
    private final List<SimulatedWorker> workers = new ArrayList<>();

    ManyStreamsTest() {
        IntStream.range(0, STREAMS)
                .mapToObj(ManyStreamsTest::name)
                .forEach(name -> fleet.kinesis().createStream(name, 1));
    }

    private static String name(int number) {
        return "stream-%03d".formatted(number);
    }

    private static StreamConfig[] streams(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> new StreamConfig(name(number), StartingPosition.trimHorizon()))
                .toArray(StreamConfig[]::new);
    }

    private SimulatedWorker worker(String name, int streams) {
        Faults counted = (operation, request) -> {
            calls.merge(operation, 1, Integer::sum);
            return new Fault.None();
        };
        SimulatedWorker worker = fleet.worker(name)
                .streams(streams(streams))
                .faults(counted)
                .with(config -> config.shardSyncInterval(Duration.ofMinutes(5)));
        workers.add(worker);
        return worker;
    }

    private List<CompletableFuture<Void>> begin(int count, int streams) {
        return IntStream.range(0, count)
                .mapToObj(number -> worker("w" + number, streams).begin())
                .toList();
    }

    @Test
    void allWorkersStartWithinTheirLimitWithFewDescriptions() {
        List<CompletableFuture<Void>> starts = begin(WORKERS, STREAMS);

        fleet.advance(Duration.ofMinutes(1));

        assertThat(starts).allSatisfy(start -> assertThat(start).isCompleted());
        assertThat(calls.get("DescribeStreamSummary")).isLessThan(WORKERS * STREAMS / 2);
        assertThat(answered()).isLessThan(2 * STREAMS);
        for (int i = 0; i < STREAMS; i++) {
            fleet.putTo(name(i), "to " + i);
        }
        fleet.advance(Duration.ofSeconds(30));
        assertThat(fleet.texts()).hasSize(STREAMS).doesNotHaveDuplicates();

        CompletableFuture<Void> late = worker("late", STREAMS).begin();
        fleet.advance(Duration.ofMinutes(1));

        assertThat(late).isCompleted();
        assertThat(workers)
                .allSatisfy(worker -> assertThat(worker.consumer().state()).isEqualTo(ConsumerState.RUNNING));
    }

    /** Calls that were not throttled. */
    private long answered() {
        return fleet.table().scan().join().streams().stream()
                .mapToLong(row -> Objects.requireNonNull(row.check()).number())
                .sum();
    }

    @Test
    void workersThatRunAskForAStreamOnceAnIntervalAtMost() {
        begin(5, 4);
        fleet.advance(Duration.ofMinutes(1));
        calls.clear();

        fleet.advance(Duration.ofHours(1));

        assertThat(calls.get("DescribeStreamSummary"))
                .as("five workers, four streams, and an interval of at least four minutes")
                .isBetween(4 * 10, 5 * 4 * 15);
    }

    @Test
    void aStreamThatWasMadeAnewIsFoundByEveryWorker() {
        begin(2, 4);
        fleet.advance(Duration.ofMinutes(1));
        workers.forEach(SimulatedWorker::stop);
        fleet.get(fleet.kinesis().client().deleteStream(r -> r.streamName(name(1))));
        fleet.advance(Duration.ofMinutes(1));
        fleet.kinesis().createStream(name(1), 1);

        List<CompletableFuture<Void>> starts = List.of(
                worker("x1", 4).begin(),
                worker("x2", 4).begin(),
                worker("x3", 4).begin());
        fleet.advance(Duration.ofMinutes(1));

        assertThat(starts)
                .allSatisfy(start -> assertThat(start)
                        .failsWithin(Duration.ZERO)
                        .withThrowableThat()
                        .withMessageContaining("stream 'stream-001' was created at"));
    }

    /** It says nothing of the stream that is there when the worker goes on. */
    @Test
    void aCheckThatAnotherMadeDuringAPauseDoesNotCount() {
        begin(2, 2);
        fleet.advance(Duration.ofMinutes(1));
        SimulatedWorker pauses = workers.get(0);
        pauses.process().pause(Duration.ofMinutes(14));
        fleet.advance(Duration.ofMinutes(7)); // in which the other checks
        workers.get(1).process().kill();
        fleet.get(fleet.kinesis().client().deleteStream(r -> r.streamName(name(1))));
        fleet.advance(Duration.ofMinutes(1));
        fleet.kinesis().createStream(name(1), 3);
        for (int i = 0; i < 12; i++) {
            fleet.putTo(name(1), "of another stream " + i);
        }

        fleet.advance(Duration.ofMinutes(7));

        assertThat(pauses.events(ConsumerEvent.StreamFailed.class)).hasSize(1);
        assertThat(fleet.table().scan().join().leases())
                .as("leases of shards of the earlier stream")
                .filteredOn(lease -> name(1).equals(LeaseKey.parse(lease.key()).streamName()))
                .hasSize(1);
    }
}
