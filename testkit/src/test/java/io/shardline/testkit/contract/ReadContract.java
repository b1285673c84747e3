package io.shardline.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * Shard iterators, their five types and the edges of those, and reading with them.
 *
 * <p>Rules from docs.aws.amazon.com/kinesis/latest/APIReference: API_GetShardIterator.html, API_GetRecords.html. Confined to
 * one thread.
 */
interface ReadContract extends KinesisContract {

    String FIRST = "shardId-000000000000";

    private static GetShardIteratorRequest.Builder of(String stream, ShardIteratorType type) {
        return GetShardIteratorRequest.builder()
                .streamName(stream)
                .shardId(FIRST)
                .shardIteratorType(type);
    }

    private String at(String stream, String sequenceNumber) {
        return iterator(of(stream, ShardIteratorType.AT_SEQUENCE_NUMBER).startingSequenceNumber(sequenceNumber));
    }

    private String after(String stream, String sequenceNumber) {
        return iterator(of(stream, ShardIteratorType.AFTER_SEQUENCE_NUMBER).startingSequenceNumber(sequenceNumber));
    }

    private String at(String stream, Instant time) {
        return iterator(of(stream, ShardIteratorType.AT_TIMESTAMP).timestamp(time));
    }

    private CompletableFuture<GetShardIteratorResponse> ask(GetShardIteratorRequest.Builder request) {
        return client().getShardIterator(request.build());
    }

    @Test
    default void trimHorizonIsTheOldestRecordAndLatestIsJustAfterTheNewest() {
        String stream = newStream(1);
        put(stream, "before");
        String horizon = iterator(stream, FIRST, ShardIteratorType.TRIM_HORIZON);
        String latest = iterator(stream, FIRST, ShardIteratorType.LATEST);
        put(stream, "after");

        assertThat(texts(horizon, 2)).containsExactly("before", "after");
        assertThat(texts(latest, 1)).containsExactly("after");
    }

    @Test
    default void atASequenceNumberIsThatRecordAndAfterItIsTheNext() {
        String stream = newStream(1);
        String one = put(stream, "one").sequenceNumber();
        String two = put(stream, "two").sequenceNumber();
        String three = put(stream, "three").sequenceNumber();

        assertThat(texts(at(stream, one), 3)).containsExactly("one", "two", "three");
        assertThat(texts(at(stream, two), 2)).containsExactly("two", "three");
        assertThat(texts(after(stream, two), 1)).containsExactly("three");
        assertThat(texts(at(stream, three), 1)).containsExactly("three");
    }

    @Test
    default void afterTheNewestRecordIsWhatComesNext() {
        String stream = newStream(1);
        String newest = put(stream, "newest").sequenceNumber();
        String iterator = after(stream, newest);

        assertThat(read(iterator).records()).isEmpty();
        put(stream, "next");
        assertThat(texts(iterator, 1)).containsExactly("next");
    }

    @Test
    default void theStartingNumberOfAShardIsAStart() {
        String stream = newStream(1);
        put(stream, "one");
        String start = shards(stream).get(0).sequenceNumberRange().startingSequenceNumber();

        assertThat(texts(at(stream, start), 1)).containsExactly("one");
        assertThat(texts(after(stream, start), 1)).containsExactly("one");
    }

    @Test
    default void atATimestampIsTheFirstRecordOfThatTimeOrLater() {
        String stream = newStream(1);
        put(stream, "early");
        tick();
        put(stream, "late");
        tick();
        List<Record> stored =
                read(iterator(stream, FIRST, ShardIteratorType.TRIM_HORIZON)).records();
        Instant early = stored.get(0).approximateArrivalTimestamp();
        Instant late = stored.get(1).approximateArrivalTimestamp();
        assertThat(late).isAfter(early);

        assertThat(texts(at(stream, early.minusSeconds(60)), 2)).containsExactly("early", "late");
        assertThat(texts(at(stream, early), 2)).containsExactly("early", "late");
        assertThat(texts(at(stream, early.plusMillis(1)), 1)).containsExactly("late");
        assertThat(texts(at(stream, late), 1)).containsExactly("late");
        assertThat(read(at(stream, late.plusMillis(1))).records()).isEmpty();
    }

    @Test
    default void aTimestampInTheFutureIsRefused() {
        String stream = anyStream();
        put(stream, "now");
        Instant future = read(iterator(stream, FIRST, ShardIteratorType.TRIM_HORIZON))
                .records()
                .get(0)
                .approximateArrivalTimestamp()
                .plus(Duration.ofHours(1));

        assertRefused(
                ask(of(stream, ShardIteratorType.AT_TIMESTAMP).timestamp(future)),
                "InvalidArgumentException",
                "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis.");
    }

    @Test
    default void everyTypeNeedsWhatBelongsToIt() {
        String stream = anyStream();
        put(stream, "x");

        assertRefused(
                ask(of(stream, ShardIteratorType.AT_SEQUENCE_NUMBER)),
                "InvalidArgumentException",
                "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or"
                        + " (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber."
                        + " Request specified AT_SEQUENCE_NUMBER and no StartingSequenceNumber.");
        assertRefused(
                ask(of(stream, ShardIteratorType.AFTER_SEQUENCE_NUMBER)),
                "InvalidArgumentException",
                "Request specified AFTER_SEQUENCE_NUMBER and no StartingSequenceNumber.");
        assertRefused(
                ask(of(stream, ShardIteratorType.AT_TIMESTAMP)),
                "InvalidArgumentException",
                "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP."
                        + " Current request has no timestamp parameter.");
    }

    @Test
    default void aStartThatTheTypeDoesNotTakeIsRefused() {
        String stream = anyStream();
        String number = put(stream, "x").sequenceNumber();

        for (ShardIteratorType type : List.of(ShardIteratorType.LATEST, ShardIteratorType.TRIM_HORIZON)) {
            assertRefused(
                    ask(of(stream, type).startingSequenceNumber(number)),
                    "InvalidArgumentException",
                    "Request specified " + type + " and also a StartingSequenceNumber.");
        }
    }

    @Test
    default void aSequenceNumberOfAnotherShardIsRefused() {
        String stream = newStream(2);
        String foreign = put(stream, "x", MIDDLE).sequenceNumber();

        assertRefused(
                ask(of(stream, ShardIteratorType.AT_SEQUENCE_NUMBER).startingSequenceNumber(foreign)),
                "InvalidArgumentException",
                "Invalid StartingSequenceNumber. It encodes shardId-000000000001,"
                        + " while it was used in a call to a shard with shardId-000000000000");
    }

    @Test
    default void whatIsNoSequenceNumberIsRefused() {
        String stream = anyStream();

        assertInvalid(
                ask(of(stream, ShardIteratorType.AT_SEQUENCE_NUMBER).startingSequenceNumber("49abc")),
                "'49abc' at 'startingSequenceNumber'",
                "satisfy regular expression pattern: 0|([1-9]\\d{0,128})");
        assertRefused(
                ask(of(stream, ShardIteratorType.AT_SEQUENCE_NUMBER).startingSequenceNumber("9".repeat(56))),
                "InvalidArgumentException");
    }

    @Test
    default void theTypeIsOneOfFive() {
        String stream = anyStream();

        assertRefused(
                client().getShardIterator(
                                r -> r.streamName(stream).shardId(FIRST).shardIteratorType("SOMEWHERE")),
                "ValidationException",
                "Value 'SOMEWHERE' at 'shardIteratorType' failed to satisfy constraint:"
                        + " Member must satisfy enum value set: ");
    }

    @Test
    default void anUnknownShardIsNotFound() {
        String stream = anyStream();
        assertRefused(
                client().getShardIterator(r -> r.streamName(stream)
                        .shardId("shardId-000000000007")
                        .shardIteratorType(ShardIteratorType.LATEST)),
                "ResourceNotFoundException",
                "Shard shardId-000000000007 in stream " + stream + " under account ");
    }

    @Test
    default void anUnknownStreamHasNoShards() {
        assertRefused(
                client().getShardIterator(r ->
                        r.streamName("no-such-stream").shardId(FIRST).shardIteratorType(ShardIteratorType.LATEST)),
                "ResourceNotFoundException",
                "no-such-stream under account ");
    }

    @Test
    default void anIteratorCanBeUsedAgainAndSaysWhereToGoOn() {
        String stream = newStream(1);
        put(stream, "one");
        put(stream, "two");
        String iterator = iterator(stream, FIRST, ShardIteratorType.TRIM_HORIZON);

        assertThat(texts(iterator, 2)).isEqualTo(texts(iterator, 2)).containsExactly("one", "two");
        assertThat(read(iterator).nextShardIterator()).isNotNull();
    }

    @Test
    default void aLimitIsOneTo10000() {
        String stream = newStream(1);
        put(stream, "one");
        put(stream, "two");
        String iterator = iterator(stream, FIRST, ShardIteratorType.TRIM_HORIZON);

        GetRecordsResponse first =
                get(client().getRecords(r -> r.shardIterator(iterator).limit(1)));

        assertThat(KinesisContract.textsOf(first.records())).containsExactly("one");
        assertThat(texts(first.nextShardIterator(), 1)).containsExactly("two");
        kinesis().pace();
        assertInvalid(
                client().getRecords(r -> r.shardIterator(iterator).limit(10_001)),
                "'10001' at 'limit'",
                "have value less than or equal to 10000");
        kinesis().pace();
        assertInvalid(
                client().getRecords(r -> r.shardIterator(iterator).limit(0)),
                "'0' at 'limit'",
                "have value greater than or equal to 1");
    }

    @Test
    default void aBrokenIteratorIsAnInvalidArgument() {
        String stream = anyStream();
        String iterator = iterator(stream, FIRST, ShardIteratorType.LATEST);
        char last = iterator.charAt(iterator.length() / 2);
        String changed = iterator.substring(0, iterator.length() / 2)
                + (last == 'A' ? 'B' : 'A')
                + iterator.substring(iterator.length() / 2 + 1);

        for (String broken : List.of("nonsense", changed)) {
            assertRefused(
                    client().getRecords(r -> r.shardIterator(broken)),
                    "InvalidArgumentException",
                    "Invalid ShardIterator.");
        }
    }

    @Test
    default void anIteratorHasOneTo512Characters() {
        assertInvalid(
                client().getRecords(r -> r.shardIterator("")),
                "'' at 'shardIterator'",
                "have length greater than or equal to 1");
        assertInvalid(
                client().getRecords(r -> r.shardIterator("a".repeat(513))),
                "'" + "a".repeat(513) + "' at 'shardIterator'",
                "have length less than or equal to 512");
    }

    @Test
    default void anIteratorLivesForFiveMinutes() {
        assumeTrue(kinesis().hasClock(), "five minutes are too long to wait");
        String stream = newStream(1);
        String iterator = iterator(stream, FIRST, ShardIteratorType.LATEST);
        kinesis().pass(Duration.ofMinutes(4));
        read(iterator);
        kinesis().pass(Duration.ofMinutes(1));

        assertRefused(
                client().getRecords(r -> r.shardIterator(iterator)),
                "ExpiredIteratorException",
                "which is further in the future than the tolerated delay of 300000 milliseconds.");
    }

    @Test
    default void anIteratorOfADeletedStreamIsNotFound() {
        String stream = newStream(1);
        String iterator = iterator(stream, FIRST, ShardIteratorType.LATEST);
        get(client().deleteStream(r -> r.streamName(stream)));
        awaitGone(stream);

        assertRefused(client().getRecords(r -> r.shardIterator(iterator)), "ResourceNotFoundException");
    }

    @Test
    default void anAnswerHasAtMostTenMebibytes() {
        String stream = newStream(1);
        for (int i = 0; i < 11; i++) {
            get(client().putRecord(r ->
                    r.streamName(stream).partitionKey("k").data(SdkBytes.fromByteArray(new byte[1_000_000]))));
            kinesis().pass(kinesis().hasClock() ? Duration.ofSeconds(1) : Duration.ZERO);
            kinesis().pace();
        }

        GetRecordsResponse first = read(iterator(stream, FIRST, ShardIteratorType.TRIM_HORIZON));
        kinesis()
                .pass(
                        kinesis().hasClock()
                                ? Duration.ofSeconds(6)
                                : Duration.ZERO); // a large answer is followed by a pause

        assertThat(first.records()).hasSizeLessThanOrEqualTo(10).isNotEmpty();
        List<Record> rest = new ArrayList<>(read(first.nextShardIterator()).records());
        assertThat(rest).hasSize(11 - first.records().size());
    }

    @Test
    default void millisBehindLatestIsZeroAtTheTipAndNotBefore() {
        String stream = newStream(1);
        put(stream, "one");
        put(stream, "two");
        tick();
        String iterator = iterator(stream, FIRST, ShardIteratorType.TRIM_HORIZON);

        GetRecordsResponse first =
                get(client().getRecords(r -> r.shardIterator(iterator).limit(1)));

        assertThat(first.millisBehindLatest()).isPositive();
        assertThat(read(first.nextShardIterator()).millisBehindLatest()).isZero();
    }

    @Test
    default void recordsComeInTheOrderOfTheirSequenceNumbers() {
        String stream = newStream(1);
        for (int i = 0; i < 10; i++) {
            put(stream, "r" + i);
        }

        List<Record> records =
                read(iterator(stream, FIRST, ShardIteratorType.TRIM_HORIZON)).records();

        assertThat(records)
                .extracting(record -> new BigInteger(record.sequenceNumber()))
                .isSorted();
        assertThat(records).extracting(Record::approximateArrivalTimestamp).isSorted();
        assertThat(KinesisContract.textsOf(records))
                .containsExactly("r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9");
    }
}
