package io.shardline.consumer;

import org.jspecify.annotations.Nullable;

/**
 * Why a consumer cannot go on, in a sentence that says what to do.
 *
 * <p>Immutable.
 */
public class ConsumerException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ConsumerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
