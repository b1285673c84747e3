package io.shardline.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * Putting records, one and many: where they go, what they get, and what is refused.
 *
 * <p>Rules from docs.aws.amazon.com/kinesis/latest/APIReference: API_PutRecord.html, API_PutRecords.html,
 * API_PutRecordsRequestEntry.html. Confined to one thread.
 */
interface PutContract extends KinesisContract {

    int MIB = 1024 * 1024;

    static PutRecordsRequestEntry entry(String key, String text) {
        return PutRecordsRequestEntry.builder()
                .partitionKey(key)
                .data(KinesisContract.bytes(text))
                .build();
    }

    static PutRecordsRequestEntry entryAt(String hashKey, SdkBytes data) {
        return PutRecordsRequestEntry.builder()
                .partitionKey("k")
                .explicitHashKey(hashKey)
                .data(data)
                .build();
    }

    default CompletableFuture<PutRecordsResponse> putMany(String stream, List<PutRecordsRequestEntry> entries) {
        return client().putRecords(r -> r.streamName(stream).records(entries));
    }

    default CompletableFuture<PutRecordResponse> putAt(String stream, String hashKey) {
        return client().putRecord(r ->
                r.streamName(stream).partitionKey("k").explicitHashKey(hashKey).data(KinesisContract.bytes("x")));
    }

    default CompletableFuture<PutRecordResponse> putOfSize(String stream, int bytes) {
        return client().putRecord(
                        r -> r.streamName(stream).partitionKey("k").data(SdkBytes.fromByteArray(new byte[bytes])));
    }

    private List<String> stored(String stream, int shard, int count) {
        return texts(iterator(stream, KinesisContract.shard(shard), ShardIteratorType.TRIM_HORIZON), count);
    }

    @Test
    default void aPartitionKeyGoesWhereItsMd5Points() {
        String stream = newStream(3);

        // MD5: a = 0cc1..., b = 92eb..., e = e167...
        assertThat(List.of("a", "b", "e"))
                .extracting(key -> get(client().putRecord(r ->
                                r.streamName(stream).partitionKey(key).data(KinesisContract.bytes(key))))
                        .shardId())
                .containsExactly(KinesisContract.shard(0), KinesisContract.shard(1), KinesisContract.shard(2));
    }

    @Test
    default void anExplicitHashKeyDecidesAndBothEndsOfAShardBelongToIt() {
        String stream = newStream(2);
        String last = new BigInteger(MIDDLE).subtract(BigInteger.ONE).toString();

        assertThat(List.of("0", last, MIDDLE, LAST_HASH_KEY))
                .extracting(hashKey -> get(putAt(stream, hashKey)).shardId())
                .containsExactly(
                        KinesisContract.shard(0),
                        KinesisContract.shard(0),
                        KinesisContract.shard(1),
                        KinesisContract.shard(1));
    }

    @Test
    default void sequenceNumbersOfAShardGrowAndHave56Digits() {
        String stream = newStream(1);
        List<BigInteger> numbers = new ArrayList<>();
        numbers.add(KinesisContract.number(
                shards(stream).get(0).sequenceNumberRange().startingSequenceNumber()));
        for (int i = 0; i < 5; i++) {
            String number = put(stream, "r" + i).sequenceNumber();
            assertThat(number).matches("\\d{56}");
            numbers.add(KinesisContract.number(number));
        }

        assertThat(numbers).isSorted().doesNotHaveDuplicates();
    }

    @Test
    default void aSequenceNumberForOrderingIsSmallerThanTheNewOne() {
        String stream = anyStream();
        String first = put(stream, "1").sequenceNumber();

        String second = get(client().putRecord(r -> r.streamName(stream)
                        .partitionKey("k")
                        .sequenceNumberForOrdering(first)
                        .data(KinesisContract.bytes("2"))))
                .sequenceNumber();

        assertThat(KinesisContract.number(second)).isGreaterThan(KinesisContract.number(first));
    }

    @Test
    default void dataMayBeEmptyAndComesBackAsItWas() {
        String stream = newStream(1);
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        get(client().putRecord(r -> r.streamName(stream).partitionKey("k").data(SdkBytes.fromByteArray(new byte[0]))));
        get(client().putRecord(r -> r.streamName(stream).partitionKey("k").data(SdkBytes.fromByteArray(all))));

        assertThat(read(iterator(stream, KinesisContract.shard(0), ShardIteratorType.TRIM_HORIZON))
                        .records())
                .extracting(record -> record.data().asByteArray())
                .containsExactly(new byte[0], all);
    }

    @Test
    default void manyRecordsGetTheirAnswersInTheirOrder() {
        String stream = newStream(2);
        PutRecordsResponse answer = get(putMany(
                stream,
                List.of(
                        entryAt("0", KinesisContract.bytes("1")),
                        entryAt(MIDDLE, KinesisContract.bytes("2")),
                        entryAt("0", KinesisContract.bytes("3")))));

        assertThat(answer.failedRecordCount()).isZero();
        assertThat(answer.records())
                .extracting(PutRecordsResultEntry::shardId)
                .containsExactly(KinesisContract.shard(0), KinesisContract.shard(1), KinesisContract.shard(0));
        assertThat(answer.records()).allSatisfy(result -> {
            assertThat(result.errorCode()).isNull();
            assertThat(result.sequenceNumber()).matches("\\d{56}");
        });
        assertThat(stored(stream, 0, 2)).containsExactly("1", "3");
        assertThat(stored(stream, 1, 1)).containsExactly("2");
    }

    @Test
    default void aCallHasOneTo500Records() {
        String stream = anyStream();

        assertThat(get(putMany(stream, Collections.nCopies(500, entry("k", "x"))))
                        .failedRecordCount())
                .isZero();
        assertRefused(
                putMany(stream, Collections.nCopies(501, entry("k", "x"))),
                "ValidationException",
                "at 'records' failed to satisfy constraint: Member must have length less than or equal to 500");
        assertRefused(putMany(stream, List.of()), "ValidationException");
    }

    @Test
    default void aCallHasAtMostTenMebibytes() {
        String stream = newStream(1);
        SdkBytes large = SdkBytes.fromByteArray(new byte[MIB - 10]);

        assertRefused(putMany(stream, Collections.nCopies(11, entryAt("0", large))), "InvalidArgumentException");
        assertThat(stored(stream, 0, 1)).isEmpty();
    }

    @Test
    default void aPartitionKeyHasOneTo256Characters() {
        String stream = anyStream();

        get(putMany(stream, List.of(entry("k".repeat(256), "x"))));
        assertInvalid(
                client().putRecord(r -> r.streamName(stream).partitionKey("").data(KinesisContract.bytes("x"))),
                "'' at 'partitionKey'",
                "have length greater than or equal to 1");
        assertInvalid(
                putMany(stream, List.of(entry("k", "x"), entry("k".repeat(257), "x"))),
                "'" + "k".repeat(257) + "' at 'records.2.member.partitionKey'",
                "have length less than or equal to 256");
    }

    @Test
    default void oneInvalidRecordRefusesTheWholeCall() {
        String stream = newStream(1);

        assertRefused(putMany(stream, List.of(entry("k", "good"), entry("", "bad"))), "ValidationException");
        assertThat(stored(stream, 0, 1)).isEmpty();
    }

    @Test
    default void anExplicitHashKeyIsANumberBelow2To128() {
        String stream = anyStream();

        assertRefused(
                putAt(stream, TOO_LARGE_A_HASH_KEY),
                "InvalidArgumentException",
                "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was "
                        + TOO_LARGE_A_HASH_KEY);
        for (String text : List.of("-1", "01", "x", "")) {
            assertInvalid(
                    putAt(stream, text),
                    "'" + text + "' at 'explicitHashKey'",
                    "satisfy regular expression pattern: 0|([1-9]\\d{0,38})");
        }
        assertRefused(
                putMany(stream, List.of(entryAt(TOO_LARGE_A_HASH_KEY, KinesisContract.bytes("x")))),
                "InvalidArgumentException");
    }

    @Test
    default void aRecordHasAtMostOneMebibyteItsPartitionKeyIncluded() {
        String stream = newStream(1);

        get(putOfSize(stream, MIB - 1));
        kinesis().pass(Duration.ofSeconds(1)); // a shard takes 1 MiB a second
        assertThat(refusal(putOfSize(stream, MIB + 1)).awsErrorDetails().errorCode())
                .isEqualTo("ValidationException");
        assertThat(refusal(putOfSize(stream, MIB)).awsErrorDetails().errorCode())
                .isIn("ValidationException", "InvalidArgumentException");
    }

    @Test
    default void aRecordThatIsTooLargeRefusesTheWholeCall() {
        String stream = newStream(1);

        assertRefused(
                putMany(stream, List.of(entry("k", "small"), entryAt("0", SdkBytes.fromByteArray(new byte[MIB + 1])))),
                "ValidationException",
                "at 'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to");
        assertThat(stored(stream, 0, 1)).isEmpty();
    }

    @Test
    default void aStreamCanBeMadeToTakeLargerRecords() {
        String stream = newStream(1);
        String arn = summary(stream).streamARN();
        get(client().updateMaxRecordSize(r -> r.streamARN(arn).maxRecordSizeInKiB(2048)));
        awaitActive(stream);

        get(putOfSize(stream, 2 * MIB - 1));
    }

    @Test
    default void anUnknownStreamTakesNothing() {
        assertRefused(
                client().putRecord(r ->
                        r.streamName("no-such-stream").partitionKey("k").data(KinesisContract.bytes("x"))),
                "ResourceNotFoundException",
                "Stream no-such-stream under account ");
        assertRefused(putMany("no-such-stream", List.of(entry("k", "x"))), "ResourceNotFoundException");
    }
}
