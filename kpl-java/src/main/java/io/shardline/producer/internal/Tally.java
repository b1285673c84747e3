package io.shardline.producer.internal;

import io.shardline.producer.CloseReport;

/**
 * How many records came to which end.
 *
 * <p>Immutable.
 */
record Tally(long acknowledged, long failed, long abandoned) {

    static final Tally NONE = new Tally(0, 0, 0);

    Tally plus(Tally other) {
        return new Tally(acknowledged + other.acknowledged, failed + other.failed, abandoned + other.abandoned);
    }

    /** What has been added since. */
    CloseReport since(Tally earlier) {
        return new CloseReport(
                acknowledged - earlier.acknowledged, failed - earlier.failed, abandoned - earlier.abandoned);
    }

    long sum() {
        return acknowledged + failed + abandoned;
    }
}
