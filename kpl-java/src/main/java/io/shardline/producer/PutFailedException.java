package io.shardline.producer;

import java.util.List;

/**
 * Says that a record was given up, why, and whether it may be in the stream all the same.
 *
 * <p>Futures of {@code put} fail with it. It has no stack trace, which would only show the producer's own threads.
 * Thread-safe.
 */
public final class PutFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final FailureReason reason;
    private final transient UserRecord record;
    private final transient List<Attempt> attempts;

    /**
     * For the producer, and for tests of code that handles failures.
     *
     * @param reason why the record was given up
     * @param message the same as a sentence
     * @param record the record as it was put
     * @param attempts the failed tries, oldest first
     */
    public PutFailedException(FailureReason reason, String message, UserRecord record, List<Attempt> attempts) {
        super(message, null, false, false);
        this.reason = reason;
        this.record = record;
        this.attempts = List.copyOf(attempts);
    }

    /** Why the record was given up. */
    public FailureReason reason() {
        return reason;
    }

    /** The record as it was put, to be put again or kept elsewhere. */
    public UserRecord record() {
        return record;
    }

    /** The failed tries, oldest first; of more than 32 the first and the latest. Empty if nothing was sent. */
    public List<Attempt> attempts() {
        return attempts;
    }

    /**
     * Whether the record may be in the stream in spite of the failure: after a try without an answer, for example. Putting
     * it again may then make a duplicate.
     */
    public boolean mayHaveBeenWritten() {
        return attempts.stream().anyMatch(Attempt::mayHaveBeenWritten);
    }
}
