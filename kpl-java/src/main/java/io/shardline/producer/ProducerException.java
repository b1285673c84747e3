package io.shardline.producer;

import org.jspecify.annotations.Nullable;

/**
 * Why a producer is not ready for a stream, in a sentence that names the cause.
 *
 * <p>Futures of {@code ready} fail with it, and {@code awaitReady} throws it. Immutable.
 */
public final class ProducerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** For the producer, and for tests of code that handles failures. */
    public ProducerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
