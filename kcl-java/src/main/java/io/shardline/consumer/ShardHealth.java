package io.shardline.consumer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The health of one shard that a worker holds.
 *
 * <p>Immutable.
 *
 * @param shardId the shard's id; in an application of several streams the key of its lease, which names the stream
 * @param owner the session of this worker that holds the lease
 * @param state what the worker is doing with the shard
 * @param waitsFor what has to happen next, in words
 * @param stalled whether the shard has made no progress for {@link ConsumerConfig#stalledAfter()}
 * @param handled the last position that is handled, or null if nothing is
 * @param checkpoint the last position that is checkpointed, or null if there is none
 * @param behindLatest how far the shard is behind its tip: what the service reported with the batch that the handler is at, plus the
 *     time since that read. If there is no such batch: what it reported with the last read, plus the time since then if reads fail or
 *     are not made. Null before the first read
 * @param sinceProgress time since a record was handled or, when none was waiting, a read succeeded; zero while it waits for its
 *     parents, is paused or is stopped
 * @param sinceCheckpoint time since this worker stored a checkpoint, to a second; null if it has not
 * @param skippedRecords how many records this worker has skipped since it took the shard, see {@link GiveUpPolicy#skipAfter}
 * @param expiredAfter the position after which records may have expired before this worker could read them, see
 *     {@link ConsumerEvent.RecordsMayHaveExpired}; the last one since it took the shard. Null if there is none; the position 0 if
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

    /** Whether an operator should look: the shard is stalled, or stopped. */
    public boolean isInTrouble() {
        return stalled || state == ShardState.STOPPED;
    }
}
