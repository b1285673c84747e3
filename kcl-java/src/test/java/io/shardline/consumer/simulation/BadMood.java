package io.shardline.consumer.simulation;

/** What simulated handlers throw; without a stack, as thousands of them go to the log. Immutable. */
final class BadMood extends RuntimeException {

    private static final long serialVersionUID = 1;

    BadMood(String message) {
        super(message, null, false, false);
    }

    /** The same as an error, which handlers throw too. Immutable. */
    static final class Very extends Error {

        private static final long serialVersionUID = 1;

        Very(String message) {
            super(message, null, false, false);
        }
    }
}
