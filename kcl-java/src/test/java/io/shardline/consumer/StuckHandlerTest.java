package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.simulation.BlockingThreads;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A handler that does not come back does not keep its shard from going to another worker. */
class StuckHandlerTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);
    private final List<String> calls = new ArrayList<>();

    private SimulatedWorker stuckAt(String key, RecordHandler blocking) {
        return fleet.worker("w1").blocking().before((record, context) -> {
            calls.add(record.partitionKey());
            if (record.partitionKey().equals(key)) {
                blocking.handle(record, context);
            }
        });
    }

    private Duration now() {
        return Duration.ofNanos(fleet.time().nowNanos());
    }

    @Test
    void anInterruptFreesTheShardAtAHandOver() {
        fleet.putInto(shardId(1), "1");
        fleet.putInto(shardId(1), "2");
        SimulatedWorker worker = stuckAt("2", (record, context) -> BlockingThreads.block(LONG));
        worker.start();
        fleet.until(() -> calls.contains("2"));

        SimulatedWorker second = fleet.worker("w2").start();
        fleet.until(() -> fleet.texts().contains("2"));

        assertThat(fleet.texts()).containsExactly("1", "2");
        assertThat(fleet.handled().get(1).worker()).isEqualTo("w2");
        assertThat(worker.events(ConsumerEvent.HandlerCancelled.class))
                .singleElement()
                .satisfies(cancelled -> {
                    assertThat(cancelled.shardId()).isEqualTo(shardId(1));
                    assertThat(cancelled.after()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(45));
                });
        assertThat(now()).as("a heartbeat or two, and 30 s for the handler").isLessThan(Duration.ofSeconds(45));
        assertThat(second.events(ConsumerEvent.LeaseTaken.class)).hasSize(1);
        assertThat(worker.events(ConsumerEvent.LeaseLost.class)).isEmpty();
    }

    @Test
    void theLimitIsASetting() {
        fleet.putInto(shardId(1), "1");
        SimulatedWorker worker = stuckAt("1", (record, context) -> BlockingThreads.block(LONG))
                .with(config -> config.handOverTimeout(Duration.ofSeconds(2)));
        worker.start();
        fleet.until(() -> calls.contains("1"));

        fleet.worker("w2").start();
        fleet.until(() -> fleet.texts().contains("1"));

        assertThat(now()).isLessThan(Duration.ofSeconds(16));
    }

    @Test
    void aHandlerThatIgnoresTheInterruptKeepsOnlyItsOwnWorkerFromTheShard() {
        fleet.putInto(shardId(1), "1");
        List<Boolean> held = new ArrayList<>();
        SimulatedWorker worker = stuckAt("1", (record, context) -> {
            BlockingThreads.blockStubbornly(LONG);
            held.add(context.isLeaseHeld());
            throw new IllegalStateException("too late");
        });
        worker.start();
        fleet.until(() -> calls.contains("1"));
        SimulatedWorker second = fleet.worker("w2").start();
        fleet.until(() -> fleet.texts().contains("1"));

        second.stop();
        fleet.putInto(shardId(1), "2");
        fleet.advance(Duration.ofMinutes(1));

        assertThat(fleet.row(shardId(1)).owner()).as("it is taken back").startsWith("w1@");
        assertThat(fleet.texts()).as("two calls for one shard at a time").containsExactly("1");
        fleet.advance(LONG);
        assertThat(fleet.texts()).containsExactly("1", "2");
        assertThat(held).containsExactly(false);
    }

    @Test
    void aShardHandlerIsToldThatItsShardIsGone() {
        fleet.putInto(shardId(1), "1");
        SimulatedWorker worker = fleet.worker("w1").blocking().shardHandler(context -> new ShardHandler() {
            @Override
            public void records(RecordBatch batch, Checkpointer checkpointer) throws InterruptedException {
                calls.add("records");
                BlockingThreads.block(LONG);
            }

            @Override
            public void leaseLost() {
                calls.add("leaseLost " + context.shardId());
            }

            @Override
            public void shutdownRequested(Checkpointer checkpointer) {
                calls.add("shutdownRequested");
            }
        });
        worker.start();
        fleet.until(() -> calls.contains("records"));

        fleet.worker("w2").start();
        fleet.until(() -> fleet.texts().contains("1"));

        assertThat(calls).containsExactly("records", "leaseLost " + shardId(1));
    }

    @Test
    void aCloseInterruptsInTimeToLetTheShardGo() {
        fleet.putInto(shardId(1), "1");
        fleet.putInto(shardId(1), "2");
        SimulatedWorker worker = stuckAt("2", (record, context) -> BlockingThreads.block(LONG));
        worker.start();
        fleet.until(() -> calls.contains("2"));

        CompletableFuture<CloseReport> closed = worker.consumer().closeAsync();
        fleet.advance(Duration.ofSeconds(28)); // the limit is 30 s

        assertThat(closed).isCompletedWithValueMatching(CloseReport::isOrderly);
        assertThat(worker.events(ConsumerEvent.HandlerCancelled.class)).hasSize(1);
        assertThat(fleet.row(shardId(1)).owner()).isNull();
        assertThat(fleet.row(shardId(1)).checkpoint())
                .matches(new Checkpoint.At(fleet.handled().get(0).record().position())::isSamePlaceAs);
    }
}
