package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.simulation.BlockingThreads;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** One shard is held back, and goes on where it was. */
class PauseTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);

    @Test
    void aPausedShardWaitsAndTheOthersGoOn() {
        fleet.putInto(shardId(0), "1");
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.until(() -> fleet.texts().contains("1"));

        fleet.get(worker.consumer().pause(shardId(0)));
        fleet.putInto(shardId(0), "2");
        fleet.putInto(shardId(1), "other");
        fleet.advance(Duration.ofMinutes(10)); // longer than an iterator lives

        assertThat(fleet.texts()).containsExactly("1", "other");
        assertThat(fleet.row(shardId(0)).owner()).startsWith("w@");
        assertThat(fleet.row(shardId(0)).checkpoint())
                .matches(new Checkpoint.At(fleet.handled().get(0).record().position())::isSamePlaceAs);
        fleet.get(worker.consumer().resume(shardId(0)));
        fleet.until(() -> fleet.texts().contains("2"));
        assertThat(fleet.texts()).containsExactly("1", "other", "2");
        assertThat(worker.events())
                .contains(new ConsumerEvent.ShardPaused(shardId(0)), new ConsumerEvent.ShardResumed(shardId(0)));
        assertThat(worker.events(ConsumerEvent.ReadFailed.class)).isEmpty();
    }

    @Test
    void aPauseWaitsForTheRecordThatIsBeingHandledAndForNoOther() {
        fleet.putAggregate("1", "2", "3");
        SimulatedWorker worker =
                fleet.worker("w").blocking().before((record, context) -> BlockingThreads.block(Duration.ofSeconds(5)));
        worker.start();
        fleet.advance(Duration.ofSeconds(2));

        CompletableFuture<Void> paused = worker.consumer().pause(shardId(0));
        fleet.advance(Duration.ofSeconds(1));
        assertThat(paused).isNotDone();
        fleet.get(paused);

        fleet.advance(Duration.ofMinutes(1));
        assertThat(fleet.texts()).containsExactly("1");
        fleet.get(worker.consumer().resume(shardId(0)));
        fleet.until(() -> fleet.texts().size() == 3);
        assertThat(fleet.texts()).containsExactly("1", "2", "3");
    }

    @Test
    void aShardThatIsResumedBeforeItsHandlerIsDoneSkipsAndRepeatsNothing() {
        fleet.putAggregate("1", "2", "3");
        SimulatedWorker worker =
                fleet.worker("w").blocking().before((record, context) -> BlockingThreads.block(Duration.ofSeconds(5)));
        worker.start();
        fleet.advance(Duration.ofSeconds(2));

        CompletableFuture<Void> paused = worker.consumer().pause(shardId(0));
        fleet.get(worker.consumer().resume(shardId(0)));
        fleet.until(() -> fleet.texts().size() == 3);

        assertThat(fleet.texts()).containsExactly("1", "2", "3");
        assertThat(paused).isCompleted();
    }

    @Test
    void aFailedRecordDoesNotComeAgainDuringAPause() {
        fleet.putInto(shardId(0), "1");
        List<Integer> attempts = new ArrayList<>();
        SimulatedWorker worker = fleet.worker("w").before((record, context) -> {
            attempts.add(context.attempt());
            throw new IOException("no");
        });
        worker.start();
        fleet.until(() -> attempts.size() == 3);
        fleet.get(worker.consumer().pause(shardId(0)));
        int before = attempts.size();

        fleet.advance(Duration.ofMinutes(1));

        assertThat(attempts).hasSize(before);
        fleet.get(worker.consumer().resume(shardId(0)));
        fleet.until(() -> attempts.size() > before);
    }

    @Test
    void aPauseIsThisWorkersAndDoesNotGoWithTheShard() {
        fleet.putInto(shardId(0), "1");
        SimulatedWorker worker = fleet.worker("w1").start();
        fleet.until(() -> fleet.texts().contains("1"));
        fleet.get(worker.consumer().pause(shardId(0)));
        fleet.putInto(shardId(0), "2");

        worker.stop();
        fleet.worker("w2").start();
        fleet.until(() -> fleet.texts().contains("2"));

        assertThat(fleet.texts()).containsExactly("1", "2");
    }

    @Test
    void aShardThatIsLostAndTakenAgainIsStillPaused() {
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.until(() -> worker.events(ConsumerEvent.ShardStarted.class).size() == 2);
        fleet.get(worker.consumer().pause(shardId(0)));
        worker.network().cut();
        fleet.until(() -> !worker.events(ConsumerEvent.SessionOver.class).isEmpty());
        worker.network().mend();
        fleet.putInto(shardId(0), "1");
        fleet.putInto(shardId(1), "other");
        fleet.until(() -> fleet.texts().contains("other"));

        fleet.advance(Duration.ofMinutes(1));

        assertThat(fleet.texts()).containsExactly("other");
        assertThat(fleet.row(shardId(0)).owner()).startsWith("w@");
        fleet.get(worker.consumer().resume(shardId(0)));
        fleet.until(() -> fleet.texts().contains("1"));
    }

    @Test
    void aClosedShardThatIsPausedEndsAfterItIsResumed() {
        fleet.putInto(shardId(0), "1");
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.until(() -> fleet.texts().contains("1"));
        fleet.get(worker.consumer().pause(shardId(0)));
        fleet.split(shardId(0));
        fleet.advance(Duration.ofMinutes(1));
        assertThat(fleet.row(shardId(0)).isEnded()).isFalse();

        fleet.get(worker.consumer().resume(shardId(0)));
        fleet.until(() -> fleet.row(shardId(0)).isEnded());
    }

    @Test
    void aHandlerMayPauseItsOwnShardWithoutWaiting() {
        fleet.putInto(shardId(0), "1");
        fleet.putInto(shardId(0), "2");
        List<CompletableFuture<Void>> pauses = new ArrayList<>();
        SimulatedWorker worker = fleet.worker("w");
        worker.before((record, context) -> pauses.add(worker.consumer().pause(record.shardId())));
        worker.start();

        fleet.advance(Duration.ofMinutes(1));

        assertThat(fleet.texts()).hasSizeBetween(1, 2);
        assertThat(pauses.get(0)).isCompleted();
        int before = fleet.texts().size();
        fleet.putInto(shardId(0), "3");
        fleet.advance(Duration.ofMinutes(1));
        assertThat(fleet.texts()).hasSize(before);
    }

    @Test
    void aShardThatTheWorkerDoesNotHoldIsAClearError() {
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.until(() -> worker.events(ConsumerEvent.ShardStarted.class).size() == 2);

        CompletableFuture<Void> pause = worker.consumer().pause("shardId-7");
        CompletableFuture<Void> resume = worker.consumer().resume("shardId-7");
        fleet.until(() -> pause.isDone() && resume.isDone());

        assertThatThrownBy(pause::join)
                .cause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("only a shard that this worker holds can be paused, and shard 'shardId-7' is not among ["
                        + shardId(0) + ", " + shardId(1) + "]");
        assertThatThrownBy(resume::join)
                .cause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("only a shard that this worker holds or has paused can be resumed");
        worker.stop();
        assertThatThrownBy(() -> worker.consumer().pause(shardId(0)).join())
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the consumer is STOPPED");
    }
}
