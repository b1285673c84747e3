package io.shardline.producer;

/**
 * The service's acknowledgement of one record.
 *
 * <p>Immutable.
 *
 * @param shardId the shard that stores the record
 * @param sequenceNumber the sequence number of the Kinesis record; all entries of an aggregate have the same
 * @param subSequenceNumber the record's index in its aggregate; 0 if it was sent by itself
 * @param attempts how often the record was sent, at least 1
 */
public record PutReceipt(String shardId, String sequenceNumber, long subSequenceNumber, int attempts) {}
