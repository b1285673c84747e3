package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import io.shardline.testkit.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    @Test
    void workersThatRunAskForAStreamOnceAnInterval() {
        begin(5, 4);
        fleet.advance(Duration.ofMinutes(1));
        calls.clear();

        fleet.advance(Duration.ofHours(1));

        assertThat(calls.get("DescribeStreamSummary")).isBetween(4 * 10, 4 * 30);
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
}
