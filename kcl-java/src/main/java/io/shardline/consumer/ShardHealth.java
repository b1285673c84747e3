package io.shardline.consumer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with one shard that a worker holds.
 *
 * <p>Immutable.
 *
 * @param shardId its id; in an application of several streams the key of its lease, which has the stream too
 * @param owner the session of this worker that holds the lease
 * @param state what is being done with it
 * @param waitsFor what has to happen next, in words for people
 * @param stalled whether it has made no progress for {@link ConsumerConfig#stalledAfter()}
 * @param handled up to where its records are handled, or null if this is the beginning
 * @param checkpoint up to where that is written down, or null if this is the beginning
 * @param behindLatest how far the batch that its handler is at was behind the tip when it was read, by the service's word, and
 *     the time since then; without such a batch how far the last read was, and the time since then only if no more are made or
 *     they fail; null if it has not been read yet
 * @param sinceProgress time since a record was handled or, when none was waiting, a read succeeded; zero while it waits for its
 *     parents, is paused or is stopped
 * @param sinceCheckpoint time since this worker wrote its checkpoint down, to a second; null if it has not
 * @param skippedRecords how many records this worker has passed over since it took the shard, see {@link GiveUpPolicy#skipAfter}
 * @param expiredAfter the position after which records may have expired before this worker could read them, see
 *     {@link ConsumerEvent.RecordsMayHaveExpired}, the last such since it took the shard; null if there is none; the position 0 if
 *     nothing of the shard was handled
 */
public record ShardHealth(
        String shardId,
        String owner,
        ShardState state,
        String waitsFor,
        boolean stalled,
        @Nullable Position handled,
        @Nullable Position checkpoint,
        @Nullable Duration behindLatest,
        Duration sinceProgress,
        @Nullable Duration sinceCheckpoint,
        long skippedRecords,
        @Nullable Position expiredAfter) {

    /** Whether somebody needs to look: it is stalled, or stopped. */
    public boolean isInTrouble() {
        return stalled || state == ShardState.STOPPED;
    }
}
