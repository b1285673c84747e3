package io.shardline.consumer;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a shard whose handler goes on throwing: when the consumer gives up, and what it does then.
 *
 * <p>Attempts are counted by each worker for itself, and from one again after a hand-over, a restart or
 * {@link ShardlineConsumer#resume}. Between two of them lies a pause that grows from 100 ms to 10 s. Whatever is given up is
 * told in a {@link ConsumerEvent} and logged as an error. Immutable.
 */
public final class GiveUpPolicy {

    /** What happens after the last attempt. */
    public enum Action {
        /** There is no last attempt. */
        RETRY,
        /** Nothing more of the shard is handled by this worker. */
        STOP_SHARD,
        /** What could not be handled is passed over. */
        SKIP
    }

    private static final GiveUpPolicy NEVER = new GiveUpPolicy(Action.RETRY, Integer.MAX_VALUE);

    private final Action action;
    private final int attempts;

    private GiveUpPolicy(Action action, int attempts) {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, was " + attempts);
        }
        this.action = action;
        this.attempts = attempts;
    }

    /** Goes on for as long as this worker holds the shard. The default: nothing is passed over, and the shard waits. */
    public static GiveUpPolicy never() {
        return NEVER;
    }

    /**
     * Stops the shard: this worker reads and handles no more of it, and its checkpoint stays where it is.
     *
     * <p>The lease stays held, so that no other worker fails at the same record; {@link ConsumerEvent.ShardStopped} tells
     * of it. {@link ShardlineConsumer#resume} begins again, and so does whoever holds the shard
     * after a hand-over or a restart, at the record that failed.
     *
     * @param attempts how often the same call may throw, at least 1
     * @throws IllegalArgumentException if that is less than 1
     */
    public static GiveUpPolicy stopShardAfter(int attempts) {
        return new GiveUpPolicy(Action.STOP_SHARD, attempts);
    }

    /**
     * Passes over what failed and goes on behind it: with a {@link RecordHandler} the one record, with a {@link ShardHandler}
     * the batch. {@link ConsumerEvent.RecordsSkipped} says what it was.
     *
     * <p>There is nothing to pass over where {@link ShardHandler#started} or {@link ShardHandler#shardEnded} throws: then the
     * shard is stopped, as by {@link #stopShardAfter}.
     *
     * @param attempts how often the same call may throw, at least 1
     * @throws IllegalArgumentException if that is less than 1
     */
    public static GiveUpPolicy skipAfter(int attempts) {
        return new GiveUpPolicy(Action.SKIP, attempts);
    }

    public Action action() {
        return action;
    }

    /** How often the same call may throw; {@link Integer#MAX_VALUE} for {@link Action#RETRY}. */
    public int attempts() {
        return attempts;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GiveUpPolicy that && action == that.action && attempts == that.attempts;
    }

    @Override
    public int hashCode() {
        return java.util.Objects.hash(action, attempts);
    }

    @Override
    public String toString() {
        return action == Action.RETRY ? "RETRY" : action + " after " + attempts + " attempts";
    }
}
