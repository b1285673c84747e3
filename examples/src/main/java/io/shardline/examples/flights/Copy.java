package io.shardline.examples.flights;

/**
 * One of the places where a departure is stored; a departure that was put again has several.
 *
 * <p>Immutable.
 *
 * @param shardId the shard
 * @param sequenceNumber the number of the Kinesis record in it
 */
record Copy(String shardId, String sequenceNumber) {

    /** A number in place of the texts, as there may be millions of them. */
    long fingerprint() {
        return (long) shardId.hashCode() << Integer.SIZE ^ sequenceNumber.hashCode();
    }
}
