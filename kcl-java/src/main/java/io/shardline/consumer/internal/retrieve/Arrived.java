package io.shardline.consumer.internal.retrieve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.CharMatcher;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * The size of an answer.
 *
 * <p>Immutable.
 *
 * @param records how many Kinesis records it has
 * @param bytes as the service counts: the data and the partition keys
 * @param heldBytes what they hold until they are handled: aggregates will be taken apart, which copies their data
 */
record Arrived(int records, long bytes, long heldBytes) {

    private static final CharMatcher DIGITS = CharMatcher.inRange('0', '9');

    private static final byte[] AGGREGATE = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};

    /** Whether the records have what every record has. */
    static boolean isSound(List<Record> records) {
        return records.stream()
                .allMatch(record -> isSequenceNumber(record.sequenceNumber())
                        && record.data() != null
                        && record.partitionKey() != null);
    }

    /** A decimal number without leading zeros, as a {@link io.shardline.consumer.Position} needs it. */
    private static boolean isSequenceNumber(@Nullable String text) {
        return text != null
                && !text.isEmpty()
                && DIGITS.matchesAllOf(text)
                && (text.length() == 1 || text.charAt(0) != '0');
    }

    static Arrived of(List<Record> records) {
        long bytes = 0;
        long copies = 0;
        for (Record record : records) {
            byte[] data = record.data().asByteArrayUnsafe();
            bytes += data.length + record.partitionKey().getBytes(UTF_8).length;
            copies += isAggregate(data) ? data.length : 0;
        }
        return new Arrived(records.size(), bytes, bytes + copies);
    }

    private static boolean isAggregate(byte[] data) {
        return data.length >= AGGREGATE.length
                && Arrays.equals(data, 0, AGGREGATE.length, AGGREGATE, 0, AGGREGATE.length);
    }
}
