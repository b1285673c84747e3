package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedFleet.Handled;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** How a consumer starts: from where, and when it cannot. */
class StartTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);

    @Test
    void theStartIsDoneOnceEveryShardHasALease() {
        fleet.worker("w").start();

        assertThat(fleet.isLeased(shardId(0)) && fleet.isLeased(shardId(1))).isTrue();
    }

    @Test
    void anUnknownStreamFailsTheStartAndIsNamed() {
        fleet.get(fleet.kinesis().client().deleteStream(r -> r.streamName(SimulatedFleet.STREAM)));
        fleet.advance(Duration.ofSeconds(1));
        SimulatedWorker worker = fleet.worker("w");
        CompletableFuture<Void> start = worker.begin();

        fleet.until(start::isDone);

        assertThatThrownBy(start::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(ConsumerException.class)
                .hasMessageContaining("stream 'flights' does not exist")
                .hasMessageContaining("correct its name, the region or the endpoint");
        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.FAILED);
        worker.stop();
        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.FAILED);
    }

    @Test
    void whatTheServiceForbidsFailsTheStartWithItsWords() {
        SimulatedWorker worker = fleet.worker("w")
                .faults((operation, request) -> operation.equals("ListShards")
                        ? new Fault.ServiceFailure("AccessDeniedException", 400)
                        : new Fault.None());
        CompletableFuture<Void> start = worker.begin();

        fleet.until(start::isDone);

        assertThatThrownBy(start::join)
                .cause()
                .hasMessageContaining("the shards of stream 'flights' cannot be listed: AccessDeniedException");
    }

    @Test
    void throttlesAndFailuresOfTheServiceAreWaitedOut() {
        int[] failing = {15};
        SimulatedWorker worker = fleet.worker("w")
                .faults((operation, request) -> failing[0]-- > 0 ? new Fault.Throttle() : new Fault.None());

        worker.start();

        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.RUNNING);
    }

    @Test
    void aStreamThatWasDeletedAndMadeAgainIsAClearError() {
        fleet.worker("w1").start().stop();
        fleet.get(fleet.kinesis().client().deleteStream(r -> r.streamName(SimulatedFleet.STREAM)));
        fleet.advance(Duration.ofSeconds(10));
        fleet.kinesis().createStream(SimulatedFleet.STREAM, 2);
        SimulatedWorker worker = fleet.worker("w2");
        CompletableFuture<Void> start = worker.begin();

        fleet.until(start::isDone);

        assertThatThrownBy(start::join)
                .cause()
                .isInstanceOf(ConsumerException.class)
                .hasMessageContaining("stream 'flights' was created at 2026-01-01T00:00:1")
                .hasMessageContaining("are of a stream of that name created at 2026-01-01T00:00:00Z")
                .hasMessageContaining("use another application name, or delete the lease table to start over");
        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.FAILED);
    }

    @Test
    void latestBeginsAtTheFirstStartAndARestartBeforeTheFirstCheckpointSkipsNothing() {
        fleet.advance(Duration.ofMinutes(1));
        fleet.put("old");
        fleet.advance(Duration.ofSeconds(2));
        SimulatedWorker first =
                fleet.worker("w1").from(StartingPosition.latest()).start();
        first.process().kill(); // before it has read anything
        fleet.put("new");
        fleet.advance(Duration.ofMinutes(1));

        fleet.worker("w2").from(StartingPosition.latest()).start();
        fleet.until(() -> !fleet.texts().isEmpty());
        fleet.advance(Duration.ofSeconds(10));

        assertThat(fleet.texts()).containsExactly("new");
        assertThat(fleet.row(shardId(0)).checkpoint().isShardEnd()).isFalse();
    }

    @Test
    void latestReadsTheShardsThatComeOfASplitFromTheirBeginning() {
        fleet.worker("w").from(StartingPosition.latest()).start();
        fleet.split(shardId(0));
        fleet.putInto(shardId(2), "first of the child");
        fleet.putInto(shardId(3), "first of the other");

        fleet.until(() -> fleet.texts().size() == 2);
    }

    @Test
    void aTimestampBeginsThereForEverySession() {
        fleet.advance(Duration.ofMinutes(1));
        fleet.put("old");
        fleet.advance(Duration.ofSeconds(2));
        Instant from = fleet.time().instant();
        fleet.advance(Duration.ofSeconds(2));
        fleet.put("1", "2", "3");
        SimulatedWorker first =
                fleet.worker("w1").from(StartingPosition.atTimestamp(from)).start();
        fleet.until(() -> fleet.texts().size() == 3);
        first.process().kill(); // before the first checkpoint

        fleet.worker("w2").from(StartingPosition.atTimestamp(from)).start();
        fleet.until(() -> fleet.texts().size() == 6);

        assertThat(fleet.texts()).containsOnly("1", "2", "3");
        assertThat(fleet.handled())
                .filteredOn(handled -> handled.worker().equals("w2"))
                .hasSize(3);
    }

    @Test
    void aTimestampSkipsTheShardsThatWereClosedBefore() {
        fleet.putInto(shardId(0), "old");
        fleet.split(shardId(0));
        fleet.advance(Duration.ofMinutes(1));
        fleet.putInto(shardId(2), "new");

        fleet.worker("w")
                .from(StartingPosition.atTimestamp(fleet.time().instant().minusSeconds(30)))
                .start();
        fleet.until(() -> !fleet.texts().isEmpty());

        assertThat(fleet.texts()).containsExactly("new");
        assertThat(fleet.isLeased(shardId(0))).isFalse();
    }

    @Test
    void theFirstWorkersStartingPositionDecides() {
        fleet.advance(Duration.ofMinutes(1));
        fleet.put("old");
        fleet.worker("w1").start().process().kill();

        fleet.worker("w2").from(StartingPosition.latest()).start();
        fleet.until(() -> fleet.texts().contains("old"));

        assertThat(fleet.handled()).extracting(Handled::text).containsOnly("old");
    }

    @Test
    void aConsumerThatIsClosedBeforeItsStartNeverStarts() {
        SimulatedWorker worker = fleet.worker("w");
        worker.stop();
        CompletableFuture<Void> start = worker.begin();
        fleet.until(start::isDone);

        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.STOPPED);
        assertThatThrownBy(start::join).cause().hasMessage("the consumer was closed before it started");
        assertThat(worker.network().sent()).isEmpty();
    }

    @Test
    void aSecondCloseAndASecondStartChangeNothing() {
        SimulatedWorker worker = fleet.worker("w").start().start();
        worker.stop();
        worker.stop();

        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.STOPPED);
        assertThat(worker.events(ConsumerEvent.SessionStarted.class)).hasSize(1);
        assertThat(worker.network().sent("retire")).hasSize(1);
        assertThat(fleet.row(shardId(0)).checkpoint()).isEqualTo(Checkpoint.trimHorizon());
    }

    @Test
    void aCloseWhileItStartsEndsIt() {
        for (int millis = 0; millis < 400; millis += 11) {
            SimulatedFleet other = new SimulatedFleet(millis, 2);
            SimulatedWorker worker = other.worker("w");
            CompletableFuture<Void> start = worker.begin();
            other.advance(Duration.ofMillis(millis));

            worker.stop();
            other.until(start::isDone);
            other.advance(Duration.ofSeconds(10));

            assertThat(worker.consumer().state()).isEqualTo(ConsumerState.STOPPED);
            assertThat(other.table().scan().join().leases())
                    .as("closed after %d ms", millis)
                    .allMatch(lease -> lease.owner() == null);
        }
    }
}
