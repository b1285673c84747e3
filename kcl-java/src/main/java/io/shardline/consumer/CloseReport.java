package io.shardline.consumer;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a consumer's end.
 *
 * <p>Immutable.
 *
 * @param state {@link ConsumerState#STOPPED} or {@link ConsumerState#FAILED}
 * @param failure why the consumer could not go on, or null if it was closed
 * @param dropped the shards that were not released in order, sorted: their handler had not returned and may still be running, or
 *     the last checkpoint or the release of the lease was not confirmed. Other workers take them over after the lease duration at
 *     the latest, and handle again what came after the last checkpoint
 */
public record CloseReport(ConsumerState state, @Nullable ConsumerException failure, Set<String> dropped) {

    /** Whether the consumer was closed, and every shard was released after its last checkpoint. */
    public boolean isOrderly() {
        return state == ConsumerState.STOPPED && dropped.isEmpty();
    }
}
