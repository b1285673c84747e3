package io.shardline.consumer.internal.lease;

import io.shardline.consumer.ConsumerException;
import org.jspecify.annotations.Nullable;

/**
 * The lease table does not exist any more. Other refusals can be mended while a worker runs, but the checkpoints are gone
 * with the table.
 *
 * <p>Immutable.
 */
public final class TableGoneException extends ConsumerException {

    private static final long serialVersionUID = 1;

    public TableGoneException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
