package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** One read may bring more records than a shard handler is given in one call. */
class MaxBatchRecordsTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 1);
    private final List<List<String>> calls = new ArrayList<>();
    private final List<ConsumerRecord> given = new ArrayList<>();
    private int failures;

    /** A worker with batches of two, whose handler throws while {@link #failures} are left and {@code bad} is in the batch. */
    private SimulatedWorker worker(Consumer<ConsumerConfig.Builder> settings) {
        fleet.putAggregate("1", "2", "3", "4", "5");
        return fleet.worker("w")
                .with(config -> settings.accept(config.maxBatchRecords(2)))
                .shardHandler(context -> new ShardHandler() {
                    @Override
                    public void records(RecordBatch batch, Checkpointer checkpointer) {
                        List<String> keys = batch.records().stream()
                                .map(ConsumerRecord::partitionKey)
                                .toList();
                        calls.add(keys);
                        given.addAll(batch.records());
                        if (keys.contains("3") && failures-- > 0) {
                            throw new IllegalStateException("in a bad mood");
                        }
                    }

                    @Override
                    public void shutdownRequested(Checkpointer checkpointer) {
                        checkpointer.checkpointAsync();
                    }
                })
                .start();
    }

    @Test
    void theEntriesOfAnAggregateCountOneByOne() {
        SimulatedWorker worker = worker(config -> {});

        fleet.until(() -> given.size() == 5);
        worker.stop();

        assertThat(calls).containsExactly(List.of("1", "2"), List.of("3", "4"), List.of("5"));
        assertThat(fleet.row(shardId(0)).checkpoint())
                .matches(new Checkpoint.At(given.get(4).position())::isSamePlaceAs);
    }

    @Test
    void aFailureIsThatOfOneBatch() {
        failures = 2;
        worker(config -> {});

        fleet.until(() -> calls.contains(List.of("5")));

        assertThat(calls)
                .containsExactly(
                        List.of("1", "2"), List.of("3", "4"), List.of("3", "4"), List.of("3", "4"), List.of("5"));
    }

    @Test
    void aBatchThatIsPassedOverTakesNoOtherAlong() {
        failures = 100;
        SimulatedWorker worker = worker(config -> config.giveUp(GiveUpPolicy.skipAfter(2)));

        fleet.until(() -> calls.contains(List.of("5"))
                && !worker.events(ConsumerEvent.RecordsSkipped.class).isEmpty());

        assertThat(calls).containsExactly(List.of("1", "2"), List.of("3", "4"), List.of("3", "4"), List.of("5"));
        assertThat(worker.events(ConsumerEvent.RecordsSkipped.class))
                .singleElement()
                .satisfies(skipped -> {
                    assertThat(skipped.count()).isEqualTo(2);
                    assertThat(skipped.first()).isEqualTo(given.get(2).position());
                    assertThat(skipped.last()).isEqualTo(given.get(3).position());
                });
    }

    @Test
    void aStopInBetweenCoversTheBatchesThatWereHandled() {
        failures = 100;
        SimulatedWorker worker = worker(config -> {});
        fleet.until(() -> calls.contains(List.of("3", "4")));

        worker.stop();

        assertThat(calls).doesNotContain(List.of("5"));
        assertThat(fleet.row(shardId(0)).checkpoint())
                .matches(new Checkpoint.At(given.get(1).position())::isSamePlaceAs);
    }
}
