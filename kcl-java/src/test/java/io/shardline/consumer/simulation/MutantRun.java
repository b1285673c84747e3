package io.shardline.consumer.simulation;

import io.shardline.consumer.simulation.FleetSimulation.Life;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs short lives until a certain invariant is broken; the one door into a mutant's class loader. Immutable. */
final class MutantRun implements BiFunction<Integer, String, String> {

    /** What an invariant's name is followed by where lives of splits are to break it. */
    static final String OF_SPLITS = " in a life of splits";

    private static final Pattern INVARIANT = Pattern.compile("\\[([a-z ]+)\\]");

    /** The first seed whose life breaks the invariant before any other, or "none". */
    @Override
    public String apply(Integer seeds, String invariant) {
        Life life = invariant.endsWith(OF_SPLITS) ? Life.OF_SPLITS : Life.SHORT;
        String broken = invariant.replace(OF_SPLITS, "");
        for (int seed = 1; seed <= seeds; seed++) {
            try {
                new FleetSimulation(seed, life).run();
            } catch (AssertionError e) {
                if (breaks(broken, brokenBy(e))) {
                    return String.valueOf(seed);
                }
            }
        }
        return "none";
    }

    /** A life that comes to no end because a record is lost makes no progress either. */
    private static boolean breaks(String expected, String broken) {
        return broken.equals(expected) || (expected.equals("progress") && broken.equals("nothing lost"));
    }

    /** The name in brackets; a life that comes to no end breaks "progress". */
    static String brokenBy(AssertionError thrown) {
        Matcher invariant = INVARIANT.matcher(String.valueOf(thrown.getMessage()));
        return invariant.find() ? invariant.group(1) : "progress";
    }
}
