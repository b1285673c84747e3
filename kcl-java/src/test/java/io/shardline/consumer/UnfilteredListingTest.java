package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.testkit.Fault;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service that ignores the filter of ListShards, as emulators do: shards that were closed long ago are listed, too. */
class UnfilteredListingTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);

    @BeforeEach
    void reshard() {
        fleet.kinesis().faults().on("ListShards").inject(new Fault.UnfilteredListing());
        fleet.putInto(shardId(0), "before 0");
        fleet.putInto(shardId(1), "before 1");
        fleet.split(shardId(0));
        fleet.split(shardId(1));
    }

    private void putIntoChildren(String text) {
        for (int shard = 2; shard < 6; shard++) {
            fleet.putInto(shardId(shard), text + " " + shard);
        }
    }

    private static String[] ofChildren(String text) {
        return List.of(2, 3, 4, 5).stream().map(shard -> text + " " + shard).toArray(String[]::new);
    }

    @Test
    void aTimeBetweenIsWhereReadingBegins() {
        fleet.advance(Duration.ofSeconds(3));
        StartingPosition now = StartingPosition.atTimestamp(fleet.time().instant());
        fleet.advance(Duration.ofSeconds(3));
        putIntoChildren("between");
        fleet.worker("w1").from(now).start();
        fleet.worker("w2").from(now).start();

        fleet.advance(Duration.ofMinutes(6));

        assertThat(fleet.texts()).containsExactlyInAnyOrder(ofChildren("between"));
    }

    @Test
    void latestIsNoReplay() {
        putIntoChildren("between");
        fleet.advance(Duration.ofSeconds(3));
        fleet.worker("w1").from(StartingPosition.latest()).start();
        fleet.worker("w2").from(StartingPosition.latest()).start();
        fleet.advance(Duration.ofSeconds(20));
        putIntoChildren("after");

        fleet.advance(Duration.ofMinutes(6));

        assertThat(fleet.texts()).containsExactlyInAnyOrder(ofChildren("after"));
    }

    @Test
    void latestIsNoReplayOfMergedShardsEither() {
        putIntoChildren("between");
        fleet.merge(shardId(3), shardId(4));
        fleet.split(shardId(5));
        fleet.putInto(shardId(6), "merged");
        fleet.putInto(shardId(7), "split");
        fleet.advance(Duration.ofSeconds(3));
        fleet.worker("w1").from(StartingPosition.latest()).start();
        fleet.worker("w2").from(StartingPosition.latest()).start();
        fleet.advance(Duration.ofSeconds(20));
        fleet.putInto(shardId(6), "after");
        fleet.merge(shardId(6), shardId(7));
        fleet.putInto(shardId(9), "last");

        fleet.advance(Duration.ofMinutes(6));

        assertThat(fleet.texts()).containsExactly("after", "last");
    }

    @Test
    void fromTheOldestEveryRecordComesOnceAndParentsFirst() {
        putIntoChildren("between");
        fleet.worker("w1").start();
        fleet.worker("w2").start();

        fleet.advance(Duration.ofMinutes(6));

        assertThat(fleet.texts())
                .hasSize(6)
                .contains("before 0", "before 1")
                .contains(ofChildren("between"))
                .containsSubsequence("before 0", "between 2")
                .containsSubsequence("before 0", "between 3")
                .containsSubsequence("before 1", "between 4")
                .containsSubsequence("before 1", "between 5");
    }

    @Test
    void aReshardWhileItRunsLosesAndRepeatsNothing() {
        fleet.worker("w1").from(StartingPosition.latest()).start();
        fleet.worker("w2").from(StartingPosition.latest()).start();
        fleet.advance(Duration.ofSeconds(20));
        putIntoChildren("after");
        fleet.split(shardId(2));
        fleet.putInto(shardId(6), "last");
        fleet.advance(Duration.ofMinutes(6));

        assertThat(fleet.texts()).hasSize(5).contains(ofChildren("after")).contains("last");
    }

    /** Its records have expired, and its lease was deleted or never made. */
    @Test
    void aShardWhoseRecordsHaveAllExpiredHoldsNobodyUp() {
        fleet.advance(Duration.ofHours(30));
        putIntoChildren("between");
        fleet.worker("w1").start();

        fleet.advance(Duration.ofMinutes(2));

        assertThat(fleet.texts()).containsExactlyInAnyOrder(ofChildren("between"));
    }
}
