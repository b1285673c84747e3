package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.simulation.BlockingThreads;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.StoredRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a checkpoint without a record covers: what calls have returned from, and the batch of the call that makes it. */
class CheckpointerTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);
    private final List<String> handled = new ArrayList<>();
    private final List<Checkpointer> checkpointers = new ArrayList<>();

    /** A handler that checkpoints when it is shut down, and notes what calls have returned from. */
    private abstract class AtShutdown implements ShardHandler {

        @Override
        public void records(RecordBatch batch, Checkpointer checkpointer) throws Exception {
            checkpointers.add(checkpointer);
            handle(batch, checkpointer);
            batch.records().forEach(record -> handled.add(record.partitionKey()));
        }

        abstract void handle(RecordBatch batch, Checkpointer checkpointer) throws Exception;

        @Override
        public void shutdownRequested(Checkpointer checkpointer) {
            checkpointer.checkpointAsync();
        }
    }

    @Test
    void aBatchThatAStopDroppedBeforeItsCallIsNotCovered() {
        fleet.putInto(shardId(0), "blocks");
        SimulatedWorker worker = fleet.worker("w1").blocking(1).shardHandler(context -> new AtShutdown() {
            @Override
            void handle(RecordBatch batch, Checkpointer checkpointer) throws Exception {
                if (context.shardId().equals(shardId(0))) {
                    BlockingThreads.block(Duration.ofSeconds(20));
                }
            }
        });
        worker.start();
        fleet.advance(Duration.ofSeconds(2));
        fleet.putInto(shardId(1), "waits");
        fleet.advance(Duration.ofSeconds(3));

        worker.stop();

        assertThat(handled).containsExactly("blocks");
        assertThat(fleet.row(shardId(0)).checkpoint()).matches(at(0)::isSamePlaceAs);
        assertThat(fleet.row(shardId(1)).checkpoint()).isEqualTo(Checkpoint.trimHorizon());
    }

    @Test
    void aBatchThatThrewIsNotCovered() {
        fleet.putInto(shardId(0), "fine");
        SimulatedWorker worker = fleet.worker("w1").shardHandler(context -> new AtShutdown() {
            @Override
            void handle(RecordBatch batch, Checkpointer checkpointer) {
                if (batch.records().get(0).partitionKey().equals("bad")) {
                    throw new IllegalStateException("in a bad mood");
                }
            }
        });
        worker.start();
        fleet.until(() -> handled.contains("fine"));
        fleet.putInto(shardId(0), "bad");
        fleet.until(() -> !worker.events(ConsumerEvent.HandlerFailed.class).isEmpty());

        worker.stop();

        assertThat(fleet.row(shardId(0)).checkpoint()).matches(at(0)::isSamePlaceAs);
    }

    @Test
    void aBatchThatWasPassedOverIsCovered() {
        fleet.putInto(shardId(0), "bad");
        SimulatedWorker worker = fleet.worker("w1")
                .with(config -> config.giveUp(GiveUpPolicy.skipAfter(2)))
                .shardHandler(context -> new AtShutdown() {
                    @Override
                    void handle(RecordBatch batch, Checkpointer checkpointer) {
                        throw new IllegalStateException("in a bad mood");
                    }
                });
        worker.start();
        fleet.until(() -> !worker.events(ConsumerEvent.RecordsSkipped.class).isEmpty());

        worker.stop();

        assertThat(fleet.row(shardId(0)).checkpoint()).matches(at(0)::isSamePlaceAs);
    }

    @Test
    void onTheThreadOfACallItCoversTheBatchOfThatCall() {
        fleet.putInto(shardId(0), "1");
        fleet.putInto(shardId(0), "2");
        fleet.worker("w1")
                .shardHandler(context -> (batch, checkpointer) -> {
                    checkpointer.checkpointAsync();
                    handled.add(context.shardId());
                })
                .start();

        fleet.until(() -> !handled.isEmpty());
        fleet.advance(Duration.ofSeconds(1));

        assertThat(fleet.row(shardId(0)).checkpoint()).matches(at(1)::isSamePlaceAs);
    }

    @Test
    void onAnotherThreadDuringACallItCoversTheCallsBeforeThatOne() {
        fleet.putInto(shardId(0), "1");
        fleet.worker("w1")
                .shardHandler(context -> new AtShutdown() {
                    @Override
                    void handle(RecordBatch batch, Checkpointer checkpointer) throws Exception {
                        Thread other = new Thread(checkpointer::checkpointAsync);
                        other.start();
                        other.join();
                    }
                })
                .start();
        fleet.until(() -> handled.contains("1"));
        fleet.advance(Duration.ofSeconds(1));
        assertThat(fleet.row(shardId(0)).checkpoint()).isEqualTo(Checkpoint.trimHorizon());

        fleet.putInto(shardId(0), "2");
        fleet.until(() -> handled.contains("2"));
        fleet.advance(Duration.ofSeconds(1));
        assertThat(fleet.row(shardId(0)).checkpoint()).matches(at(0)::isSamePlaceAs);

        fleet.get(checkpointers.get(0).checkpointAsync());
        assertThat(fleet.row(shardId(0)).checkpoint()).as("after the call").matches(at(1)::isSamePlaceAs);
    }

    @Test
    void aRecordOfABatchThatWasNeverGivenIsRefused() {
        fleet.putInto(shardId(0), "1");
        SimulatedWorker worker = fleet.worker("w1").blocking(1).shardHandler(context -> new AtShutdown() {
            @Override
            void handle(RecordBatch batch, Checkpointer checkpointer) throws Exception {
                if (batch.records().get(0).partitionKey().equals("blocks")) {
                    BlockingThreads.block(Duration.ofSeconds(20));
                }
            }
        });
        worker.start();
        fleet.until(() -> handled.contains("1"));
        fleet.putInto(shardId(1), "blocks");
        fleet.advance(Duration.ofSeconds(2));
        fleet.putInto(shardId(0), "waits");
        fleet.advance(Duration.ofSeconds(3));

        worker.stop();

        assertThatThrownBy(() -> checkpointers.get(0).checkpointAsync(record(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("only what this handler was given can be checkpointed")
                .hasMessageContaining(record(1).position().toString());
        assertThat(fleet.row(shardId(0)).checkpoint()).matches(at(0)::isSamePlaceAs);
    }

    /** Behind the record of this number in the first shard. */
    private Checkpoint at(int number) {
        return new Checkpoint.At(record(number).position());
    }

    private ConsumerRecord record(int number) {
        StoredRecord stored = fleet.kinesis().records(SimulatedFleet.STREAM).stream()
                .filter(record -> record.shardId().equals(shardId(0)))
                .toList()
                .get(number);
        ConsumerRecord.Source source = new ConsumerRecord.Source(
                SimulatedFleet.STREAM,
                shardId(0),
                stored.sequenceNumber(),
                fleet.time().instant());
        return ConsumerRecord.plain(source, stored.partitionKey(), new byte[0]);
    }
}
