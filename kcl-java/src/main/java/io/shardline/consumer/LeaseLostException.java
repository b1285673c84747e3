package io.shardline.consumer;

import org.jspecify.annotations.Nullable;

/**
 * The failure of a checkpoint because this worker no longer holds the shard; another one may be handling it already.
 *
 * <p>Immutable.
 */
public final class LeaseLostException extends ConsumerException {

    private static final long serialVersionUID = 1;

    public LeaseLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
