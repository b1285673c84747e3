package io.shardline.testkit.junit;

import static io.shardline.testkit.junit.StreamContents.count;

import io.shardline.testkit.StoredRecord;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.ListAssert;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Assertions on what a stream, or one of its shards, held when the assertion began.
 *
 * <p>Kinesis records are what is stored and billed; user records are what producers put and consumers handle, several of which
 * may be aggregated into one Kinesis record. Confined to one thread.
 */
public final class StreamAssert extends AbstractAssert<StreamAssert, List<StoredRecord>> {

    private static final String HINT = "\n(what a producer still holds is not stored: flush it before)";

    private final StreamContents contents;

    StreamAssert(StreamContents contents) {
        super(contents.records(), StreamAssert.class);
        this.contents = contents;
    }

    /** There are exactly so many Kinesis records. */
    public StreamAssert hasRecords(int expected) {
        return has(contents.records().size(), expected, "Kinesis record");
    }

    /** There are exactly so many user records. */
    public StreamAssert hasUserRecords(int expected) {
        return has(contents.userRecords().size(), expected, "user record");
    }

    /** Nothing is stored. */
    public StreamAssert isEmpty() {
        return hasRecords(0);
    }

    private StreamAssert has(int actualCount, int expected, String noun) {
        if (actualCount != expected) {
            throw failureWithActualExpected(
                    actualCount,
                    expected,
                    "Expecting %s to have %s but it has %s%s",
                    contents.name(),
                    count(expected, noun),
                    contents.describe(),
                    actualCount < expected ? HINT : "");
        }
        return this;
    }

    /** Goes on with the Kinesis records, shard by shard, in each as they arrived. */
    public ListAssert<StoredRecord> records() {
        return new ListAssert<>(contents.records()).as(described("Kinesis records of " + contents.name()));
    }

    /**
     * Goes on with the user records, shard by shard, in each as they arrived; what is aggregated is taken apart, see
     * {@link StoredUserRecord#allIn}.
     */
    public ListAssert<StoredUserRecord> userRecords() {
        return new ListAssert<>(contents.userRecords()).as(described("user records of " + contents.name()));
    }

    /** Goes on with the user records of one partition key, in the order in which a consumer handles them. */
    public ListAssert<StoredUserRecord> userRecordsOf(String partitionKey) {
        List<StoredUserRecord> found = contents.userRecords().stream()
                .filter(record -> record.partitionKey().equals(partitionKey))
                .toList();
        String subject = "user records of partition key '" + partitionKey + "' in " + contents.name();
        return new ListAssert<>(found).as(described(found.isEmpty() ? subject + ", which has " + keys() : subject));
    }

    private String keys() {
        Set<String> keys = new TreeSet<>();
        contents.userRecords().forEach(record -> keys.add(record.partitionKey()));
        return keys.isEmpty() ? "no records" : "only the keys " + keys;
    }

    private String described(String subject) {
        String given = info.descriptionText();
        return given.isEmpty() ? subject : given + ": " + subject;
    }

    /**
     * Goes on with one shard.
     *
     * @throws AssertionError if the stream never had such a shard
     */
    public StreamAssert shard(String shardId) {
        StreamContents shard = contents.in(shardId);
        if (shard.shards().isEmpty()) {
            throw failure(
                    "Expecting %s to have a shard '%s' but it has %s",
                    contents.name(),
                    shardId,
                    contents.shards().stream().map(Shard::shardId).toList());
        }
        return new StreamAssert(shard).as(info.description());
    }

    /** So many shards are open: not split, not merged. */
    public StreamAssert hasOpenShards(int expected) {
        List<String> open = contents.shards().stream()
                .filter(shard -> shard.sequenceNumberRange().endingSequenceNumber() == null)
                .map(Shard::shardId)
                .toList();
        if (open.size() != expected) {
            throw failureWithActualExpected(
                    open.size(),
                    expected,
                    "Expecting %s to have %s but it has %s: %s",
                    contents.name(),
                    count(expected, "open shard"),
                    open.size(),
                    open);
        }
        return this;
    }
}
