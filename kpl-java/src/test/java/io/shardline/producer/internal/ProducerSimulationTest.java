package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.FailureReason;
import java.util.EnumMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Many seeds; {@code -Dsim.seed=N} runs one, {@code -Dsim.seeds=N} so many. */
class ProducerSimulationTest {

    private static final int SEEDS = 300;

    @Test
    void everyInvariantIsKeptWhateverHappens() {
        Long single = Long.getLong("sim.seed");
        LongStream seeds = single != null
                ? LongStream.of(single)
                : LongStream.rangeClosed(1, Integer.getInteger("sim.seeds", SEEDS));
        EnumMap<FailureReason, Integer> failures = new EnumMap<>(FailureReason.class);
        long[] acknowledged = {0};
        seeds.forEach(seed -> {
            ProducerSimulation simulation = new ProducerSimulation(seed);
            try {
                simulation.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + " (rerun with -Dsim.seed=" + seed + "): " + simulation.config(), e);
            }
            simulation.failures.forEach((reason, count) -> failures.merge(reason, count, Integer::sum));
            acknowledged[0] += simulation.acknowledged;
        });
        if (single == null) {
            // Otherwise the faults do not bite, or nothing gets through.
            assertThat(acknowledged[0]).isGreaterThan(1_000);
            assertThat(failures)
                    .containsKeys(
                            FailureReason.EXPIRED,
                            FailureReason.BUDGET_FULL,
                            FailureReason.THROTTLED,
                            FailureReason.LANE_STOPPED,
                            FailureReason.CLOSED);
        }
    }

    @Test
    void oneSeedIsOneRun() {
        ProducerSimulation first = new ProducerSimulation(7);
        first.run();
        ProducerSimulation second = new ProducerSimulation(7);
        second.run();

        assertThat(second.time.trace().hash()).isEqualTo(first.time.trace().hash());
    }
}
