package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.consumer.simulation.UnreadableRows;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A lease table that KCL has left behind: its rows say where reading is, whatever the starting position. */
class TakenOverTableTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 1);

    @ParameterizedTest
    @EnumSource(StartingPosition.Kind.class)
    void theChildrenOfAShardThatKclDidNotFinishAreReadFromTheirBeginning(StartingPosition.Kind kind) {
        fleet.put("r1", "r2", "r3", "r4");
        leave(shardId(0), 2, HashKeyRange.FULL);
        fleet.split(shardId(0));
        fleet.putInto(shardId(1), "r5");
        fleet.putInto(shardId(2), "r6");
        fleet.advance(Duration.ofMinutes(10));

        fleet.worker("w").from(position(kind)).start();
        fleet.putInto(shardId(1), "r7");
        fleet.until(() -> fleet.texts().size() >= 5);
        fleet.advance(Duration.ofSeconds(30));

        assertThat(fleet.texts()).containsExactlyInAnyOrder("r3", "r4", "r5", "r6", "r7");
        assertThat(fleet.texts().subList(0, 2)).containsExactly("r3", "r4");
    }

    @ParameterizedTest
    @EnumSource(StartingPosition.Kind.class)
    void soAreTheirChildrenAfterAMergeAndASplitThatKclDidNotSee(StartingPosition.Kind kind) {
        fleet.put("r1", "r2", "r3", "r4");
        leave(shardId(0), 2, HashKeyRange.FULL);
        fleet.split(shardId(0));
        fleet.putInto(shardId(1), "r5");
        fleet.putInto(shardId(2), "r6");
        fleet.merge(shardId(1), shardId(2));
        fleet.put("r7");
        fleet.split(shardId(3));
        fleet.putInto(shardId(4), "r8");
        fleet.putInto(shardId(5), "r9");
        fleet.advance(Duration.ofMinutes(10));

        fleet.worker("w").from(position(kind)).start();
        fleet.until(() -> fleet.texts().size() >= 7);
        fleet.advance(Duration.ofSeconds(30));

        assertThat(fleet.texts()).containsExactlyInAnyOrder("r3", "r4", "r5", "r6", "r7", "r8", "r9");
    }

    @ParameterizedTest
    @EnumSource(StartingPosition.Kind.class)
    void soIsAShardWhoseParentsHaveExpired(StartingPosition.Kind kind) {
        fleet.put("r1", "r2");
        leave(shardId(0), 2, HashKeyRange.FULL);
        fleet.split(shardId(0));
        fleet.split(shardId(2));
        fleet.advance(Duration.ofHours(25)); // 0 and 2 are not listed any more
        fleet.putInto(shardId(1), "r3");
        fleet.putInto(shardId(3), "r4");
        fleet.putInto(shardId(4), "r5");
        fleet.advance(Duration.ofMinutes(10));

        fleet.worker("w").from(position(kind)).start();
        fleet.until(() -> fleet.texts().size() >= 3);
        fleet.advance(Duration.ofSeconds(30));

        assertThat(fleet.texts()).containsExactlyInAnyOrder("r3", "r4", "r5");
    }

    @ParameterizedTest
    @EnumSource(StartingPosition.Kind.class)
    void theChildrenOfAShardWhoseRowCannotBeReadWaitUntilItIsMended(StartingPosition.Kind kind) {
        fleet.put("r1", "r2", "r3", "r4");
        leave(shardId(0), 2, HashKeyRange.FULL);
        fleet.split(shardId(0));
        fleet.putInto(shardId(1), "r5");
        fleet.putInto(shardId(1), "r6");
        fleet.putInto(shardId(2), "r7");
        fleet.putInto(shardId(2), "r8");
        fleet.advance(Duration.ofMinutes(10));
        UnreadableRows table = new UnreadableRows(fleet.table(), shardId(0));

        SimulatedWorker worker = startOn(table, kind);
        fleet.putInto(shardId(1), "r9");
        fleet.advance(Duration.ofMinutes(5));
        assertThat(fleet.texts()).isEmpty();
        assertIsUnreadable(worker, shardId(0));

        table.mend();
        fleet.until(() -> fleet.texts().size() >= 7);
        fleet.advance(Duration.ofMinutes(1));

        assertThat(fleet.texts()).containsExactlyInAnyOrder("r3", "r4", "r5", "r6", "r7", "r8", "r9");
        assertThat(fleet.texts().subList(0, 2)).containsExactly("r3", "r4");
        assertThat(worker.consumer().health().problems()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(StartingPosition.Kind.class)
    void soDoesAShardBehindItWhoseParentsHaveExpired(StartingPosition.Kind kind) {
        fleet.put("r1", "r2");
        leave(shardId(0), 2, HashKeyRange.FULL);
        fleet.split(shardId(0));
        fleet.split(shardId(2));
        fleet.split(shardId(1));
        fleet.advance(Duration.ofHours(25)); // of 0, 1 and 2 nothing is listed any more
        fleet.putInto(shardId(3), "r3");
        fleet.putInto(shardId(5), "r4");
        fleet.advance(Duration.ofMinutes(10));
        UnreadableRows table = new UnreadableRows(fleet.table(), shardId(0));

        SimulatedWorker worker = startOn(table, kind);
        fleet.advance(Duration.ofMinutes(5));
        assertThat(fleet.texts()).isEmpty();
        assertIsUnreadable(worker, shardId(0));

        table.mend();
        fleet.until(() -> fleet.texts().size() >= 2);
        fleet.advance(Duration.ofMinutes(1));

        assertThat(fleet.texts()).containsExactlyInAnyOrder("r3", "r4");
    }

    private SimulatedWorker startOn(UnreadableRows table, StartingPosition.Kind kind) {
        return fleet.worker("w")
                .with(config -> config.shardSyncInterval(Duration.ofMinutes(1)))
                .table(table)
                .from(position(kind))
                .start();
    }

    private static void assertIsUnreadable(SimulatedWorker worker, String key) {
        assertThat(worker.consumer().health().problems())
                .containsExactly(
                        "shard " + key + " is read by nobody, as its lease cannot be read: " + UnreadableRows.WHY);
    }

    @ParameterizedTest
    @EnumSource(StartingPosition.Kind.class)
    void aRowWithoutACheckpointBeginsAsConfiguredAndAChildAtItsBeginning(StartingPosition.Kind kind) {
        fleet.put("r1");
        fleet.split(shardId(0));
        fleet.putInto(shardId(1), "r2");
        fleet.putInto(shardId(2), "r3");
        leave(shardId(0), 1, HashKeyRange.FULL);
        leave(shardId(1), new Checkpoint.Unsettled(null)); // without its parent
        fleet.split(shardId(2));
        fleet.advance(Duration.ofMinutes(10));

        fleet.worker("w").from(position(kind)).start();
        fleet.putInto(shardId(3), "r4");
        fleet.until(() -> fleet.texts().size() >= 3);
        fleet.advance(Duration.ofSeconds(30));

        assertThat(fleet.texts()).containsExactlyInAnyOrder("r2", "r3", "r4");
        assertThat(fleet.row(shardId(0)).isEnded()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(StartingPosition.Kind.class)
    void aRootWithoutACheckpointBeginsAsConfigured(StartingPosition.Kind kind) {
        fleet.put("r1", "r2");
        leave(shardId(0), new Checkpoint.Unsettled(null));
        fleet.advance(Duration.ofMinutes(10));

        fleet.worker("w").from(position(kind)).start();
        fleet.put("r3");
        fleet.until(() -> fleet.texts().contains("r3"));

        assertThat(fleet.texts())
                .isEqualTo(kind == StartingPosition.Kind.TRIM_HORIZON ? List.of("r1", "r2", "r3") : List.of("r3"));
    }

    @Test
    void kclsLatestTakesTheMomentOfTheFirstStartAndKeepsIt() {
        fleet.put("r1");
        leave(shardId(0), new Checkpoint.Unsettled(StartingPosition.Kind.LATEST));
        fleet.advance(Duration.ofHours(3));

        SimulatedWorker first =
                fleet.worker("w1").from(StartingPosition.latest()).start();
        fleet.until(() -> !first.events(ConsumerEvent.ShardStarted.class).isEmpty());
        first.stop();
        fleet.put("r2");
        fleet.advance(Duration.ofHours(3));
        fleet.worker("w2").from(StartingPosition.latest()).start();
        fleet.until(() -> !fleet.texts().isEmpty());

        assertThat(fleet.texts()).containsExactly("r2");
    }

    @Test
    void kclsTimestampTakesTheConfiguredTime() {
        fleet.put("r1");
        fleet.advance(Duration.ofHours(3));
        StartingPosition afterFirst = StartingPosition.atTimestamp(fleet.time().instant());
        fleet.put("r2");
        leave(shardId(0), new Checkpoint.Unsettled(StartingPosition.Kind.AT_TIMESTAMP));
        fleet.advance(Duration.ofHours(3));

        fleet.worker("w").from(afterFirst).start();
        fleet.until(() -> !fleet.texts().isEmpty());

        assertThat(fleet.texts()).containsExactly("r2");
    }

    @Test
    void kclsLatestOfAChildWhoseParentIsNotFinishedLosesNothing() {
        fleet.put("r1", "r2");
        leave(shardId(0), 1, HashKeyRange.FULL);
        fleet.split(shardId(0));
        fleet.putInto(shardId(1), "r3");
        leave(shardId(1), new Checkpoint.Unsettled(StartingPosition.Kind.LATEST));
        fleet.advance(Duration.ofMinutes(10));

        fleet.worker("w").from(StartingPosition.latest()).start();
        fleet.until(() -> fleet.texts().size() == 2);

        assertThat(fleet.texts()).containsExactly("r2", "r3");
    }

    private void leave(String shardId, Checkpoint checkpoint) {
        fleet.table()
                .createLease(new Lease(shardId, null, 41, checkpoint, ImmutableSet.of(), HashKeyRange.FULL, 0))
                .join();
    }

    private StartingPosition position(StartingPosition.Kind kind) {
        return switch (kind) {
            case TRIM_HORIZON -> StartingPosition.trimHorizon();
            case LATEST -> StartingPosition.latest();
            case AT_TIMESTAMP -> StartingPosition.atTimestamp(fleet.time().instant());
        };
    }

    /** A row at the record with this number, the first being one. */
    private void leave(String shardId, int number, HashKeyRange range) {
        String last =
                fleet.kinesis().records(SimulatedFleet.STREAM).get(number - 1).sequenceNumber();
        Checkpoint at = new Checkpoint.At(new Position(last, 0));
        fleet.table()
                .createLease(new Lease(shardId, null, 41, at, ImmutableSet.of(), range, 0))
                .join();
    }
}
