package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.BlockingThreads;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log says of a handler that throws, without a listener's help. */
class FailureLogTest {

    private final PrintStream usual = System.err;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final SimulatedFleet fleet = new SimulatedFleet(1, 1);
    private final List<String> calls = new ArrayList<>();

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(log, true, UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setErr(usual);
    }

    private List<String> lines(String part) {
        return log.toString(UTF_8).lines().filter(line -> line.contains(part)).toList();
    }

    private String firstPosition() {
        return fleet.kinesis().records(SimulatedFleet.STREAM).get(0).sequenceNumber() + "/0";
    }

    @Test
    void theFirstFailureComesWithItsStackThenOneEachTimeTheirNumberHasDoubled() {
        fleet.put("1");
        SimulatedWorker worker = fleet.worker("w").before((record, context) -> {
            throw new IllegalStateException("in a bad mood");
        });
        worker.start();

        fleet.until(() -> worker.events(ConsumerEvent.HandlerFailed.class).size() == 9);

        String who = "the handler of shard=" + shardId(0) + " in call=records position=" + firstPosition();
        assertThat(lines(who)).hasSize(4);
        assertThat(lines(who).get(0)).contains("attempt=1 failed; more such failures are counted");
        assertThat(lines(who).get(3)).contains("attempt=8 failed, failures so far: 8, this one: ", "in a bad mood");
        assertThat(lines("at " + FailureLogTest.class.getName()).stream()
                        .filter(line -> line.contains("lambda"))
                        .toList())
                .as("one stack")
                .hasSize(1);
    }

    @Test
    void aFailureDuringADrainIsToldToo() {
        fleet.put("1");
        SimulatedWorker worker = fleet.worker("w").blocking().before((record, context) -> {
            calls.add(record.partitionKey());
            BlockingThreads.block(Duration.ofSeconds(5));
            throw new IllegalStateException("too bad");
        });
        worker.start();
        fleet.until(() -> !calls.isEmpty());

        worker.stop();

        assertThat(lines("call=records position=" + firstPosition())).hasSize(1);
        assertThat(worker.events(ConsumerEvent.HandlerFailed.class))
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure()).hasMessage("too bad"));
    }

    @Test
    void everyCallOfAShardHandlerHasItsName() {
        List<String> failing = new ArrayList<>(List.of("started", "shutdownRequested"));
        SimulatedWorker worker = fleet.worker("w").shardHandler(context -> new ShardHandler() {
            @Override
            public void started(ShardContext started) {
                fail("started");
            }

            @Override
            public void records(RecordBatch batch, Checkpointer checkpointer) {
                calls.add("records");
            }

            @Override
            public void shutdownRequested(Checkpointer checkpointer) {
                fail("shutdownRequested");
            }

            private void fail(String call) {
                if (failing.remove(call)) {
                    throw new IllegalStateException(call + " fails");
                }
            }
        });
        worker.start();
        fleet.put("1");
        fleet.until(() -> !calls.isEmpty());

        worker.stop();

        assertThat(lines("call=started position=start attempt=1 failed")).hasSize(1);
        assertThat(lines("call=shutdownRequested position=" + firstPosition() + " attempt=1 failed"))
                .hasSize(1);
    }
}
