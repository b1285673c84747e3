package io.shardline.consumer;

import org.jspecify.annotations.Nullable;

/**
 * A failure of a consumer or of one of its calls, with a message that says what to do.
 *
 * <p>Immutable.
 */
public class ConsumerException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ConsumerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
