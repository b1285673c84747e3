package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.ConsumerLoop;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.ProtocolRules;
import io.shardline.consumer.simulation.ForwardingLeaseStore;
import io.shardline.consumer.simulation.PlannerLimits;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.consumer.simulation.UnreadableRows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that come and go while one worker plans for all: above two here, and above a hundred elsewhere. */
class PlannedStreamsTest {

    private static final StreamConfig FLIGHTS = new StreamConfig("flights", StartingPosition.trimHorizon());
    private static final StreamConfig TRAINS = new StreamConfig("trains", StartingPosition.trimHorizon());
    private static final StreamConfig SHIPS = new StreamConfig("ships", StartingPosition.trimHorizon());
    private static final ProtocolRules RULES = new PlannerLimits(2, 2);
    private static final Duration D = Duration.ofSeconds(10);

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);
    private final List<Running> workers = new ArrayList<>();

    /** A worker, and what runs in it. */
    private record Running(SimulatedWorker worker, ConsumerLoop loop) {

        boolean isPlanner(SimulatedFleet fleet) {
            return fleet.row(Lease.PLANNER).isOwnedBy(String.valueOf(loop.session()));
        }
    }

    PlannedStreamsTest() {
        fleet.kinesis().createStream("trains", 3);
        fleet.kinesis().createStream("ships", 1);
    }

    private Running running(String name, StreamConfig... streams) {
        SimulatedWorker worker = fleet.worker(name).streams(streams);
        Running running = new Running(worker, worker.loop(RULES));
        workers.add(running);
        return running;
    }

    /** Three workers, of which one plans for all. */
    private void start(StreamConfig... streams) {
        for (int i = 1; i <= 3; i++) {
            fleet.get(running("w" + i, streams).loop().start());
        }
        fleet.until(() -> fleet.table().watch(Set.of()).join().fleet().planned());
        fleet.advance(D.multipliedBy(3));
    }

    private Running planner() {
        return workers.stream()
                .filter(worker -> worker.isPlanner(fleet))
                .findFirst()
                .orElseThrow();
    }

    private Running another() {
        return workers.stream()
                .filter(worker -> worker.worker().process().isAlive() && !worker.isPlanner(fleet))
                .findFirst()
                .orElseThrow();
    }

    private Running who(boolean plans) {
        return plans ? planner() : another();
    }

    /** The same; the row of one shard cannot be read. */
    private UnreadableRows startWithUnreadableRow() {
        Running first = running("w0", FLIGHTS);
        fleet.get(first.loop().start());
        String key = of("flights").get(0).key();
        fleet.get(first.loop().stop(Duration.ofSeconds(30)));
        workers.clear();
        UnreadableRows table = new UnreadableRows(fleet.table(), key);
        for (int i = 1; i <= 3; i++) {
            SimulatedWorker worker = fleet.worker("w" + i).streams(FLIGHTS).table(table);
            workers.add(new Running(worker, worker.loop(RULES)));
            fleet.get(workers.get(i - 1).loop().start());
        }
        fleet.until(() -> fleet.table().watch(Set.of()).join().fleet().planned());
        fleet.advance(D.multipliedBy(3));
        assertThat(planner().loop().health().latest().problems()).hasSize(1);
        return table;
    }

    @Test
    void whoPlansNextNamesARowThatCannotBeRead() {
        startWithUnreadableRow();
        Running dead = planner();

        dead.worker().process().kill();
        fleet.until(() -> !dead.isPlanner(fleet));
        fleet.advance(D.multipliedBy(2));

        assertThat(planner().loop().health().latest().problems()).hasSize(1);
    }

    @Test
    void soDoesWhoPlansForItselfAgain() {
        startWithUnreadableRow();
        Running last = another();

        for (Running worker : workers) {
            if (!worker.equals(last)) {
                worker.worker().process().kill();
            }
        }
        fleet.until(() -> !fleet.table().watch(Set.of()).join().fleet().planned());
        fleet.advance(D.multipliedBy(2));

        assertThat(last.loop().health().latest().problems()).hasSize(1);
    }

    @Test
    void aRowThatIsMendedWhileAnotherWorkerPlansIsForgottenByAll() {
        UnreadableRows table = startWithUnreadableRow();

        table.mend();
        fleet.advance(Duration.ofMinutes(10));

        assertThat(workers)
                .allSatisfy(worker ->
                        assertThat(worker.loop().health().latest().problems()).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStreamThatIsAddedByTheOneWhoPlansOrByAnotherIsReadByAll(boolean plans) {
        start(FLIGHTS);
        fleet.putTo("trains", "train");
        Running adding = who(plans);

        fleet.get(adding.loop().addStream(TRAINS));
        assertThat(of("trains")).as("its leases are there").hasSize(3);
        fleet.until(() -> fleet.texts().equals(List.of("train")));
        fleet.advance(D.multipliedBy(3));

        assertThat(of("trains")).noneMatch(lease -> lease.owner() == null);
        assertThat(workers)
                .allSatisfy(worker ->
                        assertThat(worker.loop().actingOn()).as("%s", worker).isNotEmpty());
        assertThat(adding.loop().health().latest().isReady()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStreamThatWasAddedIsFollowedThroughASplit(boolean plans) {
        start(FLIGHTS);
        fleet.get(who(plans).loop().addStream(TRAINS));
        fleet.until(() -> of("trains").stream().noneMatch(lease -> lease.owner() == null));
        fleet.get(fleet.kinesis()
                .client()
                .splitShard(r -> r.streamName("trains")
                        .shardToSplit(SimulatedFleet.shardId(1))
                        .newStartingHashKey("170141183460469231731687303715884105728")));

        fleet.until(() -> of("trains").size() == 5);

        fleet.until(() -> of("trains").stream().noneMatch(lease -> lease.owner() == null));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStreamThatIsRemovedIsLetGoByAllAndGoesOnWhereItStood(boolean plans) {
        start(FLIGHTS, TRAINS);
        fleet.putTo("trains", "first");
        fleet.until(() -> fleet.texts().equals(List.of("first")));

        fleet.get(who(plans).loop().removeStream("trains"));
        fleet.until(() -> of("trains").stream().allMatch(lease -> lease.owner() == null));
        fleet.putTo("trains", "second");
        assertPlannerComesToRest();
        assertThat(of("trains")).allMatch(lease -> lease.owner() == null);

        fleet.get(who(!plans).loop().addStream(TRAINS));
        fleet.until(() -> fleet.texts().equals(List.of("first", "second")));
        assertThat(workers).allMatch(worker -> worker.loop().health().latest().isReady());
    }

    @Test
    void whatADeadWorkerHeldOfAStreamThatIsRemovedKeepsNobodyBusy() {
        start(FLIGHTS, TRAINS);
        fleet.get(running("w4", FLIGHTS, TRAINS).loop().start());
        fleet.advance(D.multipliedBy(3));
        Running dies = workers.stream()
                .filter(worker -> !worker.isPlanner(fleet)
                        && worker.loop().actingOn().stream().anyMatch(key -> key.contains(":trains:")))
                .findFirst()
                .orElseThrow();
        dies.worker().process().kill();
        fleet.get(planner().loop().removeStream("trains"));
        fleet.advance(D.multipliedBy(6));

        assertPlannerComesToRest();
        assertThat(of("trains"))
                .filteredOn(lease -> lease.owner() != null)
                .as("what nobody lets go, and nobody reads")
                .isNotEmpty();

        fleet.get(another().loop().addStream(TRAINS));
        fleet.until(() -> of("trains").stream()
                .allMatch(lease -> workers.stream()
                        .filter(worker -> worker.worker().process().isAlive())
                        .anyMatch(worker -> worker.loop().actingOn().contains(lease.key()))));
    }

    @Test
    void aStreamThatOnlyANewcomerHasInItsSettingsIsReadByAll() {
        start(FLIGHTS);
        fleet.putTo("ships", "ship");
        Running newcomer = running("w4", FLIGHTS, SHIPS);

        fleet.get(newcomer.loop().start());

        assertThat(of("ships")).as("its lease is there").hasSize(1);
        fleet.until(() -> fleet.texts().equals(List.of("ship")));
        fleet.get(newcomer.loop().health().ready());
    }

    @Test
    void aNewcomerFindsItsStreamsWithoutAScan() {
        start(FLIGHTS, TRAINS, SHIPS);
        Running newcomer = running("w4", FLIGHTS, TRAINS, SHIPS);

        fleet.get(newcomer.loop().start());
        fleet.until(() -> !newcomer.loop().actingOn().isEmpty());
        fleet.advance(Duration.ofMinutes(10));

        assertThat(newcomer.worker().network().sent("scan")).isEmpty();
        assertThat(newcomer.worker().network().sent("readStreams")).isNotEmpty();
    }

    @Test
    void norIsItForgottenIfTheNewcomerDiesBeforeItsLeasesAreThere() {
        start(FLIGHTS);
        fleet.putTo("ships", "ship");
        Running newcomer = running("w4", FLIGHTS, SHIPS);
        newcomer.worker().network().always("createLease", Fate.REQUEST_LOST);
        newcomer.loop().start();
        fleet.until(() -> !newcomer.worker().network().sent("createLease").isEmpty());
        newcomer.worker().process().kill();

        fleet.until(() -> fleet.texts().equals(List.of("ship")));
    }

    @Test
    void aStreamThatIsAddedIsReadAlsoIfThePlannerDiesMeanwhile() {
        start(FLIGHTS);
        fleet.putTo("trains", "train");
        Running dies = planner();
        CompletableFuture<Void> added = another().loop().addStream(TRAINS);
        dies.worker().process().kill();

        fleet.get(added);

        fleet.until(() -> fleet.texts().equals(List.of("train")));
        fleet.until(() -> of("trains").stream().noneMatch(lease -> lease.owner() == null));
    }

    @Test
    void aStreamThatIsRemovedStaysSoAlsoIfThePlannerDiesMeanwhileAndANewcomerHasIt() {
        start(FLIGHTS, SHIPS);
        Running dies = planner();
        CompletableFuture<Void> removed = another().loop().removeStream("ships");
        dies.worker().process().kill();
        fleet.get(removed);
        fleet.get(running("w4", FLIGHTS, SHIPS).loop().start());
        fleet.advance(D.multipliedBy(6));
        fleet.putTo("ships", "ship");
        fleet.advance(D.multipliedBy(6));

        assertThat(fleet.texts()).isEmpty();
        assertThat(workers)
                .filteredOn(worker -> worker.worker().process().isAlive())
                .allSatisfy(worker -> assertThat(worker.loop().actingOn()).noneMatch(key -> key.contains(":ships:")));
    }

    @Test
    void aStreamThatIsDeletedEndsNobody() {
        start(FLIGHTS, SHIPS);
        fleet.get(fleet.kinesis().client().deleteStream(r -> r.streamName("ships")));
        fleet.advance(Duration.ofMinutes(10));
        fleet.putTo("flights", "flight");

        fleet.until(() -> fleet.texts().equals(List.of("flight")));

        assertThat(workers)
                .allSatisfy(worker -> assertThat(worker.loop().state()).isEqualTo(ConsumerState.RUNNING));
    }

    /** Of an earlier version, say, which takes the table for that of its stream. */
    @Test
    void aWorkerOfAnotherKindOfApplicationDoesNotGoOnWithItsLeases() {
        start(FLIGHTS, TRAINS);
        SimulatedWorker stranger = fleet.worker("w4").table(new ForwardingLeaseStore(fleet.table()) {
            @Override
            public CompletableFuture<Watch> watch(Set<String> sessions) {
                return super.watch(sessions).thenApply(watch -> {
                    FleetRow row = watch.fleet();
                    FleetRow claimed =
                            new FleetRow(row.revision(), row.suspects(), row.planned(), SimulatedFleet.STREAM);
                    return new Watch(claimed, watch.sessions());
                });
            }
        });
        ConsumerLoop loop = stranger.loop(RULES);
        loop.start();

        fleet.until(() -> loop.state() == ConsumerState.FAILED);

        assertThat(Objects.requireNonNull(fleet.get(loop.stopped()).failure()))
                .hasMessageContaining("that of an application of several streams, and this consumer was given one");
    }

    /** Its scans are what a large fleet must save. */
    private void assertPlannerComesToRest() {
        fleet.advance(D.multipliedBy(3));
        Running planner = planner();
        int before = planner.worker().network().sent("scan").size();
        fleet.advance(Duration.ofMinutes(4));
        assertThat(planner.worker().network().sent("scan").size() - before)
                .as("scans of the planner in four minutes: one that is periodic, and one for the shards of each stream")
                .isLessThanOrEqualTo(10);
    }

    private List<Lease> of(String stream) {
        return fleet.table().scan().join().leases().stream()
                .filter(lease -> stream.equals(LeaseKey.parse(lease.key()).streamName()))
                .toList();
    }
}
