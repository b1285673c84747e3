package io.shardline.consumer;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event of a consumer: what it did, or what happened to it.
 *
 * <p>In an application of several streams {@code shardId} is the key of the shard's lease, {@code account:stream:creation:shard},
 * because shards of different streams have the same ids.
 *
 * <p>Immutable.
 */
public sealed interface ConsumerEvent {

    /** The worker has joined the fleet, for the first time or again. */
    record SessionStarted(String session) implements ConsumerEvent {}

    /** The worker's session is over: it was cut off or paused for too long, and has dropped its shards. */
    record SessionOver(String session, String why) implements ConsumerEvent {}

    /**
     * The lease table refuses calls, or does not answer. The worker may have lost its session and its shards, see
     * {@link SessionOver}. It goes on trying, and joins again by itself. The event is repeated after each
     * {@link ConsumerConfig#stalledAfter()} until the table can be used.
     *
     * @param since how long the table has been unusable
     * @param why what the table last answered, and what to do about it
     */
    record LeaseTableUnusable(Duration since, String why) implements ConsumerEvent {}

    /**
     * No worker reads the shard, because the row of its lease cannot be read, or is too large to be written. Emitted once;
     * {@link ConsumerHealth#problems} names the shard until the row is repaired.
     *
     * @param shardId the shard, or {@code planner}: then no worker plans for a fleet of more than a hundred workers
     * @param why names the attribute that cannot be read, or says what the table has answered
     */
    record LeaseUnusable(String shardId, String why) implements ConsumerEvent {}

    /**
     * The consumer cannot go on and has dropped its shards. The last event. Waiting does not help; the message says what to do.
     * Other workers take the shards over after the lease duration.
     */
    record ConsumerFailed(ConsumerException why) implements ConsumerEvent {}

    /**
     * One stream of several can no longer be read, for example because it was deleted; the message says what to do. The other
     * streams are still read.
     */
    record StreamFailed(String streamName, ConsumerException why) implements ConsumerEvent {}

    /** The worker has taken the lease of a shard. */
    record LeaseTaken(String shardId, long fencingToken) implements ConsumerEvent {}

    /** The worker has lost the lease of the shard without giving it up. */
    record LeaseLost(String shardId, String why) implements ConsumerEvent {}

    /**
     * The worker has given up the lease of the shard.
     *
     * @param to the session that it was handed over to, or empty if it was released
     */
    record LeaseGiven(String shardId, String to) implements ConsumerEvent {}

    /** The shard's parents are handled, its handler has started and its records are being read. */
    record ShardStarted(String shardId) implements ConsumerEvent {}

    /** All records of a closed shard are handled, and its end is stored. */
    record ShardEnded(String shardId) implements ConsumerEvent {}

    /**
     * A batch, the records of one read of the shard, is handled: all of it, or the part that was handled before the shard was
     * released, handed over or paused.
     *
     * @param records how many user records the handler was given and has handled
     * @param bytes the size of the batch as it was read, or 0 if the rest of it comes again
     * @param took how long the handler's calls for it took, failed ones included
     * @param behindLatest how far the batch was behind the tip of the shard when it was read, as the service reported
     */
    record BatchHandled(String shardId, int records, long bytes, Duration took, Duration behindLatest)
            implements ConsumerEvent {}

    /** A checkpoint is stored: records up to this position do not come again. */
    record CheckpointWritten(String shardId, Position position) implements ConsumerEvent {}

    /** The user has paused the shard: its records are neither read nor handled, and its lease stays held. */
    record ShardPaused(String shardId) implements ConsumerEvent {}

    /** The user has resumed the shard after a pause, or after it was stopped. */
    record ShardResumed(String shardId) implements ConsumerEvent {}

    /**
     * The shard was stopped by its {@link GiveUpPolicy}: its records are neither read nor handled, and its lease stays held.
     *
     * @param attempts how often the handler has failed in a row
     * @param failure what it threw last
     */
    record ShardStopped(String shardId, int attempts, Throwable failure) implements ConsumerEvent {}

    /**
     * Records were skipped because the handler failed too often, see {@link GiveUpPolicy#skipAfter}.
     *
     * @param first the position of the first record
     * @param last the position of the last record; equal to {@code first} if there is only one
     * @param attempts how often the handler has failed in a row
     * @param failure what it threw last
     */
    record RecordsSkipped(String shardId, Position first, Position last, int count, int attempts, Throwable failure)
            implements ConsumerEvent {}

    /**
     * A handler did not return within {@link ConsumerConfig#handOverTimeout()} while its shard was being handed over or released.
     * Its thread was interrupted, and the shard goes at the last checkpoint.
     *
     * @param after how long the call had taken by then
     */
    record HandlerCancelled(String shardId, Duration after) implements ConsumerEvent {}

    /**
     * The shard has made no progress for {@link ConsumerConfig#stalledAfter()}, although there is something to read or to handle,
     * or reads fail so that this is not known. Repeated after each such time until the shard makes progress.
     *
     * @param since how long it has made no progress
     * @param waitsFor what has to happen next, in words; the log has the stack of a handler that does not return
     */
    record ShardStalled(String shardId, Duration since, String waitsFor) implements ConsumerEvent {}

    /** The handler threw. What it was given comes again, unless a {@link ShardStopped} or {@link RecordsSkipped} follows. */
    record HandlerFailed(String shardId, int attempt, Throwable failure) implements ConsumerEvent {}

    /** A read of the shard failed and is repeated. */
    record ReadFailed(String shardId, int attempt, Throwable failure) implements ConsumerEvent {}

    /**
     * Records may have expired before they were read: the record at the last position that was handled is gone, and within the
     * stream's retention the shard was not seen to have no later records. If there were none, nothing is lost.
     *
     * @param from the position after which records may have expired; null if nothing of the shard was handled
     * @param to the position of the oldest record that is left, before which they may have expired; null if none is left
     * @param lastAtTip when the shard was last known to have no record after {@code from}, by the service's clock; null if not
     *     known
     */
    record RecordsMayHaveExpired(
            String shardId,
            @Nullable Position from,
            @Nullable Position to,
            @Nullable Instant lastAtTip) implements ConsumerEvent {}

    /**
     * A stream that is read automatically is read in another way from now on; each worker tells it when it follows.
     *
     * @param isFanOut whether with dedicated throughput, or else by polling
     * @param why {@code lag}, {@code throttles} or {@code latency} for dedicated throughput; {@code calm}, {@code limit}, {@code
     *     removed} or {@code deregistered} for polling; the consumer's guide explains them
     */
    record RetrievalSwitched(String streamName, boolean isFanOut, String why) implements ConsumerEvent {}

    /** User records were dropped because they belong to other shards, see {@link ForeignEntries}. */
    record EntriesDropped(String shardId, int count) implements ConsumerEvent {}
}
