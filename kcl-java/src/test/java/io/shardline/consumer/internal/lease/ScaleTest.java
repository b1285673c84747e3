package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.lease.ScaleRun.Phase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Fleets of many workers beside those of Amazon's library, in simulated time. {@code -Dscale.full=DIRECTORY} runs the large
 * ones, and writes the tables and the pictures of docs/scale.md there.
 */
class ScaleTest {

    @Test
    void aFleetIsAtWorkSoonerThanAmazonsAndCostsLessToKeep() {
        List<Phase> ours = run(OurScaledFleet::new, 120, 600);
        List<Phase> second = run(Kcl2Fleet::new, 120, 600);
        List<Phase> third = run(Kcl3Fleet::new, 120, 600);

        for (int i = 0; i < ours.size(); i++) {
            Phase phase = ours.get(i);
            assertThat(phase.spread()).as("%s", phase.change()).isLessThanOrEqualTo(1);
            if (phase.change().equals("idle")) {
                assertThat(phase.moves()).isZero();
                assertThat(phase.during().writeUnits())
                        .isLessThan(second.get(i).during().writeUnits() / 3)
                        .isLessThan(third.get(i).during().writeUnits() / 3);
            } else {
                assertThat(phase.heldSeconds()).as("%s", phase.change()).isPositive();
                assertThat(phase.heldSeconds())
                        .as("%s", phase.change())
                        .isLessThan(third.get(i).heldSeconds());
                assertThat(phase.settledSeconds())
                        .as("%s", phase.change())
                        .isLessThan(second.get(i).settledSeconds());
            }
        }
    }

    /** Found among fleets of every size: workers that looked while leases were on their way, and then had no reason to. */
    @Test
    void aFleetIsInBalanceLongBeforeEverybodyLooksAgainAnyway() {
        for (int workers : new int[] {20, 41, 56}) {
            OurScaledFleet fleet = new OurScaledFleet();
            fleet.addLeases(7 * workers + 5);
            fleet.start(workers, Duration.ofSeconds(10));
            fleet.time.advance(Duration.ofMinutes(2));
            assertThat(spread(fleet)).as("%d workers", workers).isLessThanOrEqualTo(1);

            fleet.kill(workers / 3);
            fleet.time.advance(Duration.ofMinutes(2));
            assertThat(spread(fleet)).as("two thirds of %d workers", workers).isLessThanOrEqualTo(1);
        }
    }

    private static int spread(ScaledFleet fleet) {
        IntSummaryStatistics held = Arrays.stream(fleet.held()).summaryStatistics();
        return held.getMax() - held.getMin();
    }

    @Test
    @EnabledIfSystemProperty(named = "scale.full", matches = ".+")
    void theLargeFleetsOnRequest() throws IOException {
        Path directory = Path.of(System.getProperty("scale.full"));
        for (int[] size : new int[][] {{100, 2_000}, {1_000, 10_000}}) {
            List<Phase> phases = new ArrayList<>();
            for (Supplier<ScaledFleet> fleet :
                    List.<Supplier<ScaledFleet>>of(OurScaledFleet::new, Kcl2Fleet::new, Kcl3Fleet::new)) {
                phases.addAll(run(fleet, size[0], size[1]));
            }
            String name = "scale-%dx%d".formatted(size[0], size[1]);
            Files.writeString(
                    directory.resolve(name + ".md"), ScaleReport.table(phases, size[0]), StandardCharsets.UTF_8);
            Files.writeString(
                    directory.resolve(name + ".svg"),
                    ScaleReport.picture(phases, "%,d workers, %,d leases".formatted(size[0], size[1])),
                    StandardCharsets.UTF_8);
        }
    }

    private static List<Phase> run(Supplier<ScaledFleet> fleet, int workers, int leases) {
        List<Phase> phases = new ScaleRun(fleet.get(), workers, leases).run();
        System.out.print(ScaleReport.table(phases, workers));
        return phases;
    }
}
