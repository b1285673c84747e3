package io.shardline.producer;

import java.time.Duration;
import java.util.Optional;

/**
 * Something that happened to a producer, for metrics and alarms.
 *
 * <p>Listeners are called on the producer's threads for user code, perhaps several at once, and must not block. Immutable.
 */
public sealed interface ProducerEvent {

    /**
     * A PutRecords request has come to its end.
     *
     * <p>Immutable.
     *
     * @param bytes data and partition keys, as the service counts them
     * @param duration from handing it over to the answer, waiting for a connection included
     * @param errorCode if it failed as a whole
     */
    record RequestAnswered(
            String stream,
            int kinesisRecords,
            int userRecords,
            long bytes,
            Duration duration,
            Optional<String> errorCode)
            implements ProducerEvent {}

    /**
     * A Kinesis record was stored, and all user records in it are acknowledged.
     *
     * <p>Immutable.
     *
     * @param userBytes data and partition keys of the user records
     * @param bytes data and partition key of the Kinesis record
     * @param waited from the first record's {@code put} to the sending
     * @param retries how often the first record had been sent before
     */
    record KinesisRecordStored(
            String stream, String shardId, int userRecords, long userBytes, long bytes, Duration waited, int retries)
            implements ProducerEvent {}

    /**
     * A Kinesis record was not stored, or not where consumers look for it; its user records are put again, or given up.
     *
     * <p>Immutable.
     *
     * @param shardId the shard it was meant for
     * @param errorCode as in {@link Attempt#errorCode()}
     */
    record KinesisRecordRefused(String stream, String shardId, int userRecords, String errorCode)
            implements ProducerEvent {}

    /**
     * A user record that had been taken in was given up.
     *
     * <p>One that was refused at the door, because the memory budget was full or the producer closed, raises no event. Immutable.
     */
    record UserRecordGivenUp(String stream, FailureReason reason, int attempts) implements ProducerEvent {}

    /**
     * The shards of a stream were listed.
     *
     * <p>Immutable.
     */
    record ShardsListed(String stream, int openShards) implements ProducerEvent {}

    /**
     * The shards of a stream could not be listed; the former ones, if there are any, stay in use.
     *
     * <p>Immutable.
     */
    record ShardListingFailed(String stream, String errorCode, String message) implements ProducerEvent {}

    /**
     * There are records above 1 MiB, and the endpoint does not say whether the stream takes them, for example for want of the
     * permission for DescribeStreamSummary. Said once a stream.
     *
     * <p>Immutable.
     *
     * @param assumedBytes what the stream is taken to take, data and partition key together
     */
    record RecordSizeNotKnown(String stream, int assumedBytes, String errorCode, String message)
            implements ProducerEvent {}

    /**
     * Nearly all of the latest requests failed without the service's doing; until one gets through only one is sent at a time.
     *
     * <p>Immutable.
     */
    record EndpointLost() implements ProducerEvent {}

    /**
     * A request got through again.
     *
     * <p>Immutable.
     */
    record EndpointReturned() implements ProducerEvent {}
}
