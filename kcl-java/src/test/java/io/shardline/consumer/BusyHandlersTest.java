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

/** While handlers keep every thread busy, nothing but their records waits for them. */
class BusyHandlersTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    /** A heartbeat or two, some calls to the table, and no handler. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);
    private final List<String> calls = new ArrayList<>();

    /** The one thread is with a record of the first shard, and one of the second waits for it. */
    private SimulatedWorker busy(SimulatedWorker worker) {
        fleet.putInto(shardId(0), "blocks");
        worker.blocking(1).start();
        fleet.until(() -> calls.contains("blocks"));
        fleet.putInto(shardId(1), "waits");
        fleet.advance(Duration.ofSeconds(2));
        return worker;
    }

    private SimulatedWorker recordHandler() {
        return fleet.worker("w1").before((record, context) -> handle(record.partitionKey()));
    }

    private SimulatedWorker shardHandler() {
        return fleet.worker("w1").shardHandler(context -> new ShardHandler() {
            @Override
            public void records(RecordBatch batch, Checkpointer checkpointer) throws Exception {
                handle(batch.records().get(0).partitionKey());
            }

            @Override
            public void shutdownRequested(Checkpointer checkpointer) {
                calls.add("shutdownRequested " + context.shardId());
            }

            @Override
            public void shardEnded(Checkpointer checkpointer) {
                calls.add("shardEnded " + context.shardId());
            }
        });
    }

    private void handle(String key) throws InterruptedException {
        calls.add(key);
        if (key.equals("blocks")) {
            BlockingThreads.block(LONG);
        }
    }

    private Duration now() {
        return Duration.ofNanos(fleet.time().nowNanos());
    }

    @Test
    void aHandOverDoesNotWaitForThem() {
        SimulatedWorker worker = busy(recordHandler());
        Duration before = now();

        fleet.worker("w2").start();
        fleet.until(() -> fleet.texts().contains("waits"));

        assertThat(now().minus(before)).isLessThan(SOON);
        assertThat(worker.events(ConsumerEvent.HandlerCancelled.class)).isEmpty();
    }

    @Test
    void norDoesTheLastCallOfAShardHandler() {
        SimulatedWorker worker = busy(shardHandler());
        Duration before = now();

        fleet.worker("w2").start();
        fleet.until(() -> fleet.texts().contains("waits"));

        assertThat(now().minus(before)).isLessThan(SOON);
        assertThat(calls).containsExactly("blocks", "shutdownRequested " + shardId(1));
        assertThat(worker.events(ConsumerEvent.HandlerCancelled.class)).isEmpty();
    }

    @Test
    void norDoesTheListener() {
        SimulatedWorker worker = busy(recordHandler());
        fleet.worker("w2").start();

        fleet.until(() -> !worker.events(ConsumerEvent.LeaseGiven.class).isEmpty());

        assertThat(worker.events(ConsumerEvent.LeaseGiven.class))
                .extracting(ConsumerEvent.LeaseGiven::shardId)
                .containsExactly(shardId(1));
        assertThat(calls).containsExactly("blocks");
    }

    @Test
    void norDoesAPause() {
        SimulatedWorker worker = busy(recordHandler());

        CompletableFuture<Void> paused = worker.consumer().pause(shardId(1));
        fleet.advance(Duration.ofSeconds(1));

        assertThat(paused).isCompleted();
        fleet.get(worker.consumer().resume(shardId(1)));
        fleet.advance(LONG);
        assertThat(calls).as("what was withdrawn comes again").containsExactly("blocks", "waits");
    }

    /** More of them than there are threads for last calls. */
    @Test
    void lastCallsMayWaitForTheirCheckpoints() {
        SimulatedFleet many = new SimulatedFleet(1, 8);
        for (int shard = 0; shard < 8; shard++) {
            many.putInto(shardId(shard), "record");
        }
        SimulatedWorker worker = many.worker("w1")
                .blocking(2)
                .blockingLastCalls(4)
                .shardHandler(context -> new ShardHandler() {
                    @Override
                    public void records(RecordBatch batch, Checkpointer checkpointer) {
                        calls.add(context.shardId());
                    }

                    @Override
                    public void shutdownRequested(Checkpointer checkpointer) throws Exception {
                        BlockingThreads.await(checkpointer.checkpointAsync());
                    }
                })
                .start();
        many.until(() -> calls.size() == 8);
        Duration before = Duration.ofNanos(many.time().nowNanos());

        worker.stop();

        assertThat(Duration.ofNanos(many.time().nowNanos()).minus(before)).isLessThan(SOON);
        assertThat(worker.events(ConsumerEvent.HandlerCancelled.class)).isEmpty();
        for (int shard = 0; shard < 8; shard++) {
            assertThat(many.row(shardId(shard)).checkpoint()).isInstanceOf(Checkpoint.At.class);
        }
    }

    @Test
    void aShardWhoseEndWaitsGoesWithoutItAndIsEndedByTheNextOwner() {
        fleet.putInto(shardId(0), "blocks");
        fleet.split(shardId(1));
        SimulatedWorker worker = shardHandler().blocking(1).start();
        fleet.until(() -> calls.contains("blocks"));
        fleet.advance(Duration.ofSeconds(2));
        fleet.worker("w2").start();
        Duration before = now();

        worker.consumer().closeAsync();
        fleet.until(() -> fleet.row(shardId(1)).isEnded());

        assertThat(now().minus(before)).isLessThan(SOON);
        assertThat(calls).doesNotContain("shardEnded " + shardId(1));
        assertThat(worker.events(ConsumerEvent.HandlerCancelled.class)).isEmpty();
    }
}
