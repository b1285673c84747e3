package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a record handler is given, when it throws, and how far its progress is written down. */
class RecordHandlerTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 1);

    @Test
    void aRecordThatFailsComesAgainWithRisingAttemptAndTheOnesBehindItWait() {
        fleet.put("1", "2", "3");
        List<Integer> attempts = new ArrayList<>();
        SimulatedWorker worker = fleet.worker("w").before((record, context) -> {
            if (record.partitionKey().equals("2")) {
                attempts.add(context.attempt());
                assertThat(fleet.texts()).containsExactly("1");
                if (context.attempt() < 4) {
                    throw new IOException("attempt " + context.attempt());
                }
            } else {
                assertThat(context.attempt()).isEqualTo(1);
            }
        });
        worker.start();

        fleet.until(() -> fleet.texts().size() == 3);

        assertThat(attempts).containsExactly(1, 2, 3, 4);
        assertThat(fleet.texts()).containsExactly("1", "2", "3");
        assertThat(worker.events(ConsumerEvent.HandlerFailed.class))
                .extracting(failed -> failed.attempt() + ": " + failed.failure().getMessage())
                .containsExactly("1: attempt 1", "2: attempt 2", "3: attempt 3");
    }

    @Test
    void aBatchThatIsReadAheadDoesNotOvertakeAFailedOne() {
        fleet.put("1");
        fleet.worker("w")
                .before((record, context) -> {
                    if (record.partitionKey().equals("1") && context.attempt() < 12) {
                        throw new IOException("not yet");
                    }
                })
                .start();
        fleet.advance(Duration.ofSeconds(1));
        fleet.put("2");
        fleet.advance(Duration.ofSeconds(2));
        fleet.put("3");

        fleet.until(() -> fleet.texts().size() == 3);

        assertThat(fleet.texts()).containsExactly("1", "2", "3");
    }

    @Test
    void nothingIsSkippedWhateverAHandlerThrows() {
        fleet.put("1", "2", "3", "4", "5");
        List<Throwable> thrown = List.of(
                new AssertionError("a"), new StackOverflowError("b"), new java.util.zip.ZipError("c"), new Error("d"));
        SimulatedWorker worker = fleet.worker("w").before((record, context) -> {
            int index = Integer.parseInt(record.partitionKey()) - 1;
            if (context.attempt() == 1 && index < thrown.size()) {
                throw (Error) thrown.get(index);
            }
        });
        worker.start();

        fleet.until(() -> fleet.texts().size() == 5);

        assertThat(fleet.texts()).containsExactly("1", "2", "3", "4", "5");
        assertThat(worker.events(ConsumerEvent.HandlerFailed.class))
                .extracting(ConsumerEvent.HandlerFailed::failure)
                .containsExactlyElementsOf(thrown);
    }

    @Test
    void aHandlerThatAlwaysFailsStopsNeitherOtherShardsNorTheClose() {
        SimulatedFleet two = new SimulatedFleet(1, 2);
        two.putInto(shardId(0), "bad");
        two.putInto(shardId(1), "good");
        SimulatedWorker worker = two.worker("w").before((record, context) -> {
            if (record.partitionKey().equals("bad")) {
                throw new IOException("always");
            }
        });
        worker.start();
        two.until(() -> two.texts().contains("good"));
        two.advance(Duration.ofMinutes(1));

        worker.stop();

        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.STOPPED);
        assertThat(two.row(shardId(0)).checkpoint()).isEqualTo(Checkpoint.trimHorizon());
        assertThat(two.row(shardId(0)).owner()).isNull();
    }

    @Test
    void theContextKnowsTheTokenTheLagAndTheLease() {
        List<String> seen = new ArrayList<>();
        fleet.put("1");
        fleet.worker("w")
                .handler((record, context) ->
                        seen.add(context.fencingToken() + " " + context.isLeaseHeld() + " " + context.behindLatest()))
                .start();

        fleet.until(() -> !seen.isEmpty());

        assertThat(seen).containsExactly("1 true PT0S");
    }

    @Test
    void progressIsWrittenDownEveryInterval() {
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.checkpointInterval(Duration.ofSeconds(3)))
                .start();
        fleet.put("1");
        fleet.until(() -> fleet.texts().size() == 1);
        assertThat(fleet.row(shardId(0)).checkpoint()).isEqualTo(Checkpoint.trimHorizon());

        fleet.advance(Duration.ofSeconds(4));

        assertThat(fleet.row(shardId(0)).checkpoint())
                .matches(new Checkpoint.At(fleet.handled().get(0).record().position())::isSamePlaceAs);
        fleet.advance(Duration.ofMinutes(1));
        assertThat(worker.network().sent("checkpoint"))
                .as("nothing new, nothing written")
                .hasSize(1);
    }

    @Test
    void progressIsWrittenDownInTheMiddleOfABatch() {
        fleet.put("1", "2", "3");
        fleet.worker("w")
                .before((record, context) -> {
                    if (record.partitionKey().equals("3")) {
                        throw new IOException("never");
                    }
                })
                .start();
        fleet.until(() -> fleet.texts().size() == 2);

        fleet.advance(Duration.ofSeconds(6));

        assertThat(fleet.row(shardId(0)).checkpoint())
                .matches(new Checkpoint.At(fleet.handled().get(1).record().position())::isSamePlaceAs);
    }

    @Test
    void aStopWritesDownWhatIsHandledAndTheNextWorkerGoesOnThere() {
        fleet.put("1", "2");
        SimulatedWorker worker = fleet.worker("w1").start();
        fleet.until(() -> fleet.texts().size() == 2);
        worker.stop();
        assertThat(fleet.row(shardId(0)).owner()).isNull();
        fleet.put("3");

        fleet.worker("w2").start();
        fleet.until(() -> fleet.texts().size() == 3);

        assertThat(fleet.texts()).containsExactly("1", "2", "3");
    }

    @Test
    void aHandOverInTheMiddleOfAnAggregateNeitherRepeatsNorSkipsAnEntry() {
        fleet.putAggregate("1", "2", "3", "4");
        SimulatedWorker worker = fleet.worker("w1").before((record, context) -> {
            if (record.partitionKey().equals("3")) {
                throw new IOException("not here");
            }
        });
        worker.start();
        fleet.until(() -> fleet.texts().size() == 2);
        worker.stop();

        assertThat(fleet.row(shardId(0)).checkpoint())
                .matches(new Checkpoint.At(fleet.handled().get(1).record().position())::isSamePlaceAs);
        fleet.worker("w2").start();
        fleet.until(() -> fleet.texts().size() == 4);
        assertThat(fleet.texts()).containsExactly("1", "2", "3", "4");
        assertThat(fleet.handled().get(2).record().subSequenceNumber()).isEqualTo(2);
    }

    @Test
    void aLiveHandOverNeitherRepeatsNorSkips() {
        SimulatedFleet two = new SimulatedFleet(1, 2);
        two.worker("w1").start();
        for (int i = 0; i < 40; i++) {
            two.put("record " + i);
            two.advance(Duration.ofMillis(250));
            if (i == 10) {
                two.worker("w2").start();
            }
        }

        two.until(() -> two.texts().size() >= 40);

        assertThat(two.texts()).hasSize(40).doesNotHaveDuplicates();
        assertThat(two.handled()).extracting(SimulatedFleet.Handled::worker).contains("w1", "w2");
    }

    @Test
    void theEndOfAShardIsWrittenDownAndItsLeaseLetGo() {
        fleet.put("1");
        fleet.split(shardId(0));
        SimulatedWorker worker = fleet.worker("w").start();

        fleet.until(() -> !worker.events(ConsumerEvent.ShardEnded.class).isEmpty());

        assertThat(fleet.row(shardId(0)).isEnded()).isTrue();
        assertThat(worker.events(ConsumerEvent.ShardEnded.class))
                .containsExactly(new ConsumerEvent.ShardEnded(shardId(0)));
    }

    @Test
    void whateverAListenerThrowsIsIgnored() {
        fleet.put("1", "2");
        SimulatedWorker worker = fleet.worker("w").listener(event -> {
            if (event instanceof ConsumerEvent.SessionStarted) {
                throw new IllegalStateException("the listener is in a bad mood");
            }
            throw new AssertionError("and in a worse one");
        });
        worker.start();

        fleet.until(() -> fleet.texts().size() == 2);
        worker.stop();

        assertThat(worker.events())
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("SessionStarted", "LeaseTaken", "ShardStarted", "BatchHandled", "LeaseGiven");
    }

    @Test
    void aWorkerThatWasCutOffHandlesNothingMoreAndSaysSo() {
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.put("1");
        fleet.until(() -> fleet.texts().size() == 1);
        worker.network().cut();
        fleet.until(() -> !worker.events(ConsumerEvent.SessionOver.class).isEmpty());

        fleet.put("2");
        fleet.advance(Duration.ofSeconds(30));

        assertThat(fleet.texts()).containsExactly("1");
        assertThat(worker.events(ConsumerEvent.LeaseLost.class)).hasSize(1);
        worker.network().mend();
        fleet.until(() -> fleet.texts().contains("2"));
    }
}
