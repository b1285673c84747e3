package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.testkit.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A service that gives records again which it has given. */
class RepeatedAnswersTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 1);

    @Test
    void aPageThatComesTwiceIsHandledOnceAndInOrder() {
        fleet.put("r1", "r2", "r3");
        fleet.worker("w").start();
        fleet.until(() -> fleet.texts().size() == 3);
        fleet.kinesis().faults().on("GetRecords").times(20).inject(new Fault.RepeatedRecords(3));
        fleet.put("r4");
        fleet.advance(Duration.ofSeconds(5));
        fleet.put("r5");

        fleet.until(() -> fleet.texts().contains("r5"));

        assertThat(fleet.texts()).containsExactly("r1", "r2", "r3", "r4", "r5");
    }
}
