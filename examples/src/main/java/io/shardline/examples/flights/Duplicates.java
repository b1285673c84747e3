package io.shardline.examples.flights;

/**
 * Arrivals of departures that had come before, by their causes.
 *
 * <p>Immutable.
 *
 * @param unknownOutcome copies of departures that were put again because a put had no answer, and was stored all the same
 * @param takenAgain the same copy once more, after a crash or a lost lease
 * @param split copies of departures that were put again because a split had left them in a wrong shard
 */
record Duplicates(long unknownOutcome, long takenAgain, long split) {

    static final Duplicates NONE = new Duplicates(0, 0, 0);

    /** All of them, and why. */
    @Override
    public String toString() {
        return (unknownOutcome + takenAgain + split) + " duplicates (put again without an answer: " + unknownOutcome
                + ", taken again after a crash or a lost lease: " + takenAgain + ", split: " + split + ")";
    }
}
