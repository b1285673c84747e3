package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;

/** The life of a shard handler, and the checkpoints that it writes itself. */
class ShardHandlerTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 1);
    private final List<String> calls = new ArrayList<>();
    private final List<ConsumerRecord> given = new ArrayList<>();
    private final List<Checkpointer> checkpointers = new ArrayList<>();

    @Test
    void aPendingCheckpointThatKclHasLeftIsHandedOver() {
        PendingCheckpoint pending = new PendingCheckpoint("49590", 0, SdkBytes.fromUtf8String("half done"));
        HashKeyRange all = HashKeyRange.FULL;
        fleet.table()
                .createLease(
                        new Lease(shardId(0), null, 0, Checkpoint.trimHorizon(), ImmutableSet.of(), all, 0, pending));
        List<ShardContext> contexts = new ArrayList<>();
        fleet.worker("w")
                .shardHandler(context -> new ShardHandler() {
                    @Override
                    public void started(ShardContext started) {
                        contexts.add(started);
                    }

                    @Override
                    public void records(RecordBatch batch, Checkpointer checkpointer) {
                        checkpointer.checkpointAsync(batch.records().get(0));
                    }
                })
                .start();
        fleet.until(() -> !contexts.isEmpty());
        assertThat(contexts.get(0).pendingCheckpoint()).isEqualTo(pending);
        assertThat(fleet.row(shardId(0)).pending()).isEqualTo(pending);

        fleet.put("x");
        fleet.until(() -> fleet.row(shardId(0)).pending() == null);
    }

    /** Notes what it is called with; each call fails as often as its name is in the list. */
    private final class Noting implements ShardHandler {
        private final List<String> failing;

        private Noting(List<String> failing) {
            this.failing = failing;
        }

        @Override
        public void started(ShardContext context) throws Exception {
            note("started " + context.shardId());
        }

        @Override
        public void records(RecordBatch batch, Checkpointer checkpointer) throws Exception {
            checkpointers.add(checkpointer);
            given.addAll(batch.records());
            note("records "
                    + batch.records().stream().map(ConsumerRecord::partitionKey).toList());
        }

        @Override
        public void leaseLost() {
            calls.add("leaseLost");
            if (failing.remove("leaseLost")) {
                throw new IllegalStateException("leaseLost fails");
            }
        }

        @Override
        public void shardEnded(Checkpointer checkpointer) throws Exception {
            note("shardEnded");
        }

        @Override
        public void shutdownRequested(Checkpointer checkpointer) throws Exception {
            checkpointers.add(checkpointer);
            note("shutdownRequested");
        }

        private void note(String call) throws IOException {
            calls.add(call);
            String name = call.split(" ", 2)[0];
            if (failing.remove(name)) {
                throw new IOException(name + " fails");
            }
        }
    }

    private SimulatedWorker worker(String name, String... failing) {
        List<String> left = new ArrayList<>(List.of(failing));
        return fleet.worker(name).shardHandler(context -> new Noting(left));
    }

    @Test
    void aHandlerLivesFromStartedToShardEnded() {
        fleet.put("1", "2");
        fleet.split(shardId(0));
        SimulatedWorker worker = worker("w").start();

        fleet.until(() -> !worker.events(ConsumerEvent.ShardEnded.class).isEmpty());

        assertThat(calls).containsSubsequence("started " + shardId(0), "records [1, 2]", "shardEnded");
        assertThat(calls).doesNotContain("leaseLost", "shutdownRequested");
        assertThat(fleet.row(shardId(0)).isEnded()).isTrue();
    }

    @Test
    void everyCallThatThrowsComesAgainAndIsReported() {
        fleet.put("1");
        fleet.split(shardId(0));
        SimulatedWorker worker =
                worker("w", "started", "started", "records", "shardEnded").start();

        fleet.until(() -> !worker.events(ConsumerEvent.ShardEnded.class).isEmpty());

        String started = "started " + shardId(0);
        assertThat(calls.stream().filter(call -> !call.contains(shardId(1)) && !call.contains(shardId(2))))
                .containsExactly(started, started, started, "records [1]", "records [1]", "shardEnded", "shardEnded");
        assertThat(worker.events(ConsumerEvent.HandlerFailed.class))
                .extracting(failed -> failed.failure().getMessage())
                .containsExactly("started fails", "started fails", "records fails", "shardEnded fails");
    }

    @Test
    void aFactoryThatThrowsIsAskedAgain() {
        fleet.put("1");
        List<Integer> asked = new ArrayList<>();
        SimulatedWorker worker = fleet.worker("w").shardHandler(context -> {
            asked.add(asked.size());
            if (asked.size() < 3) {
                throw new IllegalStateException("no handler yet");
            }
            return new Noting(new ArrayList<>());
        });
        worker.start();

        fleet.until(() -> calls.contains("records [1]"));

        assertThat(asked).hasSize(3);
        assertThat(worker.events(ConsumerEvent.HandlerFailed.class)).hasSize(2);
    }

    @Test
    void aStopAsksForAShutdownAndLetsTheShardGoEvenIfThatFails() {
        fleet.put("1");
        SimulatedWorker worker = worker("w", "shutdownRequested").start();
        fleet.until(() -> calls.contains("records [1]"));

        worker.stop();

        assertThat(calls).endsWith("shutdownRequested").doesNotContain("leaseLost");
        assertThat(worker.events(ConsumerEvent.HandlerFailed.class)).hasSize(1);
        assertThat(fleet.row(shardId(0)).owner()).isNull();
        assertThat(fleet.row(shardId(0)).checkpoint()).as("nobody checkpointed").isEqualTo(Checkpoint.trimHorizon());
    }

    @Test
    void aLostLeaseIsToldLastAndAfterThatNothingCanBeCheckpointed() {
        fleet.put("1");
        SimulatedWorker worker = worker("w", "leaseLost").start();
        fleet.until(() -> calls.contains("records [1]"));
        worker.network().cut();

        fleet.until(() -> calls.contains("leaseLost"));
        CompletableFuture<Void> refused = checkpointers.get(0).checkpointAsync(given.get(0));
        fleet.until(refused::isDone);

        assertThat(calls).endsWith("leaseLost").doesNotContain("shutdownRequested");
        assertThatThrownBy(refused::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(LeaseLostException.class)
                .hasMessageContaining(shardId(0));
    }

    @Test
    void theNextTenureInTheSameProcessBeginsAfterTheLeaseLostOfTheOneBefore() {
        fleet.put("1");
        SimulatedWorker worker = worker("w").start();
        fleet.until(() -> calls.contains("records [1]"));
        worker.network().cut();
        fleet.until(() -> !worker.events(ConsumerEvent.SessionOver.class).isEmpty());
        worker.network().mend();

        fleet.until(() -> calls.stream().filter("records [1]"::equals).count() == 2);

        assertThat(calls)
                .containsExactly(
                        "started " + shardId(0), "records [1]", "leaseLost", "started " + shardId(0), "records [1]");
    }

    @Test
    void anExplicitCheckpointIsExactToTheEntryOfAnAggregate() {
        fleet.putAggregate("1", "2", "3");
        SimulatedWorker worker = worker("w1").start();
        fleet.until(() -> given.size() == 3);
        fleet.get(checkpointers.get(0).checkpointAsync(given.get(1)));
        worker.process().kill();
        calls.clear();

        List<ShardContext> contexts = new ArrayList<>();
        fleet.worker("w2")
                .shardHandler(context -> {
                    contexts.add(context);
                    return new Noting(new ArrayList<>());
                })
                .start();
        fleet.until(() -> calls.contains("records [3]"));

        assertThat(contexts).singleElement().satisfies(context -> {
            assertThat(context.checkpoint()).isEqualTo(given.get(1).position());
            assertThat(context.fencingToken()).isGreaterThan(1);
        });
    }

    @Test
    void checkpointsOnlyMoveForward() {
        fleet.put("1", "2");
        worker("w").start();
        fleet.until(() -> given.size() == 2);
        Checkpointer checkpointer = checkpointers.get(0);

        fleet.get(checkpointer.checkpointAsync(given.get(1)));
        fleet.get(checkpointer.checkpointAsync(given.get(0)));

        assertThat(fleet.row(shardId(0)).checkpoint())
                .matches(new Checkpoint.At(given.get(1).position())::isSamePlaceAs);
    }

    @Test
    void whatWasNotGivenYetCannotBeCheckpointed() {
        fleet.put("1");
        worker("w").start();
        fleet.until(() -> given.size() == 1);
        ConsumerRecord.Source later = new ConsumerRecord.Source(
                SimulatedFleet.STREAM,
                shardId(0),
                given.get(0).sequenceNumber() + "0",
                given.get(0).approximateArrival());
        ConsumerRecord.Source elsewhere = new ConsumerRecord.Source(
                SimulatedFleet.STREAM,
                shardId(7),
                given.get(0).sequenceNumber(),
                given.get(0).approximateArrival());

        for (ConsumerRecord.Source source : List.of(later, elsewhere)) {
            assertThatThrownBy(
                            () -> checkpointers.get(0).checkpointAsync(ConsumerRecord.plain(source, "k", new byte[0])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("only what this handler was given can be checkpointed")
                    .hasMessageContaining(source.shardId());
        }
    }

    @Test
    void aCheckpointOfAStoppedWorkerIsRefused() {
        fleet.put("1");
        SimulatedWorker worker = worker("w").start();
        fleet.until(() -> given.size() == 1);
        worker.stop();

        CompletableFuture<Void> refused = checkpointers.get(0).checkpointAsync(given.get(0));
        fleet.until(refused::isDone);

        assertThatThrownBy(refused::join).hasCauseInstanceOf(LeaseLostException.class);
    }

    @Test
    void theLastChanceToCheckpointIsTaken() {
        fleet.put("1");
        SimulatedWorker worker = fleet.worker("w").shardHandler(context -> new ShardHandler() {
            @Override
            public void records(RecordBatch batch, Checkpointer checkpointer) {
                given.addAll(batch.records());
            }

            @Override
            public void shutdownRequested(Checkpointer checkpointer) {
                calls.add(String.valueOf(
                        checkpointer.checkpointAsync(given.get(0)).isDone()));
            }
        });
        worker.start();
        fleet.until(() -> given.size() == 1);

        worker.stop();

        assertThat(calls).containsExactly("false");
        assertThat(fleet.row(shardId(0)).checkpoint())
                .matches(new Checkpoint.At(given.get(0).position())::isSamePlaceAs);
    }

    @Test
    void aHandlerThatNeverCheckpointsSeesEverythingAgain() {
        fleet.put("1");
        SimulatedWorker worker = worker("w1").start();
        fleet.until(() -> given.size() == 1);
        fleet.advance(Duration.ofSeconds(20));
        worker.stop();

        worker("w2").start();
        fleet.until(() -> given.size() == 2);

        assertThat(given.get(1).position()).isEqualTo(given.get(0).position());
    }
}
