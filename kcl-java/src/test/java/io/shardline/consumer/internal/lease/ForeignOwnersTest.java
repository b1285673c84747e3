package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Rule 27 of the lease protocol: leases of a stopped KCL application, as the table in DynamoDB shows them, are owned by a
 * session that is not there, under a name that changes with every write.
 */
class ForeignOwnersTest {

    private final LeaseFleet fleet = new LeaseFleet();

    @Test
    void whatAForeignOwnerDoesNotMoveForALeaseDurationIsTaken() { // rule 27: D, not T
        create(ownedAt(5));
        Member a = fleet.join("a");

        fleet.advance(Duration.ofMillis(9_900));
        assertThat(a.holds("shard-1")).isFalse();
        fleet.advance(Duration.ofMillis(600));
        assertThat(a.holds("shard-1")).isTrue();
    }

    @Test
    void whatAForeignOwnerMovesIsLeftToIt() {
        create(ownedAt(5));
        Member a = fleet.join("a");
        fleet.advance(Duration.ofSeconds(5));
        // The counter moved, so the row shows another owner: nothing is known of that one yet.
        Lease before = fleet.row("shard-1");
        fleet.table.give(before, before.checkpoint(), nameAt(6)).join();

        fleet.advance(Duration.ofSeconds(7));
        assertThat(a.holds("shard-1")).isFalse();
        fleet.advance(Duration.ofSeconds(10)); // since then nothing has moved
        assertThat(a.holds("shard-1")).isTrue();
    }

    private void create(Lease lease) {
        fleet.table.createLease(lease).join();
    }

    private static Lease ownedAt(long counter) {
        return new Lease("shard-1", nameAt(counter), counter, Checkpoint.trimHorizon(), ImmutableSet.of(), null, 0);
    }

    private static String nameAt(long counter) {
        return "kcl-worker (foreign, counter " + counter + " of shard-1)";
    }
}
