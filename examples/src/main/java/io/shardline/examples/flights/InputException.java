package io.shardline.examples.flights;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with the input file, and in which line.
 *
 * <p>Immutable.
 */
final class InputException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** How much of an offending line a message shows. */
    private static final int SHOWN = 80;

    InputException(String message) {
        this(message, null);
    }

    private InputException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static InputException unreadable(Path path, IOException cause) {
        return new InputException(path + ": cannot be read: " + cause, cause);
    }

    /** The line breaks the rule. */
    static InputException malformed(Path path, long lineNumber, String line, String rule) {
        String shown = line.length() > SHOWN ? line.substring(0, SHOWN) + "..." : line;
        return new InputException(path + ", line " + lineNumber + ": " + rule + ", in '" + shown + "'");
    }
}
