package io.shardline.consumer.simulation;

import io.shardline.consumer.simulation.FleetSimulation.Life;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Proof that the simulation bites: fleets that break one rule of the lease protocol, each caught, and by what. */
class BugZooTest {

    private static final int MOST_SEEDS = 500;

    /** A rule that is broken, and the invariant that notices. */
    record Bug(String name, Mutant.Kind kind, String caughtBy, Life life) {
        Bug(String name, Mutant.Kind kind, String caughtBy) {
            this(name, kind, caughtBy, Life.SHORT);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Bug> bugs() {
        return List.of(
                new Bug("no mark before a take", (time, process) -> Mutant.takesWithoutMark(), "one owner"),
                new Bug("deadline from the answer", (time, process) -> Mutant.countsFromTheAnswer(), "one owner"),
                new Bug(
                        "deadline moved by a retry",
                        (time, process) -> Mutant.countsFromTheRetry(process),
                        "one owner"),
                new Bug(
                        "session resumed after its deadline",
                        (time, process) -> Mutant.goesOnAfterTheDeadline(),
                        "over for good"),
                new Bug("names reused", (time, process) -> Mutant.comesBackUnderItsName(), "dies once"),
                new Bug("absence taken for death", (time, process) -> Mutant.takesAbsenceForDeath(), "one owner"),
                new Bug(
                        "checkpoint under the old counter",
                        (time, process) -> Mutant.checkpointsUnderTheOldCounter(),
                        "checkpoints"),
                new Bug(
                        "given lease kept until the answer",
                        (time, process) -> Mutant.keepsWhatItGaveUntilTheAnswer(),
                        "one owner"),
                new Bug("acting on a read", (time, process) -> Mutant.actsOnARead(), "one owner"),
                new Bug(
                        "children after the shard's end",
                        (time, process) -> Mutant.createsChildrenAfterTheEnd(time),
                        "children first"),
                new Bug("ancestor created again", (time, process) -> Mutant.createsAncestorsAgain(), "checkpoints"),
                new Bug(
                        "mark on what is put again in part",
                        (time, process) -> Mutant.marksPartlyRepaired(),
                        "nothing lost",
                        Life.OF_SPLITS));
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void aFleetThatBreaksARuleIsCaughtWithin500Seeds(Bug bug) {
        for (long seed = 1; seed <= MOST_SEEDS; seed++) {
            if (bug.caughtBy().equals(invariantBrokenBy(bug, seed))) { // others may notice what follows from it
                System.out.printf("%s: seed %d, caught by [%s]%n", bug, seed, bug.caughtBy());
                return;
            }
        }
        throw new AssertionError(bug + " was not caught by [" + bug.caughtBy() + "] in " + MOST_SEEDS + " seeds");
    }

    private static @Nullable String invariantBrokenBy(Bug bug, long seed) {
        try {
            new FleetSimulation(seed, bug.life(), bug.kind()).run();
            return null;
        } catch (AssertionError e) {
            return MutantRun.brokenBy(e);
        }
    }
}
