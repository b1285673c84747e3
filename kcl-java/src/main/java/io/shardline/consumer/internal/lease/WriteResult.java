package io.shardline.consumer.internal.lease;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What became of a conditional write: it was done, it was refused, or nobody knows.
 *
 * <p>Immutable.
 */
public sealed interface WriteResult<T> permits WriteResult.Written, WriteResult.Refused, WriteResult.Unknown {

    /** Calls the one that applies. */
    void then(Consumer<T> written, Consumer<@Nullable T> refused, Consumer<String> unknown);

    /** The condition held. {@code row} is the row after the write. */
    record Written<T>(T row) implements WriteResult<T> {
        @Override
        public void then(Consumer<T> written, Consumer<@Nullable T> refused, Consumer<String> unknown) {
            written.accept(row);
        }
    }

    /** The condition did not hold. {@code row} is the row as it was then, null if there was none. */
    record Refused<T>(@Nullable T row) implements WriteResult<T> {
        @Override
        public void then(Consumer<T> written, Consumer<@Nullable T> refused, Consumer<String> unknown) {
            refused.accept(row);
        }
    }

    /** There was no answer: it may have been done, may still be done later, or never. */
    record Unknown<T>(String cause) implements WriteResult<T> {
        @Override
        public void then(Consumer<T> written, Consumer<@Nullable T> refused, Consumer<String> unknown) {
            unknown.accept(cause);
        }
    }
}
