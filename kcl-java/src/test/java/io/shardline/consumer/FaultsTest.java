package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that are in trouble for a while, as a fleet of three sees them: what must be true meanwhile and afterwards. */
class FaultsTest {

    private static final Duration D = Duration.ofSeconds(10);
    private static final int SHARDS = 6;

    private final SimulatedFleet fleet = new SimulatedFleet(1, SHARDS);
    private final List<SimulatedWorker> workers = new ArrayList<>();
    private int put;

    @Test
    void aTableThatThrottlesTheWholeFleetForMinutesLosesNothingAndDisordersNothing() {
        startThree();
        workers.forEach(worker -> worker.network().share(0.5, Fate.REQUEST_LOST));
        putForAMinute();
        putForAMinute();
        workers.forEach(worker -> worker.network().share(0, Fate.ANSWERED));

        everythingIsHandledInOrder();
        itIsCalmAgain();
    }

    @Test
    void aSlowTableMovesNoLeaseAndEndsNoSession() {
        startThree();
        List<String> before = owners();
        workers.forEach(worker -> worker.network().delay(Duration.ofMillis(450))); // just answers in time
        putForAMinute();
        putForAMinute();

        everythingIsHandledInOrder();
        assertThat(fleet.texts()).doesNotHaveDuplicates();
        assertThat(owners()).isEqualTo(before);
        assertThat(workers)
                .allSatisfy(worker -> assertThat(worker.events(ConsumerEvent.SessionOver.class))
                        .isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "createSession",
                "renew",
                "take",
                "checkpoint",
                "give",
                "notify",
                "ask",
                "markDead",
                "createLease"
            })
    void aWriteThatLandedAndWhoseAnswerWasLostIsNeitherDoneTwiceNorForgotten(String operation) {
        for (int i = 1; i <= 3; i++) {
            SimulatedWorker worker = fleet.worker("w" + i);
            worker.network().next(3, operation, Fate.ANSWER_LOST);
            workers.add(worker);
        }
        workers.forEach(SimulatedWorker::start);
        putForAMinute();
        fleet.get(workers.remove(0).consumer().closeAsync()); // so that something is given, too
        SimulatedWorker doomed = workers.remove(0);
        doomed.process().kill();
        putForAMinute();

        everythingIsHandledInOrder();
        assertThat(owners()).allMatch(owner -> owner.startsWith("w3"));
    }

    @Test
    void aWorkerThatCannotReachKinesisKeepsItsLeasesWhileTheOthersGoOn() {
        boolean[] unreachable = {false};
        SimulatedWorker unlucky = fleet.worker("unlucky")
                .faults((operation, request) ->
                        unreachable[0] ? new Fault.RequestLost(Duration.ofSeconds(6)) : new Fault.None());
        workers.add(unlucky.start());
        workers.add(fleet.worker("w2").start());
        workers.add(fleet.worker("w3").start());
        fleet.advance(D.multipliedBy(2));
        List<String> before = owners();
        unreachable[0] = true;
        putForAMinute();
        int expectedOfOthers = put - put / 3;

        assertThat(fleet.handled()).hasSizeGreaterThanOrEqualTo(expectedOfOthers);
        assertThat(owners()).as("reading is no condition for holding").isEqualTo(before);
        assertThat(unlucky.events(ConsumerEvent.ReadFailed.class)).isNotEmpty();
        unreachable[0] = false;
        everythingIsHandledInOrder();
        assertThat(fleet.texts()).doesNotHaveDuplicates();
    }

    @Test
    void aWorkerThatCannotReachTheTableHandlesNothingThatAnotherMayHandle() {
        startThree();
        SimulatedWorker cutOff = workers.get(0);
        cutOff.network().cut();
        putForAMinute();
        long over = fleet.time().nowNanos();
        putForAMinute();

        assertThat(fleet.handled().stream().filter(handled -> handled.nanos() > over))
                .extracting(SimulatedFleet.Handled::worker)
                .doesNotContain(cutOff.process().name());
        cutOff.network().mend();
        everythingIsHandledInOrder();
        itIsCalmAgain();
    }

    private void startThree() {
        for (int i = 1; i <= 3; i++) {
            workers.add(fleet.worker("w" + i).start());
        }
        fleet.advance(D.multipliedBy(2));
    }

    /** One record a second and shard. */
    private void putForAMinute() {
        for (int second = 0; second < 60; second++) {
            for (int shard = 0; shard < SHARDS; shard++) {
                fleet.putInto(shardId(shard), "%d:%04d".formatted(shard, put / SHARDS));
                put++;
            }
            fleet.advance(Duration.ofSeconds(1));
        }
    }

    private void everythingIsHandledInOrder() {
        fleet.until(() -> fleet.texts().stream().distinct().count() == put);
        for (int shard = 0; shard < SHARDS; shard++) {
            String prefix = shard + ":";
            assertThat(fleet.texts().stream()
                            .filter(text -> text.startsWith(prefix))
                            .distinct())
                    .as("first occurrences in shard %d", shard)
                    .isSorted();
        }
    }

    /** All leases are held, evenly, and stay where they are. */
    private void itIsCalmAgain() {
        fleet.advance(D.multipliedBy(4));
        List<String> before = owners();
        fleet.advance(Duration.ofMinutes(6));

        assertThat(owners()).isEqualTo(before);
        assertThat(before.stream().map(owner -> owner.replaceFirst("@.*", "")).distinct())
                .hasSize(workers.size());
    }

    private List<String> owners() {
        return fleet.table().scan().join().leases().stream()
                .map(lease -> String.valueOf(lease.owner()))
                .toList();
    }
}
