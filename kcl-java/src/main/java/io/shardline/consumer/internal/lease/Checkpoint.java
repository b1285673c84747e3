package io.shardline.consumer.internal.lease;

import io.shardline.consumer.Position;
import io.shardline.consumer.StartingPosition;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Up to where a shard is handled, as a lease row stores it.
 *
 * <p>Ordered: the start, then positions, then the end. Immutable.
 */
public sealed interface Checkpoint
        permits Checkpoint.Unsettled, Checkpoint.AtStart, Checkpoint.At, Checkpoint.ShardEnd {

    /** All records of a closed shard are handled. */
    static Checkpoint shardEnd() {
        return new ShardEnd(false);
    }

    /** The start of a shard whose parents were read to the end. */
    static Checkpoint trimHorizon() {
        return new AtStart(StartingPosition.Kind.TRIM_HORIZON, null);
    }

    /** Whether this lies behind {@code other} in the shard, or at the same place with a later look at the tip. */
    boolean isAfter(Checkpoint other);

    /** Whether the same records are handled. */
    default boolean isSamePlaceAs(Checkpoint other) {
        return equals(other);
    }

    default boolean isShardEnd() {
        return false;
    }

    /** Whether anything is handled. */
    default boolean hasBegun() {
        return true;
    }

    /**
     * Whether nothing of the shard was handled, and a shard that comes after it begins where this one did: at the time that
     * the application began to read from.
     */
    default boolean isStartForChildren() {
        return false;
    }

    /** All records of the shard are handled that come after this. */
    default Checkpoint ended() {
        return new ShardEnd(isStartForChildren());
    }

    /**
     * Nothing is handled yet, and the row does not tell from where to start: KCL writes LATEST and AT_TIMESTAMP without a time,
     * and other libraries write no checkpoint at all.
     *
     * @param from what the row shows, or null if that is nothing
     */
    record Unsettled(StartingPosition.@Nullable Kind from) implements Checkpoint {

        @Override
        public boolean isAfter(Checkpoint other) {
            return false;
        }

        @Override
        public boolean hasBegun() {
            return false;
        }
    }

    /**
     * Nothing is handled yet.
     *
     * @param from what the row shows, as KCL would write it
     * @param startAt the time to start from, fixed when the application first started. With TRIM_HORIZON it is null, but for a shard
     *     that comes after unread ones: other libraries begin there with the oldest record
     * @param isStartForChildren whether nothing from before that time is read of what comes after the shard either
     */
    record AtStart(StartingPosition.Kind from, @Nullable Instant startAt, boolean isStartForChildren)
            implements Checkpoint {

        /** The start of one shard, whose children are read from their beginning. */
        public AtStart(StartingPosition.Kind from, @Nullable Instant startAt) {
            this(from, startAt, false);
        }

        public AtStart {
            boolean isOldest = from == StartingPosition.Kind.TRIM_HORIZON;
            if (isOldest != (startAt == null) && !(isOldest && isStartForChildren)) {
                throw new IllegalArgumentException(
                        "a start time goes with LATEST and AT_TIMESTAMP, was " + from + " " + startAt);
            }
        }

        /** The start of a shard that comes after this one, of which nothing was handled. */
        public AtStart ofChild() {
            return new AtStart(StartingPosition.Kind.TRIM_HORIZON, startAt, isStartForChildren);
        }

        @Override
        public boolean isAfter(Checkpoint other) {
            return other instanceof Unsettled;
        }

        @Override
        public boolean hasBegun() {
            return false;
        }
    }

    /**
     * Handled up to and including a record.
     *
     * @param tipReadAt when there was no record after this one, by the service's clock, to a second; null if that is not known. A
     *     later position may have an earlier time: what came before it is handled
     */
    record At(Position position, @Nullable Instant tipReadAt) implements Checkpoint {

        public At(Position position) {
            this(position, null);
        }

        @Override
        public boolean isAfter(Checkpoint other) {
            if (!(other instanceof At that)) {
                return !other.hasBegun();
            }
            int order = position.compareTo(that.position);
            return order > 0 || (order == 0 && isLater(tipReadAt, that.tipReadAt));
        }

        private static boolean isLater(@Nullable Instant one, @Nullable Instant other) {
            return one != null && (other == null || one.isAfter(other));
        }

        @Override
        public boolean isSamePlaceAs(Checkpoint other) {
            return other instanceof At that && position.equals(that.position);
        }
    }

    /** All records of a closed shard are handled; final. */
    record ShardEnd(boolean isStartForChildren) implements Checkpoint {

        @Override
        public boolean isSamePlaceAs(Checkpoint other) {
            return other.isShardEnd();
        }

        @Override
        public boolean isAfter(Checkpoint other) {
            return !other.isShardEnd();
        }

        @Override
        public boolean isShardEnd() {
            return true;
        }
    }
}
