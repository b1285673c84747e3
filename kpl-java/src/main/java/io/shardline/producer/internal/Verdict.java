package io.shardline.producer.internal;

import io.shardline.producer.FailureReason;

/**
 * What is to be done after a failed try.
 *
 * <p>Immutable.
 */
sealed interface Verdict {

    /**
     * The same again, after a back-off.
     *
     * <p>Immutable.
     *
     * @param mayHaveBeenWritten whether the try may have had its effect
     */
    record Retry(boolean mayHaveBeenWritten) implements Verdict {}

    /**
     * The service asks for less: nothing was written, and the same will pass later.
     *
     * <p>Immutable.
     */
    record Throttled() implements Verdict {}

    /**
     * No try will ever succeed.
     *
     * <p>Immutable.
     */
    record Permanent(FailureReason reason) implements Verdict {}

    /**
     * The signature or the key was refused and nothing was written: the same again a few times, and then no more.
     *
     * <p>Immutable.
     */
    record Doubted(FailureReason reason) implements Verdict {}

    /**
     * The request was refused, perhaps because of one entry only: nothing of it was written, and smaller requests find out.
     *
     * <p>Immutable.
     */
    record Split() implements Verdict {}
}
