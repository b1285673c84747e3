package io.shardline.consumer;

/**
 * Something that a consumer did or that happened to it.
 *
 * <p>Immutable.
 */
public sealed interface ConsumerEvent {

    /** The worker has joined the fleet, for the first time or again. */
    record SessionStarted(String session) implements ConsumerEvent {}

    /** The worker's session is over: it was cut off or paused for too long, and has dropped its shards. */
    record SessionOver(String session, String why) implements ConsumerEvent {}

    /**
     * The consumer cannot go on and has dropped its shards; the last event. Time does not mend it: the message says what to
     * do. Other workers take over once this one's lease duration has passed.
     */
    record ConsumerFailed(ConsumerException why) implements ConsumerEvent {}

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

    /** The handler threw; what it was given comes again. */
    record HandlerFailed(String shardId, int attempt, Throwable failure) implements ConsumerEvent {}

    /** A read failed and is repeated. */
    record ReadFailed(String shardId, int attempt, Throwable failure) implements ConsumerEvent {}

    /** User records were dropped because they belong to other shards, see {@link ForeignEntries}. */
    record EntriesDropped(String shardId, int count) implements ConsumerEvent {}
}
