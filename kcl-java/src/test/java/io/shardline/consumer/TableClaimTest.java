package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Two applications under one name: whoever comes second is refused before it touches what is the other's. */
class TableClaimTest {

    private static final String OTHER = "flights-v2";

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);

    TableClaimTest() {
        fleet.kinesis().createStream(OTHER, 2); // in the same second
    }

    @Test
    void anotherStreamIsRefusedWithinSecondsAndTheRunningApplicationDoesNotNotice() {
        SimulatedWorker first = fleet.worker("w1").start();
        fleet.put("1", "2", "3");
        fleet.until(() -> fleet.texts().size() == 3);
        fleet.advance(Duration.ofSeconds(10));
        int events = first.events().size();
        String rows = rows();
        long before = fleet.time().nowNanos();

        SimulatedWorker second = fleet.worker("w2");
        CompletableFuture<Void> start = reading(second).begin();
        fleet.until(start::isDone);

        assertThatThrownBy(start::join)
                .cause()
                .isInstanceOf(ConsumerException.class)
                .hasMessageContaining("are of stream 'flights'")
                .hasMessageContaining("'" + OTHER + "'")
                .hasMessageContaining("use another application name");
        assertThat(Duration.ofNanos(fleet.time().nowNanos() - before)).isLessThan(Duration.ofSeconds(2));
        fleet.advance(Duration.ofSeconds(30));
        assertThat(first.events()).hasSize(events);
        assertThat(rows()).isEqualTo(rows);
    }

    @Test
    void soIsAChangedConfigurationOfAnApplicationThatWasStopped() {
        SimulatedWorker first = fleet.worker("w1").start();
        fleet.put("1", "2", "3");
        fleet.until(() -> fleet.texts().size() == 3);
        first.stop();
        String rows = rows();

        CompletableFuture<Void> start = reading(fleet.worker("w2")).begin();
        fleet.until(start::isDone);

        assertThatThrownBy(start::join).hasMessageContaining("'flights'").hasMessageContaining("'" + OTHER + "'");
        assertThat(rows()).isEqualTo(rows);
    }

    @Test
    void aTableThatAnEarlierVersionHasWrittenIsKnownByItsStreams() {
        fleet.table()
                .registerStream(new StreamRow(
                        SimulatedFleet.STREAM, fleet.time().instant(), StartingPosition.Kind.TRIM_HORIZON, null, false))
                .join();

        CompletableFuture<Void> start = reading(fleet.worker("w")).begin();
        fleet.until(start::isDone);

        assertThatThrownBy(start::join).hasMessageContaining("'flights'");
    }

    @Test
    void anApplicationOfSeveralStreamsIsRefusedTheTableOfOne() {
        fleet.worker("w1").start();

        CompletableFuture<Void> start = fleet.worker("w2")
                .streams(new StreamConfig(OTHER, StartingPosition.trimHorizon()))
                .begin();
        fleet.until(start::isDone);

        assertThatThrownBy(start::join).hasMessageContaining("'flights'").hasMessageContaining("several streams");
    }

    @Test
    void ofTwoThatStartAtOnceOneGetsTheTable() {
        for (int seed = 1; seed <= 20; seed++) {
            SimulatedFleet both = new SimulatedFleet(seed, 2);
            both.kinesis().createStream(OTHER, 2);
            List<CompletableFuture<Void>> starts = List.of(
                    both.worker("w1").begin(), reading(both.worker("w2")).begin());
            starts.forEach(start -> both.until(start::isDone));

            assertThat(starts)
                    .filteredOn(CompletableFuture::isCompletedExceptionally)
                    .hasSize(1);
            assertThat(both.table().scan().join().streams()).hasSize(1);
        }
    }

    @Test
    void findingOutIsRepeatedWhereTheTableDoesNotAnswer() {
        SimulatedWorker worker = fleet.worker("w");
        worker.network().next(2, "watch", Fate.REQUEST_LOST);
        worker.network().next(1, "scan", Fate.ANSWER_LOST);
        worker.network().next(1, "claim", Fate.ANSWER_LOST);

        worker.start();

        assertThat(fleet.table().claim("any").join().claimedBy()).isEqualTo(SimulatedFleet.STREAM);
    }

    @Test
    void anApplicationOfSeveralStreamsIsRefusedATableOfOneThatNobodyHasClaimedAndWritesNothing() {
        fleet.table()
                .createLease(Lease.unowned(
                        SimulatedFleet.shardId(0), Checkpoint.trimHorizon(), ImmutableSet.of(), HashKeyRange.FULL))
                .join(); // as KCL has left it behind
        String rows = rows();
        SimulatedWorker worker = several("w");

        CompletableFuture<Void> start = worker.begin();
        fleet.until(start::isDone);

        assertThatThrownBy(start::join).hasMessageContaining("one stream, and this consumer was given several");
        fleet.advance(Duration.ofSeconds(30));
        assertThat(rows()).isEqualTo(rows);
        assertThat(worker.events(ConsumerEvent.SessionStarted.class)).isEmpty();
        fleet.worker("rightful").start();
    }

    @Test
    void aTableWithoutLeasesIsLookedAtUntilTheyTellWhoseItIs() {
        fleet.table() // as an earlier version does it, which claims nothing
                .registerStream(new StreamRow(
                        SimulatedFleet.STREAM, fleet.time().instant(), StartingPosition.Kind.TRIM_HORIZON, null, false))
                .join();
        CompletableFuture<Void> start = several("w").begin();
        fleet.advance(Duration.ofSeconds(5));
        assertThat(start).isNotDone();

        fleet.table()
                .createLease(Lease.unowned(
                        "shardId-000000000000", Checkpoint.trimHorizon(), ImmutableSet.of(), HashKeyRange.FULL))
                .join();
        fleet.until(start::isDone);

        assertThatThrownBy(start::join).hasMessageContaining("one stream, and this consumer was given several");
        assertThat(fleet.table().scan().join().sessions()).isEmpty();
    }

    @Test
    void anApplicationOfOneStreamIsRefusedTheTableOfSeveralBeforeTheyHaveLeases() {
        SimulatedWorker first = several("w1").faults((operation, request) -> new Fault.Throttle());
        first.begin();
        fleet.until(() -> !first.events(ConsumerEvent.SessionStarted.class).isEmpty());
        fleet.advance(Duration.ofSeconds(2));
        String rows = rows();

        CompletableFuture<Void> start = fleet.worker("w2").begin();
        fleet.until(start::isDone);

        assertThatThrownBy(start::join)
                .hasMessageContaining("are of several streams, and this consumer was given stream 'flights'");
        assertThat(rows()).isEqualTo(rows);
    }

    @Test
    void ofOneAndSeveralThatStartAtOnceOneGetsTheTable() {
        for (int seed = 1; seed <= 20; seed++) {
            SimulatedFleet both = new SimulatedFleet(seed, 2);
            both.kinesis().createStream(OTHER, 2);
            List<CompletableFuture<Void>> starts = List.of(
                    both.worker("w1").begin(),
                    both.worker("w2")
                            .streams(new StreamConfig(OTHER, StartingPosition.trimHorizon()))
                            .begin());
            starts.forEach(start -> both.until(start::isDone));

            assertThat(starts)
                    .filteredOn(CompletableFuture::isCompletedExceptionally)
                    .hasSize(1);
            assertThat(both.table().scan().join().streams()).hasSize(1);
        }
    }

    @Test
    void aTableThatAnEarlierVersionReadsForSeveralStreamsIsClaimed() {
        String key = LeaseKey.streamOf("123456789012", OTHER, fleet.time().instant()) + SimulatedFleet.shardId(0);
        fleet.table()
                .createLease(Lease.unowned(key, Checkpoint.shardEnd(), ImmutableSet.of(), HashKeyRange.FULL))
                .join();

        several("w").begin();
        fleet.advance(Duration.ofSeconds(1));

        assertThat(fleet.table().claim("any").join().claimedBy()).isEqualTo(FleetRow.SEVERAL_STREAMS);
    }

    @Test
    void aLookThatFailsIsRepeatedMoreAndMoreSeldomAndNotOnceSomebodyHasClaimedTheTable() {
        SimulatedWorker worker = fleet.worker("w").with(config -> config.startTimeout(Duration.ofMinutes(5)));
        worker.network().always("scan", Fate.REQUEST_LOST);
        CompletableFuture<Void> start = worker.begin();
        fleet.advance(Duration.ofMinutes(2));
        assertThat(worker.network().sent("scan").size()).isBetween(12, 40);

        fleet.table().claim(SimulatedFleet.STREAM).join();
        int scans = worker.network().sent("scan").size();
        fleet.until(() -> !worker.events(ConsumerEvent.SessionStarted.class).isEmpty());

        assertThat(worker.network().sent("scan").size()).isLessThanOrEqualTo(scans + 1); // that of who has joined
        assertThat(start).isNotDone();
    }

    @Test
    void aLargeFleetThatStartsAnewDoesNotLookAllAtOnce() {
        fleet.table().setPlanned(true).join();
        List<SimulatedWorker> workers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            SimulatedWorker worker = fleet.worker("w" + i);
            worker.network().delay(Duration.ofMillis(100));
            workers.add(worker);
            worker.begin();
        }
        fleet.until(() -> fleet.table().scan().join().sessions().size() == workers.size());
        long looked = workers.stream()
                .filter(worker -> worker.network().sent().stream()
                        .takeWhile(call -> !call.operation().equals("createSession"))
                        .anyMatch(call -> call.operation().equals("scan")))
                .count();

        assertThat(looked).isBetween(1L, 5L);
    }

    private SimulatedWorker several(String name) {
        return fleet.worker(name).streams(new StreamConfig(OTHER, StartingPosition.trimHorizon()));
    }

    private static SimulatedWorker reading(SimulatedWorker worker) {
        return worker.stream(OTHER);
    }

    /** All rows but for the heartbeats of living sessions. */
    private String rows() {
        var scan = fleet.table().scan().join();
        return scan.leases() + "\n" + scan.streams() + "\n"
                + scan.sessions().stream().map(row -> row.id() + row.alive()).toList() + "\n"
                + scan.fleet();
    }
}
