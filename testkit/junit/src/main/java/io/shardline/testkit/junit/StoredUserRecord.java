package io.shardline.testkit.junit;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.Decoded;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * A user record as it is stored: a Kinesis record of its own, or an entry of an aggregated one.
 *
 * <p>Immutable.
 *
 * @param carrier the Kinesis record that it is stored in
 * @param subSequenceNumber the index in its aggregated record, 0 for a plain one
 * @param partitionKey as put
 * @param explicitHashKey as put, a decimal number; null if none was given, and if an aggregated record does not tell
 * @param data as put
 */
public record StoredUserRecord(
        StoredRecord carrier,
        int subSequenceNumber,
        String partitionKey,
        @Nullable String explicitHashKey,
        SdkBytes data) {

    /** The outer partition key by which Amazon's producer library and ours mark records whose strays they put again. */
    private static final String STRAYS_ARE_PUT_AGAIN = "a";

    /**
     * Every user record in a stream, as {@link KinesisEmulator#records} orders them: the records of a partition key are in the
     * order in which a consumer handles them, across splits and merges too.
     *
     * <p>Entries of aggregated records that a consumer drops, because a split moved their hash key to another shard and their
     * producer has put them again, are not there.
     *
     * @throws software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException if there is no such stream
     */
    public static List<StoredUserRecord> allIn(KinesisEmulator kinesis, String streamName) {
        Map<String, HashKeyRange> ranges = new HashMap<>();
        for (Shard shard : kinesis.shards(streamName)) {
            ranges.put(
                    shard.shardId(),
                    HashKeyRange.parse(
                            shard.hashKeyRange().startingHashKey(),
                            shard.hashKeyRange().endingHashKey()));
        }
        List<StoredUserRecord> all = new ArrayList<>();
        for (StoredRecord carrier : kinesis.records(streamName)) {
            all.addAll(in(carrier, ranges.getOrDefault(carrier.shardId(), HashKeyRange.FULL)));
        }
        return all;
    }

    private static List<StoredUserRecord> in(StoredRecord carrier, HashKeyRange range) {
        if (!(AggregateCodec.decode(carrier.data().asByteArrayUnsafe()) instanceof Decoded.Aggregated aggregated)) {
            return List.of(new StoredUserRecord(
                    carrier, 0, carrier.partitionKey(), carrier.explicitHashKey(), carrier.data()));
        }
        boolean straysAreElsewhere = carrier.partitionKey().equals(STRAYS_ARE_PUT_AGAIN);
        List<StoredUserRecord> entries = new ArrayList<>();
        for (int index = 0; index < aggregated.entries().size(); index++) {
            AggregateEntry entry = aggregated.entries().get(index);
            if (!straysAreElsewhere || range.contains(entry.hashKey())) {
                entries.add(new StoredUserRecord(
                        carrier,
                        index,
                        entry.partitionKey(),
                        entry.explicitHashKey() == null ? null : Objects.toString(entry.explicitHashKey()),
                        SdkBytes.fromByteArrayUnsafe(entry.data())));
            }
        }
        return entries;
    }

    /** The shard that it is stored in. */
    public String shardId() {
        return carrier.shardId();
    }

    /** The sequence number of its Kinesis record. */
    public String sequenceNumber() {
        return carrier.sequenceNumber();
    }

    /** When its Kinesis record arrived, by the emulator's clock. */
    public Instant arrival() {
        return carrier.arrival();
    }

    /** The data read as UTF-8; what is not, is replaced by U+FFFD. */
    public String text() {
        return new String(data.asByteArrayUnsafe(), StandardCharsets.UTF_8);
    }

    /** In a form for messages of failed tests, with the beginning of the data. */
    @Override
    public String toString() {
        return shardId() + " " + sequenceNumber() + "/" + subSequenceNumber + " " + Excerpt.of(partitionKey, data);
    }
}
