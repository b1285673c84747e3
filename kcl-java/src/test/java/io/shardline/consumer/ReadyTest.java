package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.internal.ConsumerLoop;
import io.shardline.consumer.internal.lease.ProtocolRules;
import io.shardline.consumer.simulation.PlannerLimits;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When a worker does its part, and what it says it waits for before. */
class ReadyTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 3);

    @Test
    void aWorkerIsReadyOnceItsShardsAreBeingRead() {
        SimulatedWorker worker = fleet.worker("w");
        assertThat(worker.consumer().health().waitsFor()).isEqualTo("start()");
        worker.begin();

        fleet.get(worker.consumer().ready());

        assertThat(worker.events(ConsumerEvent.ShardStarted.class)).hasSize(3);
        assertThat(worker.consumer().health().isReady()).isTrue();
        assertThat(fleet.time().nowNanos()).isLessThan(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void whoComesLaterDoesNotWaitForWhatOthersStillHandle() {
        fleet.get(fleet.worker("w1").start().consumer().ready());
        SimulatedWorker second = fleet.worker("w2");
        second.begin();

        fleet.get(second.consumer().ready());

        assertThat(second.consumer().health().shards()).isEmpty();
        fleet.until(() -> !second.consumer().health().shards().isEmpty());
    }

    @Test
    void whereOnePlansForAllItIsTheSame() {
        ProtocolRules rules = new PlannerLimits(2, 2);
        for (int i = 1; i <= 3; i++) {
            fleet.get(fleet.worker("w" + i).loop(rules).start());
        }
        fleet.until(() -> isPlanned());
        fleet.advance(Duration.ofSeconds(30));
        fleet.split(shardId(0));
        fleet.split(shardId(1));
        fleet.split(shardId(2));
        ConsumerLoop fourth = fleet.worker("w4").loop(rules);
        fleet.get(fourth.start());
        fleet.advance(Duration.ofMillis(200));
        assertThat(fourth.health().latest().waitsFor())
                .isEqualTo("its first share of the leases, for which another worker plans");

        fleet.get(fourth.health().ready());

        assertThat(fourth.health().latest().isReady()).isTrue();
        assertThat(fleet.table().scan().join().leases())
                .filteredOn(lease -> !lease.isEnded())
                .noneMatch(lease -> lease.owner() == null);
    }

    private boolean isPlanned() {
        return fleet.table().watch(Set.of()).join().fleet().planned();
    }

    @Test
    void aShardThatWaitsForItsParentsIsNotWaitedFor() {
        fleet.putInto(shardId(0), "1");
        fleet.split(shardId(0));
        SimulatedWorker first = fleet.worker("w1").before((record, context) -> {
            throw new IOException("for ever");
        });
        first.start();
        fleet.until(() -> fleet.isLeased(shardId(3)));
        first.stop();
        SimulatedWorker second = fleet.worker("w2").before((record, context) -> {
            throw new IOException("for ever");
        });
        second.begin();

        fleet.get(second.consumer().ready());

        ConsumerHealth health = second.consumer().health();
        assertThat(health.shard(shardId(3)))
                .hasValueSatisfying(child -> assertThat(child.state()).isEqualTo(ShardState.AWAITING_PARENTS));
        assertThat(health.shard(shardId(3)).orElseThrow().waitsFor())
                .isEqualTo("its parents to be handled to their end: [" + shardId(0) + "]");
    }

    @Test
    void aHandlerThatDoesNotStartIsWaitedForByName() {
        SimulatedWorker worker = fleet.worker("w").shardHandler(context -> {
            throw new IllegalStateException("the database is away");
        });
        worker.start();
        fleet.advance(Duration.ofSeconds(20));

        assertThat(worker.consumer().ready()).isNotDone();
        assertThatThrownBy(() -> worker.consumer().awaitReady(Duration.ZERO))
                .isInstanceOf(ConsumerException.class)
                .hasMessageStartingWith("the consumer is not ready after PT0S; it waits for shard " + shardId(0)
                        + " to be read, which waits for the next attempt, after ")
                .hasMessageEndingWith("java.lang.IllegalStateException: the database is away");
    }

    @Test
    void aWorkerThatMayNotReadIsNotReadyBeforeItMay() {
        fleet.kinesis()
                .faults()
                .on("GetRecords")
                .shard(shardId(1))
                .inject(new Fault.ServiceFailure("AccessDeniedException", 400));
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.advance(Duration.ofMinutes(1));

        assertThat(worker.events(ConsumerEvent.ShardStarted.class)).hasSize(3);
        assertThat(worker.consumer().ready()).isNotDone();
        assertThat(worker.consumer().health().waitsFor())
                .startsWith("shard " + shardId(1) + " to be read, which waits for a read to succeed, after ")
                .contains("the last: AccessDeniedException: ");
        fleet.kinesis().faults().clear();

        fleet.get(worker.consumer().ready());
    }

    @Test
    void aPausedShardIsNotWaitedFor() {
        fleet.kinesis().faults().on("GetRecords").inject(new Fault.ServiceFailure("AccessDeniedException", 400));
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.advance(Duration.ofSeconds(5));
        for (int i = 0; i < 3; i++) {
            fleet.get(worker.consumer().pause(shardId(i)));
        }

        fleet.get(worker.consumer().ready());
    }

    @Test
    void aLeaseTableThatDoesNotAnswerIsWaitedForByName() {
        SimulatedWorker worker = fleet.worker("w");
        worker.network().cut();
        worker.begin();
        fleet.advance(Duration.ofSeconds(5));

        assertThatThrownBy(() -> worker.consumer().awaitReady(Duration.ZERO))
                .hasMessage("the consumer is not ready after PT0S; it waits for a session in the lease table");
    }

    @Test
    void aKinesisThatDoesNotAnswerIsWaitedForByName() {
        SimulatedWorker worker =
                fleet.worker("w").faults((operation, request) -> new Fault.RequestLost(Duration.ofSeconds(6)));
        worker.begin();
        fleet.advance(Duration.ofSeconds(5));

        assertThat(worker.consumer().health().waitsFor())
                .isEqualTo("the leases of the stream's shards, and for that Kinesis behind the client that was given");
    }

    @Test
    void aStartThatFailsIsNeverReady() {
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.startTimeout(Duration.ofSeconds(10)))
                .faults((operation, request) -> new Fault.RequestLost(Duration.ofSeconds(6)));
        CompletableFuture<Void> start = worker.begin();
        CompletableFuture<Void> ready = worker.consumer().ready();

        fleet.until(() -> start.isDone() && ready.isDone());

        assertThatThrownBy(ready::join).cause().isInstanceOf(ConsumerException.class);
        assertThatThrownBy(() -> worker.consumer().awaitReady(Duration.ZERO))
                .isInstanceOf(ConsumerException.class)
                .hasMessageContaining("did not start within 10.0 s");
    }

    @Test
    void aConsumerThatIsClosedBeforeIsNeverReady() {
        SimulatedWorker worker = fleet.worker("w");
        CompletableFuture<Void> ready = worker.consumer().ready();
        worker.stop();

        fleet.until(ready::isDone);

        assertThatThrownBy(ready::join).cause().hasMessage("the consumer was closed before it started");
    }

    @Test
    void aWorkerThatRejoinsIsNotReadyMeanwhile() {
        SimulatedWorker worker = fleet.worker("w");
        worker.begin();
        fleet.get(worker.consumer().ready());
        worker.network().cut();
        fleet.until(() -> !worker.events(ConsumerEvent.SessionOver.class).isEmpty());
        fleet.advance(Duration.ofSeconds(2));

        assertThat(worker.consumer().health().waitsFor()).isEqualTo("a session in the lease table");
        worker.network().mend();
        fleet.until(() -> worker.consumer().health().isReady());
        assertThat(worker.consumer().health().shards()).hasSize(3);
    }
}
