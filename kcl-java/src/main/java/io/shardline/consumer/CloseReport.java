package io.shardline.consumer;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a consumer ended.
 *
 * <p>Immutable.
 *
 * @param state {@link ConsumerState#STOPPED} or {@link ConsumerState#FAILED}
 * @param failure why it could not go on, or null if it was closed
 * @param dropped the shards that were not let go in order, sorted: their handler had not come back and may be at work still, or
 *     the last checkpoint and the end of the lease were not confirmed. Other workers take them over, once the lease duration has
 *     passed at the latest, and handle again what came after the last checkpoint
 */
public record CloseReport(ConsumerState state, @Nullable ConsumerException failure, Set<String> dropped) {

    /** Whether it was closed, and every shard let go after its last checkpoint. */
    public boolean isOrderly() {
        return state == ConsumerState.STOPPED && dropped.isEmpty();
    }
}
