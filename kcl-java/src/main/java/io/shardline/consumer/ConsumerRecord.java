package io.shardline.consumer;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A user record as it was put, with its position in the shard.
 *
 * <p>User records from one aggregated record share its sequence number and differ by the sub-sequence number. Immutable, as long
 * as the data is not written to.
 */
public final class ConsumerRecord {

    private final Source source;
    private final long subSequenceNumber;
    private final String partitionKey;
    private final byte[] data;
    private final Extras extras;

    /**
     * The Kinesis record that a user record came in, shared by all entries of an aggregated record. Immutable.
     *
     * @param streamName the stream it was read from
     * @param shardId the shard it was read from
     * @param sequenceNumber a decimal number
     * @param approximateArrival when the service received it, by the service's clock
     */
    public record Source(String streamName, String shardId, String sequenceNumber, Instant approximateArrival) {}

    /** What the user gave beside key and data. Immutable. */
    private record Extras(@Nullable String explicitHashKey, Map<String, String> headers) {

        private static final Extras NONE = new Extras(null, Map.of());
    }

    private ConsumerRecord(Source source, long subSequenceNumber, String partitionKey, byte[] data, Extras extras) {
        this.source = source;
        this.subSequenceNumber = subSequenceNumber;
        this.partitionKey = partitionKey;
        this.data = data;
        this.extras = extras;
    }

    /**
     * A user record that is a Kinesis record of its own.
     *
     * @param data taken over, not copied
     */
    public static ConsumerRecord plain(Source source, String partitionKey, byte[] data) {
        return new ConsumerRecord(source, 0, partitionKey, data, Extras.NONE);
    }

    /**
     * A user record that is entry number {@code index} of an aggregated record, without explicit hash key and headers.
     *
     * @param data taken over, not copied
     */
    public static ConsumerRecord entry(Source source, long index, String partitionKey, byte[] data) {
        return new ConsumerRecord(source, index, partitionKey, data, Extras.NONE);
    }

    /** The same with an explicit hash key, a decimal number. */
    public ConsumerRecord withExplicitHashKey(String hashKey) {
        return new ConsumerRecord(source, subSequenceNumber, partitionKey, data, new Extras(hashKey, extras.headers()));
    }

    /** The same with headers, which must not be changed afterwards. */
    public ConsumerRecord withHeaders(Map<String, String> headers) {
        return new ConsumerRecord(
                source, subSequenceNumber, partitionKey, data, new Extras(extras.explicitHashKey(), headers));
    }

    /** The stream that the record was read from. */
    public String streamName() {
        return source.streamName();
    }

    /** The id of the shard that the record was read from. */
    public String shardId() {
        return source.shardId();
    }

    /** The position of the record in its shard. */
    public Position position() {
        return new Position(source.sequenceNumber(), subSequenceNumber);
    }

    /** The Kinesis record's sequence number, a decimal number. */
    public String sequenceNumber() {
        return source.sequenceNumber();
    }

    /** The index in its aggregated record, 0 for a plain record. */
    public long subSequenceNumber() {
        return subSequenceNumber;
    }

    /** The partition key that the record was put with. */
    public String partitionKey() {
        return partitionKey;
    }

    /** The explicit hash key, a decimal number; null if none was given, or if the record was not aggregated: the service tells none. */
    public @Nullable String explicitHashKey() {
        return extras.explicitHashKey();
    }

    /** The headers that a Shardline producer was given, in their order. Must not be changed. */
    public Map<String, String> headers() {
        return extras.headers();
    }

    /** The data. Not a copy: it may be kept, and must not be written to. */
    public byte[] data() {
        return data;
    }

    /** When the service received the Kinesis record, by the service's clock. */
    public Instant approximateArrival() {
        return source.approximateArrival();
    }

    /** The position and the size only: records end up in logs, and data, keys and headers may be personal data. */
    @Override
    public String toString() {
        return "ConsumerRecord[" + streamName() + "/" + shardId() + " " + sequenceNumber() + "/" + subSequenceNumber
                + " bytes=" + data.length + "]";
    }
}
