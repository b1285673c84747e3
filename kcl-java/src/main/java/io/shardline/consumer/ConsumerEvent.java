package io.shardline.consumer;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that a consumer did or that happened to it.
 *
 * <p>In an application of several streams a shard goes by the key of its lease, {@code account:stream:creation:shard}, as the
 * shards of different streams have the same ids.
 *
 * <p>Immutable.
 */
public sealed interface ConsumerEvent {

    /** The worker has joined the fleet, for the first time or again. */
    record SessionStarted(String session) implements ConsumerEvent {}

    /** The worker's session is over: it was cut off or paused for too long, and has dropped its shards. */
    record SessionOver(String session, String why) implements ConsumerEvent {}

    /**
     * The lease table cannot be used: it refuses calls, or does not answer, and perhaps the worker has lost its session and its
     * shards over that, see {@link SessionOver}. The worker goes on trying, and joins again by itself; told again after each
     * {@link ConsumerConfig#stalledAfter()} until it can be used.
     *
     * @param since for how long that has been so
     * @param why what the table last answered, and what to do about it
     */
    record LeaseTableUnusable(Duration since, String why) implements ConsumerEvent {}

    /**
     * No worker reads a shard, because the row of its lease cannot be read, or is too large to be written. Told once, and
     * named in {@link ConsumerHealth#problems} until the row is mended.
     *
     * @param shardId the shard, or {@code planner}: then no worker plans for the fleet, which has more than a hundred workers
     * @param why names the attribute that cannot be read, or says what the table has answered
     */
    record LeaseUnusable(String shardId, String why) implements ConsumerEvent {}

    /**
     * The consumer cannot go on and has dropped its shards; the last event. Time does not mend it: the message says what to
     * do. Other workers take over once this one's lease duration has passed.
     */
    record ConsumerFailed(ConsumerException why) implements ConsumerEvent {}

    /**
     * One stream of several cannot be read any more, for example because it was deleted; the message says what to do. The
     * others are read on.
     */
    record StreamFailed(String streamName, ConsumerException why) implements ConsumerEvent {}

    /** The worker holds a shard. */
    record LeaseTaken(String shardId, long fencingToken) implements ConsumerEvent {}

    /** The worker does not hold the shard any more, not by its own will. */
    record LeaseLost(String shardId, String why) implements ConsumerEvent {}

    /** The worker let the shard go: to another session, or to nobody if that is empty. */
    record LeaseGiven(String shardId, String to) implements ConsumerEvent {}

    /** The shard's parents are handled, its handler has started and its records are being read. */
    record ShardStarted(String shardId) implements ConsumerEvent {}

    /** All records of a closed shard are handled and that is written down. */
    record ShardEnded(String shardId) implements ConsumerEvent {}

    /**
     * A batch of records, what one read of the shard brought, is handled, or as much of it as could be before the shard was let
     * go or held back.
     *
     * @param records how many user records the handler was given and has handled
     * @param bytes the size of the batch as it was read, or 0 if the rest of it comes again
     * @param took how long the handler was in calls for it, failed ones included
     * @param behindLatest how far the batch was behind the tip when it was read, by the service's word
     */
    record BatchHandled(String shardId, int records, long bytes, Duration took, Duration behindLatest)
            implements ConsumerEvent {}

    /** The shard's progress is written down: up to here nothing comes again. */
    record CheckpointWritten(String shardId, Position position) implements ConsumerEvent {}

    /** The user has paused the shard: its records are neither read nor handled, and its lease stays held. */
    record ShardPaused(String shardId) implements ConsumerEvent {}

    /** The user lets the shard go on after a pause, or after it was stopped. */
    record ShardResumed(String shardId) implements ConsumerEvent {}

    /**
     * The shard's handler was given up, see {@link GiveUpPolicy}: its records are neither read nor handled, and its lease stays
     * held.
     *
     * @param attempts how often the handler has failed in a row
     * @param failure what it threw last
     */
    record ShardStopped(String shardId, int attempts, Throwable failure) implements ConsumerEvent {}

    /**
     * Records were passed over because their handler was given up, see {@link GiveUpPolicy#skipAfter}.
     *
     * @param first the position of the first of them
     * @param last the position of the last of them, the same if there is one
     * @param attempts how often the handler has failed in a row
     * @param failure what it threw last
     */
    record RecordsSkipped(String shardId, Position first, Position last, int count, int attempts, Throwable failure)
            implements ConsumerEvent {}

    /**
     * A handler did not come back from a call for {@link ConsumerConfig#handOverTimeout()} while its shard was to be let go. Its
     * thread was interrupted, and the shard let go at the last checkpoint.
     *
     * @param after how long the call had taken by then
     */
    record HandlerCancelled(String shardId, Duration after) implements ConsumerEvent {}

    /**
     * The shard has made no progress for {@link ConsumerConfig#stalledAfter()} though there is something to read or to handle, or
     * nobody knows; told again after each such time, until it does.
     *
     * @param since how long it has made none
     * @param waitsFor what has to happen next, in words for people; the log has the stack of a handler that does not come back
     */
    record ShardStalled(String shardId, Duration since, String waitsFor) implements ConsumerEvent {}

    /** The handler threw; what it was given comes again, unless one of the next events says otherwise. */
    record HandlerFailed(String shardId, int attempt, Throwable failure) implements ConsumerEvent {}

    /** A read failed and is repeated. */
    record ReadFailed(String shardId, int attempt, Throwable failure) implements ConsumerEvent {}

    /**
     * Records may have expired before they were read: the record at the position handled is no longer there, and the shard was not
     * seen to be without later ones within the stream's retention. If there were none, nothing is lost.
     *
     * @param from what came after this position may have expired; null if nothing of the shard was handled
     * @param to and before this one, the oldest record that is left; null if none is
     * @param lastAtTip when the shard was last known to have no record after {@code from}, by the service's clock; null if that is
     *     not known
     */
    record RecordsMayHaveExpired(
            String shardId,
            @Nullable Position from,
            @Nullable Position to,
            @Nullable Instant lastAtTip) implements ConsumerEvent {}

    /** User records were dropped because they belong to other shards, see {@link ForeignEntries}. */
    record EntriesDropped(String shardId, int count) implements ConsumerEvent {}
}
