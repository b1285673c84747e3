package io.shardline.consumer;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The position from which an application reads when it has no checkpoint yet.
 *
 * <p>It matters once, when the lease table is empty; afterwards the checkpoints decide. Immutable.
 */
public final class StartingPosition {

    /** The kinds of starting position, by the service's names. */
    public enum Kind {
        /** From the oldest record that the stream still has. */
        TRIM_HORIZON,
        /** From the moment the application first starts. */
        LATEST,
        /** From the first record that arrived at or after a time. */
        AT_TIMESTAMP
    }

    private static final StartingPosition TRIM_HORIZON = new StartingPosition(Kind.TRIM_HORIZON, null);
    private static final StartingPosition LATEST = new StartingPosition(Kind.LATEST, null);

    private final Kind kind;
    private final @Nullable Instant timestamp;

    private StartingPosition(Kind kind, @Nullable Instant timestamp) {
        this.kind = kind;
        this.timestamp = timestamp;
    }

    /** From the oldest record that the stream still has. */
    public static StartingPosition trimHorizon() {
        return TRIM_HORIZON;
    }

    /**
     * From the moment the application first starts.
     *
     * <p>That moment is taken once, from the service's clock, and stored for the whole application, so that a restart before the
     * first checkpoint skips nothing.
     */
    public static StartingPosition latest() {
        return LATEST;
    }

    /** From the first record that arrived at or after {@code timestamp}. */
    public static StartingPosition atTimestamp(Instant timestamp) {
        return new StartingPosition(Kind.AT_TIMESTAMP, timestamp);
    }

    public Kind kind() {
        return kind;
    }

    /** The time; null except for {@link Kind#AT_TIMESTAMP}. */
    public @Nullable Instant timestamp() {
        return timestamp;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StartingPosition that
                && kind == that.kind
                && java.util.Objects.equals(timestamp, that.timestamp);
    }

    @Override
    public int hashCode() {
        return java.util.Objects.hash(kind, timestamp);
    }

    @Override
    public String toString() {
        return timestamp == null ? kind.name() : kind + " " + timestamp;
    }
}
