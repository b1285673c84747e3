package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/** Parents before children, and rule 14 of the lease protocol: no shard ends before its children have leases. */
class LineageTest {

    @Test
    void aShardEndsOnlyWhenItsChildrenHaveLeases() { // rule 14, C13
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        fleet.put("1", "2");
        fleet.split(shardId(0));
        fleet.time().onEachEvent(() -> {
            if (fleet.isLeased(shardId(0)) && fleet.row(shardId(0)).isEnded()) {
                assertThat(fleet.isLeased(shardId(1)) && fleet.isLeased(shardId(2)))
                        .isTrue();
            }
        });
        SimulatedWorker worker = fleet.worker("w").start();
        worker.network().next(1, "createLease", Fate.ANSWER_LOST);
        worker.network().next(8, "createLease", Fate.REQUEST_LOST);

        fleet.until(() -> worker.events(ConsumerEvent.ShardStarted.class).size() == 3);

        assertThat(fleet.row(shardId(0)).isEnded()).isTrue();
        assertThat(worker.network().sent("createLease").size()).isGreaterThan(8);
    }

    @Test
    void aChildIsNotDeliveredBeforeBothMergeParentsEnd() {
        SimulatedFleet fleet = new SimulatedFleet(1, 2);
        fleet.putInto(shardId(0), "parent 0");
        fleet.putInto(shardId(1), "parent 1");
        fleet.merge(shardId(0), shardId(1));
        fleet.putInto(shardId(2), "child");
        fleet.worker("w")
                .before((record, context) -> {
                    if (record.partitionKey().equals("parent 1") && context.attempt() < 8) {
                        throw new IllegalStateException("not yet");
                    }
                })
                .start();

        fleet.until(() -> fleet.texts().size() == 3);

        assertThat(fleet.texts()).containsExactly("parent 0", "parent 1", "child");
    }

    @Test
    void aMergedChildWaitsForAParentThatHasNoLeaseYet() {
        SimulatedFleet fleet = new SimulatedFleet(1, 2);
        fleet.putInto(shardId(0), "grandparent");
        fleet.split(shardId(0)); // into 2 and 3
        fleet.putInto(shardId(3), "slow parent");
        fleet.putInto(shardId(1), "quick parent");
        fleet.merge(shardId(3), shardId(1)); // into 4
        fleet.putInto(shardId(4), "child");
        int[] throttles = {6};
        fleet.worker("w")
                .faults((operation, request) ->
                        isReadOf(request, shardId(0)) && throttles[0]-- > 0 ? new Fault.Throttle() : new Fault.None())
                .start();

        fleet.until(() -> fleet.isLeased(shardId(1)) && fleet.row(shardId(1)).isEnded());
        fleet.advance(Duration.ofSeconds(1));
        assertThat(fleet.isLeased(shardId(3))).as("its parent is not read yet").isFalse();
        fleet.until(() -> fleet.texts().size() == 4);

        assertThat(fleet.texts()).containsExactly("quick parent", "grandparent", "slow parent", "child");
    }

    private static boolean isReadOf(KinesisRequest request, String shardId) {
        return request instanceof GetShardIteratorRequest iterator
                && iterator.shardId().equals(shardId);
    }

    @Test
    void aCrashBetweenTheChildrensLeasesAndTheShardsEndLosesNothing() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        fleet.put("1");
        fleet.split(shardId(0));
        fleet.putInto(shardId(1), "2");
        fleet.putInto(shardId(2), "3");
        SimulatedWorker first = fleet.worker("w1").start();
        fleet.until(() -> fleet.isLeased(shardId(1)) && fleet.isLeased(shardId(2)));
        assertThat(fleet.row(shardId(0)).isEnded()).isFalse();
        first.process().kill();

        fleet.worker("w2").start();
        fleet.until(() -> fleet.texts().containsAll(java.util.List.of("1", "2", "3")));

        assertThat(fleet.row(shardId(0)).isEnded()).isTrue();
    }

    @Test
    void everyShardOfAHistoryIsHandledOnceByTwoWorkers() {
        SimulatedFleet fleet = new SimulatedFleet(3, 2);
        fleet.worker("w1").start();
        fleet.worker("w2").start();
        fleet.putInto(shardId(0), "0");
        fleet.split(shardId(0));
        fleet.putInto(shardId(2), "2");
        fleet.merge(shardId(3), shardId(1));
        fleet.putInto(shardId(4), "4");
        fleet.split(shardId(4));
        fleet.putInto(shardId(5), "5");

        fleet.until(() -> fleet.texts().size() == 4);
        fleet.advance(Duration.ofSeconds(30));

        assertThat(fleet.texts()).containsExactlyInAnyOrder("0", "2", "4", "5");
        assertThat(fleet.table().scan().join().leases()).hasSize(7);
    }

    @Test
    void aFinishedLeaseIsForgottenOnceItsShardIsNotListedAndItsChildHasBegun() { // L6
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        String gone = "shardId-gone";
        fleet.table()
                .createLease(Lease.unowned(gone, Checkpoint.shardEnd(), ImmutableSet.of(), null))
                .join();
        fleet.table()
                .createLease(
                        Lease.unowned(shardId(0), Checkpoint.trimHorizon(), ImmutableSet.of(gone), HashKeyRange.FULL))
                .join();
        fleet.worker("w").start();
        fleet.advance(Duration.ofMinutes(15));
        assertThat(fleet.isLeased(gone)).as("its child has not begun").isTrue();
        fleet.put("1");
        fleet.until(() -> fleet.texts().size() == 1);

        fleet.advance(Duration.ofMinutes(15));

        assertThat(fleet.table().scan().join().leases()).extracting(Lease::key).containsExactly(shardId(0));
    }

    @Test
    void aDeadSessionIsForgottenAfterAnHour() { // W5
        SimulatedFleet fleet = new SimulatedFleet(1, 2);
        SimulatedWorker killed = fleet.worker("killed").start();
        fleet.worker("w").with(config -> config.readsPerSecondAtTip(0.05)).start();
        fleet.advance(Duration.ofMinutes(1));
        killed.process().kill();
        fleet.advance(Duration.ofMinutes(55));
        assertThat(fleet.table().scan().join().sessions()).hasSize(2);

        fleet.advance(Duration.ofMinutes(15));

        assertThat(fleet.table().scan().join().sessions()).hasSize(1).allMatch(SessionRow::alive);
    }
}
