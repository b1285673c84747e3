package io.shardline.examples.tools;

import org.jspecify.annotations.Nullable;

/**
 * Why a program cannot go on, in a sentence for its user that says what to do.
 *
 * <p>Immutable.
 */
public final class ToolException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ToolException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
