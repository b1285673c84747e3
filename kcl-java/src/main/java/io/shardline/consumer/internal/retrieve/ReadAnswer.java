package io.shardline.consumer.internal.retrieve;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a read that succeeded says, beside its records.
 *
 * <p>Immutable.
 *
 * @param first the sequence number of its first record, or null if it has none
 * @param behindLatest how far it is behind the tip
 * @param at when it was given, by the service's clock, to a second
 */
public record ReadAnswer(@Nullable String first, Duration behindLatest, Instant at) {

    /** Whether there was nothing left to read. */
    public boolean isAtTip() {
        return first == null && behindLatest.isZero();
    }
}
