package io.shardline.producer.internal;

import java.util.function.Function;

/** Runs seeds until an invariant is broken; the one door into a mutant's class loader. Immutable. */
final class MutantRun implements Function<Integer, String> {

    @Override
    public String apply(Integer seeds) {
        for (int seed = 1; seed <= seeds; seed++) {
            try {
                new ProducerSimulation(seed).run();
            } catch (AssertionError e) {
                return brokenBy(e).invariant.name();
            }
        }
        return "none";
    }

    /** The simulated time wraps what is thrown in its tasks. */
    private static Invariant.Broken brokenBy(AssertionError thrown) {
        Throwable cause = thrown;
        while (cause != null && !(cause instanceof Invariant.Broken)) {
            cause = cause.getCause();
        }
        if (cause == null) {
            throw thrown;
        }
        return (Invariant.Broken) cause;
    }
}
