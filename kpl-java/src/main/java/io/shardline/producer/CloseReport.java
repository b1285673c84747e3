package io.shardline.producer;

/**
 * What became of the records that were not done when {@code close} was called.
 *
 * <p>Immutable.
 *
 * @param acknowledged how many were acknowledged while closing
 * @param failed how many failed by themselves while closing, for example because they expired
 * @param abandoned how many were left when the limit was reached; they failed with {@link FailureReason#CLOSED}
 */
public record CloseReport(long acknowledged, long failed, long abandoned) {

    /** Whether every record came to its own end in time. */
    public boolean isDrained() {
        return abandoned == 0;
    }
}
