package io.shardline.consumer.internal.lease;

import io.shardline.consumer.ConsumerException;
import org.jspecify.annotations.Nullable;

/**
 * A row cannot be written because it would be larger than the table takes; nothing was written, and no repetition changes that.
 *
 * <p>Immutable.
 */
public final class RowTooLargeException extends ConsumerException {

    private static final long serialVersionUID = 1;

    public RowTooLargeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
