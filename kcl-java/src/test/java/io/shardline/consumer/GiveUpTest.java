package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What becomes of a handler that goes on throwing, by the policy for it. */
class GiveUpTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 1);
    private final List<String> calls = new ArrayList<>();
    private boolean broken = true;

    private SimulatedWorker failingAt(String bad, GiveUpPolicy policy) {
        return fleet.worker("w")
                .with(config -> config.giveUp(policy))
                .before((record, context) -> failAt(bad, record.partitionKey()));
    }

    private void failAt(String bad, String key) throws IOException {
        if (broken && key.equals(bad)) {
            throw new IOException("not " + bad);
        }
    }

    @Test
    void withoutAPolicyARecordComesAgainForEver() {
        fleet.put("1", "2");
        SimulatedWorker worker = failingAt("1", GiveUpPolicy.never()).start();

        fleet.advance(Duration.ofHours(2));

        assertThat(fleet.texts()).isEmpty();
        assertThat(worker.events(ConsumerEvent.HandlerFailed.class)).hasSizeGreaterThan(500);
        assertThat(worker.events(ConsumerEvent.ShardStopped.class)).isEmpty();
    }

    @Test
    void theOneRecordThatFailsIsSkippedAndTold() {
        fleet.putAggregate("1", "2", "3");
        SimulatedWorker worker = failingAt("2", GiveUpPolicy.skipAfter(3)).start();

        fleet.until(() -> fleet.texts().size() == 2);
        fleet.advance(Duration.ofSeconds(6));

        assertThat(fleet.texts()).containsExactly("1", "3");
        assertThat(worker.events(ConsumerEvent.HandlerFailed.class))
                .extracting(ConsumerEvent.HandlerFailed::attempt)
                .containsExactly(1, 2, 3);
        Position third = fleet.handled().get(1).record().position();
        Position second = new Position(third.sequenceNumber(), 1);
        assertThat(worker.events(ConsumerEvent.RecordsSkipped.class))
                .singleElement()
                .satisfies(skipped -> {
                    assertThat(skipped.first()).isEqualTo(second);
                    assertThat(skipped.last()).isEqualTo(second);
                    assertThat(skipped.count()).isEqualTo(1);
                    assertThat(skipped.attempts()).isEqualTo(3);
                    assertThat(skipped.failure()).hasMessage("not 2");
                });
        assertThat(fleet.row(shardId(0)).checkpoint()).matches(new Checkpoint.At(third)::isSamePlaceAs);
    }

    @Test
    void attemptsAreCountedForEachRecord() {
        fleet.put("1", "2", "3");
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.giveUp(GiveUpPolicy.skipAfter(3)))
                .before((record, context) -> {
                    if (context.attempt() < 3) {
                        throw new IOException("the third time it works");
                    }
                });
        worker.start();

        fleet.until(() -> fleet.texts().size() == 3);

        assertThat(worker.events(ConsumerEvent.RecordsSkipped.class)).isEmpty();
        assertThat(worker.events(ConsumerEvent.HandlerFailed.class)).hasSize(6);
    }

    @Test
    void aLastRecordThatIsSkippedIsPassedByTheCheckpoint() {
        fleet.put("1");
        SimulatedWorker worker = failingAt("1", GiveUpPolicy.skipAfter(1)).start();
        fleet.until(() -> !worker.events(ConsumerEvent.RecordsSkipped.class).isEmpty());

        worker.stop();

        Position skipped =
                worker.events(ConsumerEvent.RecordsSkipped.class).get(0).last();
        assertThat(fleet.row(shardId(0)).checkpoint()).matches(new Checkpoint.At(skipped)::isSamePlaceAs);
    }

    @Test
    void aBatchThatAShardHandlerCannotHandleIsSkippedWhole() {
        fleet.put("1", "2");
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.giveUp(GiveUpPolicy.skipAfter(2)))
                .shardHandler(context -> (batch, checkpointer) -> {
                    String keys = batch.records().stream()
                            .map(ConsumerRecord::partitionKey)
                            .toList()
                            .toString();
                    calls.add(keys);
                    failAt("[1, 2]", keys);
                });
        worker.start();
        fleet.until(() -> calls.size() == 2);
        fleet.put("3");

        fleet.until(() -> calls.contains("[3]"));

        assertThat(calls).containsExactly("[1, 2]", "[1, 2]", "[3]");
        assertThat(worker.events(ConsumerEvent.RecordsSkipped.class))
                .singleElement()
                .satisfies(skipped -> assertThat(skipped.count()).isEqualTo(2));
        assertThat(fleet.row(shardId(0)).checkpoint())
                .as("checkpoints are the user's")
                .isEqualTo(Checkpoint.trimHorizon());
    }

    @Test
    void aStoppedShardIsHandledNoMoreUntilItIsResumedAndItsLeaseStaysHeld() {
        SimulatedFleet two = new SimulatedFleet(1, 2);
        two.putInto(shardId(0), "1");
        two.putInto(shardId(0), "2");
        SimulatedWorker worker = two.worker("w")
                .with(config -> config.giveUp(GiveUpPolicy.stopShardAfter(3)))
                .before((record, context) -> failAt("2", record.partitionKey()));
        worker.start();
        two.until(() -> !worker.events(ConsumerEvent.ShardStopped.class).isEmpty());

        two.putInto(shardId(0), "3");
        two.putInto(shardId(1), "other");
        two.advance(Duration.ofMinutes(1));

        assertThat(two.texts()).containsExactly("1", "other");
        assertThat(worker.events(ConsumerEvent.ShardStopped.class))
                .singleElement()
                .satisfies(stopped -> {
                    assertThat(stopped.shardId()).isEqualTo(shardId(0));
                    assertThat(stopped.attempts()).isEqualTo(3);
                    assertThat(stopped.failure()).hasMessage("not 2");
                });
        assertThat(two.row(shardId(0)).owner()).startsWith("w@");
        assertThat(two.row(shardId(0)).checkpoint())
                .matches(new Checkpoint.At(two.handled().get(0).record().position())::isSamePlaceAs);
        broken = false;
        two.get(worker.consumer().resume(shardId(0)));
        two.until(() -> two.texts().size() == 4);
        assertThat(two.texts()).containsExactly("1", "other", "2", "3");
    }

    @Test
    void aShardThatIsResumedStopsAgainAfterAsManyAttempts() {
        fleet.put("1");
        SimulatedWorker worker = failingAt("1", GiveUpPolicy.stopShardAfter(2)).start();
        fleet.until(() -> !worker.events(ConsumerEvent.ShardStopped.class).isEmpty());

        fleet.get(worker.consumer().resume(shardId(0)));
        fleet.advance(Duration.ofMinutes(1));

        assertThat(worker.events(ConsumerEvent.HandlerFailed.class))
                .extracting(ConsumerEvent.HandlerFailed::attempt)
                .containsExactly(1, 2, 1, 2);
        assertThat(worker.events(ConsumerEvent.ShardStopped.class)).hasSize(2);
    }

    @Test
    void whoeverGetsAStoppedShardTriesAgainWhereItStopped() {
        fleet.put("1", "2");
        SimulatedWorker worker = failingAt("2", GiveUpPolicy.stopShardAfter(1)).start();
        fleet.until(() -> !worker.events(ConsumerEvent.ShardStopped.class).isEmpty());

        worker.stop();
        fleet.worker("next").start();
        fleet.until(() -> fleet.texts().size() == 2);

        assertThat(fleet.texts()).containsExactly("1", "2");
    }

    @Test
    void aStartThatFailsStopsTheShardAlsoWhereRecordsAreSkipped() {
        fleet.put("1");
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.giveUp(GiveUpPolicy.skipAfter(2)))
                .shardHandler(context -> {
                    calls.add("create");
                    if (broken) {
                        throw new IllegalStateException("no handler");
                    }
                    return (batch, checkpointer) -> calls.add("records");
                });
        worker.start();
        fleet.until(() -> !worker.events(ConsumerEvent.ShardStopped.class).isEmpty());
        fleet.advance(Duration.ofMinutes(1));

        assertThat(calls).containsExactly("create", "create");
        broken = false;
        fleet.get(worker.consumer().resume(shardId(0)));
        fleet.until(() -> calls.contains("records"));
    }

    @Test
    void anEndThatFailsStopsTheShardAndItsChildrenWait() {
        fleet.put("1");
        fleet.split(shardId(0));
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.giveUp(GiveUpPolicy.skipAfter(2)))
                .shardHandler(context -> new ShardHandler() {
                    @Override
                    public void records(RecordBatch batch, Checkpointer checkpointer) {}

                    @Override
                    public void shardEnded(Checkpointer checkpointer) throws IOException {
                        failAt(shardId(0), context.shardId());
                    }
                });
        worker.start();
        fleet.until(() -> !worker.events(ConsumerEvent.ShardStopped.class).isEmpty());
        fleet.advance(Duration.ofMinutes(1));
        assertThat(worker.events(ConsumerEvent.ShardStarted.class)).hasSize(1);

        broken = false;
        fleet.get(worker.consumer().resume(shardId(0)));
        fleet.until(() -> worker.events(ConsumerEvent.ShardStarted.class).size() == 3);

        assertThat(fleet.row(shardId(0)).isEnded()).isTrue();
    }

    @Test
    void aStoppedShardLetsItselfBeClosed() {
        fleet.put("1");
        SimulatedWorker worker = failingAt("1", GiveUpPolicy.stopShardAfter(1)).start();
        fleet.until(() -> !worker.events(ConsumerEvent.ShardStopped.class).isEmpty());

        assertThat(fleet.get(worker.consumer().closeAsync()).isOrderly()).isTrue();
    }

    @Test
    void anExecutorThatIsFullIsNoHandlerThatFails() {
        boolean[] full = new boolean[1];
        List<Integer> attempts = new ArrayList<>();
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.giveUp(GiveUpPolicy.skipAfter(1)))
                .before((record, context) -> attempts.add(context.attempt()))
                .userCode(pool -> task -> {
                    if (full[0]) {
                        throw new RejectedExecutionException("full");
                    }
                    pool.execute(task);
                });
        worker.start();
        fleet.put("1");
        full[0] = true;
        fleet.advance(Duration.ofSeconds(20));
        full[0] = false;

        fleet.until(() -> fleet.texts().size() == 1);

        assertThat(attempts).containsExactly(1);
        assertThat(worker.events(ConsumerEvent.RecordsSkipped.class)).isEmpty();
    }

    @Test
    void aPolicyNeedsAnAttempt() {
        assertThatThrownBy(() -> GiveUpPolicy.skipAfter(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("attempts must be at least 1, was 0");
        assertThat(GiveUpPolicy.stopShardAfter(2)).hasToString("STOP_SHARD after 2 attempts");
        assertThat(GiveUpPolicy.never()).hasToString("RETRY");
    }
}
