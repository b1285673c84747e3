package io.shardline.consumer.internal.retrieve;

/**
 * An answer of Kinesis that succeeded and lacks what every answer has.
 *
 * <p>Immutable.
 */
final class MalformedAnswerException extends RuntimeException {

    private static final long serialVersionUID = 1;

    MalformedAnswerException(String what) {
        super(what);
    }
}
