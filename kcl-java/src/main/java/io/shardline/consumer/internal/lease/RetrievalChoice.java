package io.shardline.consumer.internal.lease;

import java.time.Duration;
import java.time.Instant;

/**
 * How all workers read a stream that they read automatically, as the stream's row says.
 *
 * <p>Immutable.
 *
 * @param isFanOut whether with dedicated throughput; otherwise with GetRecords
 * @param since when that was written, by the clock of the worker that did
 * @param why in a word, for events and people
 * @param stay how long dedicated throughput is kept at least; with GetRecords how long it was the last time
 * @param isOurs whether the registered consumer is, or soon will be, one that a worker registered because of this
 * @param turn one more at each change
 */
public record RetrievalChoice(boolean isFanOut, Instant since, String why, Duration stay, boolean isOurs, long turn) {

    /** The choice of a row that has none yet. */
    public static final RetrievalChoice FIRST = new RetrievalChoice(false, Instant.EPOCH, "", Duration.ZERO, false, 0);

    /** The next turn, which says who has registered the consumer and nothing else. */
    public RetrievalChoice owned(boolean isRegisteredByUs) {
        return new RetrievalChoice(isFanOut, since, why, stay, isRegisteredByUs, turn + 1);
    }

    /** The next turn, after a switch. */
    public RetrievalChoice switched(boolean toFanOut, Instant now, String reason, Duration least) {
        return new RetrievalChoice(toFanOut, now, reason, least, isOurs, turn + 1);
    }

    /** The same, from another time on. */
    public RetrievalChoice at(Instant now) {
        return new RetrievalChoice(isFanOut, now, why, stay, isOurs, turn);
    }

    /** How long it has stood; not negative, whatever the clocks of two workers say. */
    public Duration age(Instant now) {
        Duration age = Duration.between(since, now);
        return age.isNegative() ? Duration.ZERO : age;
    }
}
