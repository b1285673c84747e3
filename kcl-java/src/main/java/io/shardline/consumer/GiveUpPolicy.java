package io.shardline.consumer;

import org.jspecify.annotations.Nullable;

/**
 * The policy for a handler that keeps throwing: after how many attempts the consumer gives up, and what it does then.
 *
 * <p>Each worker counts attempts for itself, and starts at one again after a hand-over, a restart or
 * {@link ShardlineConsumer#resume}. The pause between two attempts grows from 100 ms to 10 s. Giving up is reported by a
 * {@link ConsumerEvent} and logged as an error. Immutable.
 */
public final class GiveUpPolicy {

    /** What happens after the last attempt. */
    public enum Action {
        /** Nothing: there is no last attempt. */
        RETRY,
        /** The shard is stopped: this worker reads and handles no more of it. */
        STOP_SHARD,
        /** The record, or the batch, is skipped. */
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

    /** Never gives up: the call is repeated for as long as this worker holds the shard, and nothing is skipped. The default. */
    public static GiveUpPolicy never() {
        return NEVER;
    }

    /**
     * Stops the shard: this worker reads and handles no more of it, and its checkpoint stays where it is.
     *
     * <p>The lease stays held, so that no other worker fails at the same record; {@link ConsumerEvent.ShardStopped} tells
     * of it. {@link ShardlineConsumer#resume} begins again at the record that failed, and so does
     * the next worker after a hand-over or a restart.
     *
     * @param attempts how often the same call may throw, at least 1
     * @throws IllegalArgumentException if that is less than 1
     */
    public static GiveUpPolicy stopShardAfter(int attempts) {
        return new GiveUpPolicy(Action.STOP_SHARD, attempts);
    }

    /**
     * Skips what failed: with a {@link RecordHandler} the record, with a {@link ShardHandler} the batch.
     * {@link ConsumerEvent.RecordsSkipped} says which.
     *
     * <p>If {@link ShardHandler#started} or {@link ShardHandler#shardEnded} keeps throwing there is nothing to skip, and the shard is
     * stopped, as by {@link #stopShardAfter}.
     *
     * @param attempts how often the same call may throw, at least 1
     * @throws IllegalArgumentException if that is less than 1
     */
    public static GiveUpPolicy skipAfter(int attempts) {
        return new GiveUpPolicy(Action.SKIP, attempts);
    }

    /** What happens after the last attempt. */
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
