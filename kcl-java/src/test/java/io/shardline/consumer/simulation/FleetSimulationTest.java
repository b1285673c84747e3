package io.shardline.consumer.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.FleetSimulation.Outcome;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A thousand lives of a small fleet; {@code -Dsim.seed=N} repeats one of them, {@code -Dsim.seeds=N} runs more. */
class FleetSimulationTest {

    private static final int SEEDS = Integer.getInteger("sim.seeds", 1_000);

    @Test
    void nothingIsLostDisorderedOrOwnedTwiceInAThousandTroubledLives() {
        Long one = Long.getLong("sim.seed");
        long from = one == null ? 1 : one;
        long to = one == null ? SEEDS : one;
        LongStream.rangeClosed(from, to)
                .parallel()
                .forEach(
                        seed -> { // each life has one thread of its own
                            Outcome outcome = new FleetSimulation(seed).run();
                            assertThat(outcome.handled()).as("seed %d", seed).isPositive();
                        });
    }

    @Test
    void oneSeedIsOneLife() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(new FleetSimulation(seed).run()).isEqualTo(new FleetSimulation(seed).run());
        }
    }
}
