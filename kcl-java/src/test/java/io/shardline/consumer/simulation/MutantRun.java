package io.shardline.consumer.simulation;

import io.shardline.consumer.simulation.FleetSimulation.Life;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs short lives until an invariant is broken; the one door into a mutant's class loader. Immutable. */
final class MutantRun implements Function<Integer, String> {

    private static final Pattern INVARIANT = Pattern.compile("\\[([a-z ]+)\\]");

    /** Seed and name of the first invariant that is broken, as in {@code 12 one owner}; "none" if all seeds keep all. */
    @Override
    public String apply(Integer seeds) {
        for (int seed = 1; seed <= seeds; seed++) {
            try {
                new FleetSimulation(seed, Life.SHORT).run();
            } catch (AssertionError e) {
                return seed + " " + brokenBy(e);
            }
        }
        return "none";
    }

    /** The name in brackets; a life that comes to no end breaks "progress". */
    static String brokenBy(AssertionError thrown) {
        Matcher invariant = INVARIANT.matcher(String.valueOf(thrown.getMessage()));
        return invariant.find() ? invariant.group(1) : "progress";
    }
}
