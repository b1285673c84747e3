package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.PendingCheckpoint;
import org.jspecify.annotations.Nullable;

/**
 * The row that binds a shard to a session, as it was read or written at one moment.
 *
 * <p>Every write of ours adds one to the counter, so (owner, counter) names one state of the row; the smallest long comes after the
 * largest, which only another program can have written. Immutable.
 *
 * @param key the shard id
 * @param owner the session that holds it, or null
 * @param counter the version; what a take made of it is the fencing token of that tenure
 * @param checkpoint up to where the shard is handled
 * @param parents shards that must be at their end before this one is read
 * @param range the hash keys of the shard, or null where the row does not say
 * @param ownerSwitches how often the owner changed since the last checkpoint
 * @param pending the first half of a two-phase checkpoint; goes when the checkpoint moves
 */
public record Lease(
        String key,
        @Nullable String owner,
        long counter,
        Checkpoint checkpoint,
        ImmutableSet<String> parents,
        @Nullable HashKeyRange range,
        int ownerSwitches,
        @Nullable PendingCheckpoint pending) {

    /** A row without a pending checkpoint. */
    public Lease(
            String key,
            @Nullable String owner,
            long counter,
            Checkpoint checkpoint,
            ImmutableSet<String> parents,
            @Nullable HashKeyRange range,
            int ownerSwitches) {
        this(key, owner, counter, checkpoint, parents, range, ownerSwitches, null);
    }

    /** The key of the one row that is no shard's: its owner plans for a fleet that is too large for each to plan for itself. */
    public static final String PLANNER = "planner";

    /** A row that nobody has held. */
    public static Lease unowned(
            String key, Checkpoint checkpoint, ImmutableSet<String> parents, @Nullable HashKeyRange range) {
        return new Lease(key, null, 0, checkpoint, parents, range, 0);
    }

    /** The next state with another owner, or with none. */
    public Lease ownedBy(@Nullable String session) {
        boolean changed = owner != null && !owner.equals(session);
        int switches = changed && ownerSwitches < Integer.MAX_VALUE ? ownerSwitches + 1 : ownerSwitches;
        return new Lease(key, session, counter + 1, checkpoint, parents, range, switches, pending);
    }

    /** The same of a shard with these parents, where the row does not name them. */
    public Lease withParents(ImmutableSet<String> others) {
        return new Lease(key, owner, counter, checkpoint, others, range, ownerSwitches, pending);
    }

    /** The next state with another checkpoint. */
    public Lease handledTo(Checkpoint position) {
        return new Lease(key, owner, counter + 1, position, parents, range, 0, pendingAt(position));
    }

    /** The next state with a last checkpoint and another owner, or none. */
    public Lease givenTo(@Nullable String session, Checkpoint position) {
        return new Lease(key, session, counter + 1, position, parents, range, 0, pendingAt(position));
    }

    private @Nullable PendingCheckpoint pendingAt(Checkpoint position) {
        return position.isSamePlaceAs(checkpoint) ? pending : null;
    }

    public boolean isOwnedBy(String session) {
        return session.equals(owner);
    }

    /** Whether the shard is handled to its end. */
    public boolean isEnded() {
        return checkpoint.isShardEnd();
    }
}
