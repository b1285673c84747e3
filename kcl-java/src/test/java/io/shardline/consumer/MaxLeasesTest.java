package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Workers that may not hold more than so many shards. */
class MaxLeasesTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 8);

    @Test
    void aWorkerNeverHoldsMoreAndTheOthersHoldTheRest() {
        SimulatedWorker small = worker("small", 2).start();
        fleet.time().onEachEvent(() -> assertThat(heldBy("small")).isLessThanOrEqualTo(2));
        fleet.advance(Duration.ofSeconds(30));
        assertThat(heldBy("small")).isEqualTo(2);

        SimulatedWorker large = fleet.worker("large").start();
        fleet.until(() -> heldBy("large") == 6);
        large.stop();

        fleet.advance(Duration.ofMinutes(1));
        assertThat(heldBy("small")).isEqualTo(2);
        assertThat(fleet.table().scan().join().leases().stream().filter(lease -> lease.owner() == null))
                .hasSize(6);
        worker("another", 7).start();
        fleet.until(() -> heldBy("another") == 6);
        small.stop();
        fleet.advance(Duration.ofMinutes(1));
        assertThat(heldBy("another")).isEqualTo(7);
    }

    @Test
    void theChildrenOfASplitGoToThoseWhoHaveRoom() {
        worker("w1", 4).start();
        worker("w2", 6).start();
        fleet.until(() -> heldBy("w1") + heldBy("w2") == 8);
        fleet.time().onEachEvent(() -> assertThat(heldBy("w1")).isLessThanOrEqualTo(4));
        fleet.split(shardId(0));
        fleet.split(shardId(1));

        fleet.until(() -> heldBy("w1") == 4 && heldBy("w2") == 6);
    }

    private SimulatedWorker worker(String name, int most) {
        return fleet.worker(name).with(config -> config.maxLeases(most));
    }

    private long heldBy(String worker) {
        return fleet.table().scan().join().leases().stream()
                .filter(lease -> !lease.isEnded())
                .map(Lease::owner)
                .filter(owner -> owner != null && owner.startsWith(worker + "@"))
                .count();
    }
}
