package io.shardline.testkit;

import java.time.Duration;
import java.util.function.IntPredicate;

/**
 * What goes wrong with one call.
 *
 * <p>Immutable.
 */
public sealed interface Fault {
    /** Nothing goes wrong. */
    record None() implements Fault {}

    /**
     * The service refuses the whole call for its rate, without effect: {@code ProvisionedThroughputExceededException} for
     * reading and writing records, {@code LimitExceededException} for everything else.
     */
    record Throttle() implements Fault {}

    /**
     * The service answers with an error, without effect.
     *
     * @param code the service's error code, also one that the SDK has no class for
     * @param status the HTTP status, 400 to 599
     */
    record ServiceFailure(String code, int status) implements Fault {
        /** Refuses a status that is not an error's. */
        public ServiceFailure {
            if (status < 400 || status > 599) {
                throw new IllegalArgumentException("an error's HTTP status is 400 to 599: " + status);
            }
        }
    }

    /**
     * The call takes effect, but the caller never hears of it and times out.
     *
     * @param timeout when the caller gives up, after the call; a time-out set on the request itself goes first
     */
    record ReplyLost(Duration timeout) implements Fault {}

    /**
     * The call never arrives, has no effect, and the caller times out.
     *
     * @param timeout when the caller gives up, after the call; a time-out set on the request itself goes first
     */
    record RequestLost(Duration timeout) implements Fault {}

    /**
     * The caller times out, and only then the call takes effect: what a retry does not expect.
     *
     * @param timeout when the caller gives up, after the call; a time-out set on the request itself goes first
     * @param extra how much later than its latency says the request arrives
     */
    record LandsLate(Duration timeout, Duration extra) implements Fault {}

    /**
     * Some entries of a PutRecords call fail and the others are written; no effect on other operations.
     *
     * @param failing which entries fail, by their index; asked once an entry, in order
     * @param code {@code ProvisionedThroughputExceededException} or {@code InternalFailure}
     */
    record PartialFailure(IntPredicate failing, String code) implements Fault {}

    /**
     * The request arrives later than its latency says.
     *
     * @param extra how much later
     */
    record Delay(Duration extra) implements Fault {}

    /** The connection breaks before the request is sent: no effect, and a client-side error without an answer. */
    record ConnectionFailure() implements Fault {}

    /**
     * ListShards answers as it would have some time ago: later shards are missing, and those closed since are open; no effect on
     * other operations.
     *
     * @param age how old the answer is
     */
    record StaleListing(Duration age) implements Fault {}

    /** GetRecords answers that its iterator has expired; no effect on other operations. */
    record ExpiredIterator() implements Fault {}

    /**
     * SubscribeToShard succeeds, and later the connection breaks; no effect on other operations.
     *
     * @param after how long after the beginning of the subscription
     */
    record SubscriptionDropped(Duration after) implements Fault {}

    /**
     * GetRecords answers with neither a next iterator nor child shards, also while the shard is open, and GetShardIterator
     * without an iterator; no effect on other operations.
     *
     * @param withRecords whether GetRecords answers with its records; if not, they come with a later call
     * @param isEmpty whether the iterator is an empty text, or else not there at all
     */
    record MissingIterator(boolean withRecords, boolean isEmpty) implements Fault {}

    /** GetRecords and SubscribeToShard name no child shards at a shard's end; no effect on other operations. */
    record MissingChildren() implements Fault {}

    /**
     * GetRecords begins earlier than its iterator says and so gives records again, but none from before the time or the tip that its
     * reader began at; no effect on other operations.
     *
     * @param count how many records come again, if there are as many; at least 1
     */
    record RepeatedRecords(int count) implements Fault {
        /** Refuses to repeat nothing. */
        public RepeatedRecords {
            if (count < 1) {
                throw new IllegalArgumentException("count must be at least 1: " + count);
            }
        }
    }

    /**
     * GetRecords answers without records and with an iterator at the same place, whatever is there; no effect on other
     * operations.
     *
     * @param behindLatest what the answer says of its distance to the tip
     */
    record EmptyAnswer(Duration behindLatest) implements Fault {}

    /** ListShards answers as if it had been asked without a filter; no effect on other operations. */
    record UnfilteredListing() implements Fault {}

    /**
     * Times in the answers of GetRecords, DescribeStream and DescribeStreamSummary are milliseconds where the service writes
     * seconds, so they lie tens of thousands of years ahead; no effect on other operations.
     */
    record TimesInMillis() implements Fault {}

    /**
     * SubscribeToShard succeeds, and its events cease without an end or an error; no effect on other operations.
     *
     * @param after how long after the beginning of the subscription
     */
    record SubscriptionSilent(Duration after) implements Fault {}

    /** SubscribeToShard succeeds, and its events end at once, before the first; no effect on other operations. */
    record SubscriptionEmpty() implements Fault {}
}
