package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.lease.WriteResult;
import io.shardline.consumer.simulation.ForwardingLeaseStore;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** An application that reads several streams, whose number may change. */
class SeveralStreamsTest {

    private static final StreamConfig FLIGHTS = new StreamConfig("flights", StartingPosition.trimHorizon());
    private static final StreamConfig TRAINS = new StreamConfig("trains", StartingPosition.trimHorizon());
    private static final StreamConfig SHIPS = new StreamConfig("ships", StartingPosition.trimHorizon());

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);

    SeveralStreamsTest() {
        fleet.kinesis().createStream("trains", 3);
        fleet.kinesis().createStream("ships", 1);
    }

    @Test
    void theWorkersShareTheShardsOfAllStreamsAndRecordsTellTheirs() {
        fleet.worker("w1").streams(FLIGHTS, TRAINS).start();
        fleet.worker("w2").streams(FLIGHTS, TRAINS).start();
        fleet.advance(Duration.ofSeconds(30));
        for (int i = 0; i < 20; i++) {
            fleet.putTo("flights", "flight " + i);
            fleet.putTo("trains", "train " + i);
        }

        fleet.until(() -> fleet.handled().size() == 40);

        assertThat(fleet.handled()).allSatisfy(handled -> {
            assertThat(handled.record().streamName()).startsWith(handled.text().split(" ", -1)[0]);
            assertThat(handled.record().shardId()).startsWith("shardId-0000");
        });
        assertThat(owners())
                .hasSize(5)
                .extracting(owner -> owner.substring(0, 2))
                .contains("w1", "w2");
        assertThat(keys()).allMatch(key -> key.matches("[0-9]+:(flights|trains):[0-9]+:shardId-[0-9]+"));
    }

    @Test
    void aShardHandlerChecksItsRecordsIn() {
        List<String> checkedIn = new ArrayList<>();
        fleet.worker("w")
                .streams(FLIGHTS, SHIPS)
                .shardHandler(context -> (batch, checkpointer) -> {
                    for (ConsumerRecord record : batch.records()) {
                        checkpointer.checkpointAsync(record).thenRun(() -> checkedIn.add(record.partitionKey()));
                    }
                })
                .start();
        fleet.putTo("ships", "ship");
        fleet.putTo("flights", "flight");

        fleet.until(() -> checkedIn.size() == 2);

        assertThat(checkedIn).containsExactlyInAnyOrder("ship", "flight");
    }

    @Test
    void leasesUnderAKeyWithAMadeUpCreationTimeAreRefusedByBothKeys() {
        String key = "123456789012:flights:1:" + SimulatedFleet.shardId(0);
        Lease kcls = Lease.unowned(key, Checkpoint.trimHorizon(), ImmutableSet.of(), null);
        fleet.table().createLease(kcls).join();

        CompletableFuture<Void> start = fleet.worker("w").streams(FLIGHTS).begin();
        fleet.until(start::isDone);

        assertThatThrownBy(start::join)
                .hasMessageContaining("'" + key + "'")
                .hasMessageMatching("(?s).*'[0-9]{12}:flights:[0-9]{2,}:" + SimulatedFleet.shardId(0) + "'.*");
        assertThat(keys()).containsExactly(key);
    }

    @Test
    void aSplitIsFollowedInItsOwnStream() {
        fleet.worker("w").streams(FLIGHTS, TRAINS).start();
        fleet.put("before");
        fleet.split(SimulatedFleet.shardId(0));
        fleet.until(() -> keys().size() == 7);

        fleet.until(() -> fleet.table().scan().join().leases().stream().anyMatch(Lease::isEnded));
        fleet.put("after");
        fleet.until(() -> fleet.texts().size() == 2);

        assertThat(keys()).filteredOn(key -> key.contains(":flights:")).hasSize(4);
    }

    @Test
    void aStreamThatIsAddedIsReadByAllWorkers() {
        SimulatedWorker w1 = fleet.worker("w1").streams(FLIGHTS).start();
        fleet.worker("w2").streams(FLIGHTS).start();
        fleet.putTo("trains", "train");

        fleet.get(w1.consumer().addStream(TRAINS));
        fleet.until(() -> fleet.texts().equals(List.of("train")));
        fleet.advance(Duration.ofSeconds(30));

        assertThat(owners())
                .hasSize(5)
                .extracting(owner -> owner.substring(0, 2))
                .contains("w1", "w2");
        fleet.kinesis()
                .client()
                .splitShard(r -> r.streamName("trains")
                        .shardToSplit(SimulatedFleet.shardId(1))
                        .newStartingHashKey("170141183460469231731687303715884105728"));
        fleet.until(() -> keys().size() == 7);
    }

    @Test
    void aStreamThatIsRemovedIsLetGoAndGoesOnWhereItStoodWhenItIsAdded() {
        SimulatedWorker w1 = fleet.worker("w1").streams(FLIGHTS, SHIPS).start();
        SimulatedWorker w2 = fleet.worker("w2").streams(FLIGHTS, SHIPS).start();
        fleet.putTo("ships", "first");
        fleet.until(() -> fleet.texts().equals(List.of("first")));

        fleet.get(w1.consumer().removeStream("ships"));
        fleet.until(() -> row("ships").owner() == null);
        fleet.putTo("ships", "second");
        fleet.advance(Duration.ofMinutes(10));
        assertThat(row("ships").owner()).isNull();
        fleet.worker("w3").streams(FLIGHTS, SHIPS).start();
        fleet.advance(Duration.ofMinutes(1));
        assertThat(fleet.texts()).containsExactly("first");

        fleet.get(w2.consumer().addStream(SHIPS));
        fleet.until(() -> fleet.texts().equals(List.of("first", "second")));
    }

    @Test
    void whoAddsTheSameStreamMeanwhileIsAnsweredTooAndSoIsWhoRemovesIt() {
        SimulatedWorker worker = fleet.worker("w").streams(FLIGHTS).start();
        CompletableFuture<Void> first = worker.consumer().addStream(SHIPS);
        CompletableFuture<Void> second = worker.consumer().addStream(SHIPS);
        fleet.get(first);
        fleet.get(second);

        CompletableFuture<Void> removed = worker.consumer().removeStream("ships");
        CompletableFuture<Void> removedToo = worker.consumer().removeStream("ships");
        fleet.get(removed);
        fleet.get(removedToo);
    }

    @Test
    void aStreamThatIsDeletedIsReportedOnceAndTheOthersAreReadOn() {
        SimulatedWorker worker = fleet.worker("w").streams(FLIGHTS, SHIPS).start();
        fleet.advance(Duration.ofSeconds(10));
        fleet.get(fleet.kinesis().client().deleteStream(r -> r.streamName("ships")));
        fleet.advance(Duration.ofMinutes(20));
        fleet.put("a flight");

        fleet.until(() -> fleet.texts().equals(List.of("a flight")));

        assertThat(worker.events(ConsumerEvent.StreamFailed.class))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.streamName()).isEqualTo("ships");
                    assertThat(event.why()).hasMessageContaining("stream 'ships' was deleted");
                });
        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.RUNNING);
    }

    @Test
    void aStreamThatIsGoneAndOfWhichKclHasLeftALeaseCanBeRemoved() {
        String key = "123456789012:buses:1600000000:" + SimulatedFleet.shardId(0);
        fleet.table()
                .createLease(Lease.unowned(key, Checkpoint.trimHorizon(), ImmutableSet.of(), null))
                .join();
        SimulatedWorker worker = fleet.worker("w1").streams(FLIGHTS).start();
        SimulatedWorker other = fleet.worker("w2").streams(FLIGHTS).start();
        fleet.until(() -> !worker.events(ConsumerEvent.StreamFailed.class).isEmpty());
        assertThat(worker.events(ConsumerEvent.StreamFailed.class))
                .extracting(ConsumerEvent.StreamFailed::streamName)
                .containsExactly("buses");

        fleet.get(other.consumer().removeStream("buses"));
        fleet.until(() -> fleet.row(key).owner() == null);
        fleet.advance(Duration.ofMinutes(10));

        assertThat(fleet.row(key).owner()).isNull();
        assertThat(worker.consumer().fleetHealth().shards())
                .extracting(FleetHealth.Shard::shardId)
                .doesNotContain(key)
                .isNotEmpty();
        assertFails(other.consumer().removeStream("cars"), "does not read a stream 'cars'");
    }

    @Test
    void aStreamThatAnotherWorkerWritesDownWhileItIsRemovedIsRemoved() {
        String key = "123456789012:buses:1600000000:" + SimulatedFleet.shardId(0);
        fleet.table()
                .createLease(Lease.unowned(key, Checkpoint.trimHorizon(), ImmutableSet.of(), null))
                .join();
        SimulatedWorker worker = fleet.worker("w")
                .streams(FLIGHTS)
                .table(new ForwardingLeaseStore(fleet.table()) {
                    @Override
                    public CompletableFuture<WriteResult<StreamRow>> registerStream(StreamRow row) {
                        if (row.removed()) {
                            fleet.table().registerStream(row.removed(false)).join();
                        }
                        return super.registerStream(row);
                    }
                })
                .start();

        fleet.get(worker.consumer().removeStream("buses"));

        assertThat(fleet.table().scan().join().removed()).containsExactly("buses");
    }

    @Test
    void aStreamThatIsNotThereFailsTheStartAndTheAdding() {
        SimulatedWorker worker =
                fleet.worker("w1").streams(FLIGHTS, new StreamConfig("buses", StartingPosition.latest()));
        assertFails(worker.begin(), "stream 'buses' does not exist");

        SimulatedWorker other = fleet.worker("w2").streams(FLIGHTS).start();
        assertFails(
                other.consumer().addStream(new StreamConfig("buses", StartingPosition.latest())),
                "stream 'buses' does not exist");
        assertFails(other.consumer().removeStream("cars"), "does not read a stream 'cars'");
        assertThat(other.consumer().state()).isEqualTo(ConsumerState.RUNNING);
        other.stop();
        assertFails(other.consumer().addStream(SHIPS), "the consumer is STOPPED");
    }

    @Test
    void anApplicationOfOneStreamAndOneOfSeveralDoNotShareATable() {
        SimulatedWorker one = fleet.worker("w1").start();
        assertThatThrownBy(() -> one.consumer().addStream(TRAINS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("built for one stream 'flights'");
        one.stop();

        assertFails(
                fleet.worker("w2").streams(FLIGHTS).begin(),
                "the leases in the lease table are of stream 'flights', and this consumer was given several streams");
    }

    private void assertFails(CompletableFuture<Void> future, String message) {
        fleet.until(future::isDone);
        assertThatThrownBy(future::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(ConsumerException.class)
                .hasMessageContaining(message);
    }

    private List<String> keys() {
        return fleet.table().scan().join().leases().stream().map(Lease::key).toList();
    }

    private List<String> owners() {
        return fleet.table().scan().join().leases().stream()
                .map(lease -> String.valueOf(lease.owner()))
                .toList();
    }

    private Lease row(String stream) {
        return fleet.table().scan().join().leases().stream()
                .filter(lease -> stream.equals(LeaseKey.parse(lease.key()).streamName()))
                .findFirst()
                .orElseThrow();
    }
}
