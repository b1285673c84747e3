package io.shardline.consumer.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.FleetSimulation.Life;
import io.shardline.consumer.simulation.FleetSimulation.Outcome;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Many short lives of a small fleet and some long ones; {@code -Dsim.seeds=N} runs so many long ones, and says what happened
 * in them; {@code -Dsim.lives=N} so many short ones, {@code -Dsim.splits=N} so many of splits; {@code -Dsim.seed=N} repeats one, with
 * {@code -Dsim.short=true} a short one, with {@code -Dsim.splits=1} one of splits.
 */
class FleetSimulationTest {

    private static final int SHORT_LIVES = Integer.getInteger("sim.lives", 1_000);
    private static final int LIVES_OF_SPLITS = Integer.getInteger("sim.splits", 40);
    private static final int LONG_LIVES = Integer.getInteger("sim.seeds", 20);

    @Test
    void nothingIsLostDisorderedOrOwnedTwiceInManyTroubledLives() {
        if (Long.getLong("sim.seed") == null || Boolean.getBoolean("sim.short")) {
            live(SHORT_LIVES, Life.SHORT);
        }
    }

    /** Each of at least ten minutes, with three workers, two reshards and two thousand records. */
    @Test
    void norInLongOnes() {
        boolean isOther = Boolean.getBoolean("sim.short") || Integer.getInteger("sim.splits") != null;
        if (Long.getLong("sim.seed") == null || !isOther) {
            live(LONG_LIVES, Life.LONG);
        }
    }

    /** Producers of all kinds put aggregates while shards split and merge. */
    @Test
    void norIsAnyHandledTwiceBecauseOfASplit() {
        if (Long.getLong("sim.seed") == null || Integer.getInteger("sim.splits") != null) {
            Map<String, Long> happened = live(LIVES_OF_SPLITS, Life.OF_SPLITS);
            if (Long.getLong("sim.seed") == null) {
                assertThat(happened)
                        .as("an older producer's duplicates show that aggregates straddled, and on what streams")
                        .containsKeys("duplicates: SPLIT", "lives with all kinds of producers");
            }
        }
    }

    private static Map<String, Long> live(int lives, Life life) {
        Long one = Long.getLong("sim.seed");
        long from = one == null ? 1 : one;
        long to = one == null ? lives : one;
        Map<String, Long> happened = new TreeMap<>();
        LongStream.rangeClosed(from, to)
                .parallel()
                .mapToObj(
                        seed -> { // each life has one thread of its own
                            Outcome outcome = new FleetSimulation(seed, life).run();
                            assertThat(outcome.handled()).as("seed %d", seed).isPositive();
                            check(outcome, life, seed);
                            return outcome;
                        })
                .forEachOrdered(outcome -> {
                    outcome.happened().forEach((what, count) -> happened.merge(what, count, Long::sum));
                    happened.merge("records", (long) outcome.records(), Long::sum);
                    happened.merge("records handled again", (long) outcome.duplicates(), Long::sum);
                    happened.merge("fleet-milliseconds", outcome.took().toMillis(), Long::sum);
                });
        System.out.printf(
                "%d lives of %s, %.1f fleet-hours%n",
                to - from + 1,
                life,
                happened.getOrDefault("fleet-milliseconds", 0L)
                        / (double) Duration.ofHours(1).toMillis());
        happened.forEach((what, count) -> System.out.printf("%,14d  %s%n", count, what));
        return happened;
    }

    private static void check(Outcome outcome, Life life, long seed) {
        long kinds = outcome.happened().keySet().stream()
                .filter(what -> what.startsWith("fault"))
                .count();
        assertThat(kinds).as("kinds of fault, seed %d", seed).isGreaterThanOrEqualTo(3);
        assertThat(outcome.happened().get("reshards")).as("seed %d", seed).isEqualTo(life.reshards());
        assertThat(outcome.records()).as("seed %d", seed).isEqualTo(life.puts());
        assertThat(outcome.took()).as("seed %d", seed).isGreaterThanOrEqualTo(life.atLeast());
    }

    @Test
    void oneSeedIsOneLife() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(new FleetSimulation(seed, Life.SHORT).run())
                    .isEqualTo(new FleetSimulation(seed, Life.SHORT).run());
            assertThat(new FleetSimulation(seed, Life.OF_SPLITS).run())
                    .isEqualTo(new FleetSimulation(seed, Life.OF_SPLITS).run());
        }
    }
}
