package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/** PutRecord and PutRecords: routing, numbering, limits. Confined to one thread. */
class PutRecordsTest {
    private static final int MIB = 1024 * 1024;

    private final SimulatedKinesis kinesis = new SimulatedKinesis();

    @BeforeEach
    void createStream() {
        kinesis.emulator.createStream(STREAM, 2);
    }

    private static PutRecordsRequestEntry entry(String key, SdkBytes data) {
        return PutRecordsRequestEntry.builder().partitionKey(key).data(data).build();
    }

    private PutRecordsResponse putAll(List<PutRecordsRequestEntry> entries) {
        return kinesis.get(kinesis.client.putRecords(r -> r.streamName(STREAM).records(entries)));
    }

    private KinesisException refusal(List<PutRecordsRequestEntry> entries) {
        return kinesis.refusal(
                kinesis.client.putRecords(r -> r.streamName(STREAM).records(entries)));
    }

    private static SdkBytes zeros(int count) {
        return SdkBytes.fromByteArrayUnsafe(new byte[count]);
    }

    @Test
    void aRecordGoesToTheShardOfItsPartitionKeyHash() {
        // MD5("a") = 0cc175b9..., MD5("b") = 92eb5ffe...: the first and the second half of the space.
        assertThat(kinesis.put("a").shardId()).isEqualTo("shardId-000000000000");
        assertThat(kinesis.put("b").shardId()).isEqualTo("shardId-000000000001");
    }

    @Test
    void anExplicitHashKeyOverridesThePartitionKey() {
        PutRecordResponse answer = kinesis.get(kinesis.client.putRecord(r -> r.streamName(STREAM)
                .partitionKey("a")
                .explicitHashKey("340282366920938463463374607431768211455")
                .data(bytes("x"))));

        assertThat(answer.shardId()).isEqualTo("shardId-000000000001");
        assertThat(kinesis.emulator.records(STREAM).get(0).explicitHashKey())
                .isEqualTo("340282366920938463463374607431768211455");
    }

    @Test
    void sequenceNumbersLookRealAndGrow() {
        List<BigInteger> numbers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String number = kinesis.put("a").sequenceNumber();
            assertThat(number).matches("49[0-9]{54}");
            numbers.add(new BigInteger(number));
            kinesis.time.advance(Duration.ofMillis(70));
        }
        assertThat(numbers).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void entriesOfOneRequestAreWrittenInTheirOrder() {
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            entries.add(entry("a", bytes("record " + i)));
        }
        PutRecordsResponse answer = putAll(entries);

        assertThat(answer.failedRecordCount()).isZero();
        assertThat(kinesis.emulator.records(STREAM))
                .extracting(record -> record.data().asUtf8String())
                .isEqualTo(entries.stream().map(e -> e.data().asUtf8String()).toList());
        assertThat(kinesis.emulator.records(STREAM))
                .extracting(StoredRecord::sequenceNumber)
                .isEqualTo(answer.records().stream()
                        .map(PutRecordsResultEntry::sequenceNumber)
                        .toList());
    }

    @Test
    void whatTheCallerDoesToItsBufferLaterDoesNotReachTheStream() {
        byte[] buffer = {1, 2, 3};
        putAll(List.of(entry("a", SdkBytes.fromByteArrayUnsafe(buffer))));
        buffer[0] = 9;

        assertThat(kinesis.emulator.records(STREAM).get(0).data().asByteArray()).containsExactly(1, 2, 3);
    }

    @Test
    void aRequestHasOneToFiveHundredEntries() {
        assertThat(refusal(List.of()))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Value '[]' at 'records' failed to satisfy constraint:"
                        + " Member must have length greater than or equal to 1");
        assertThat(refusal(Collections.nCopies(501, entry("a", zeros(1)))))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("at 'records' failed to satisfy constraint:"
                        + " Member must have length less than or equal to 500");
        assertThat(kinesis.refusal(kinesis.client.putRecords(r -> r.streamName(STREAM))))
                .hasMessageContaining("at 'records' failed to satisfy constraint: Member must not be null");
    }

    @Test
    void aRecordWithItsPartitionKeyHasAtMostOneMebibyte() {
        putAll(List.of(entry("ab", zeros(MIB - 2))));

        assertThat(refusal(List.of(entry("ok", zeros(1)), entry("abc", zeros(MIB - 2)))))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Value at 'records.2.member.data'")
                .hasMessageContaining("less than or equal to 1048576");
    }

    @Test
    void oneBadEntryRefusesTheWholeRequest() {
        assertThat(refusal(List.of(entry("good", zeros(1)), entry("", zeros(1)))))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Value '' at 'records.2.member.partitionKey'");
        assertThat(kinesis.emulator.records(STREAM)).isEmpty();
    }

    @Test
    void aStreamWithLargeRecordsTakesTenMebibytesInARequest() {
        kinesis.get(kinesis.client.updateMaxRecordSize(
                r -> r.streamARN(kinesis.emulator.streamArn(STREAM)).maxRecordSizeInKiB(10_240)));
        kinesis.letTransitionsEnd();

        assertThat(putAll(List.of(entry("a", zeros(10 * MIB - 1)))).failedRecordCount())
                .isZero();
        assertThat(refusal(List.of(entry("a", zeros(5 * MIB)), entry("a", zeros(5 * MIB)))))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("Records size exceeds 10 MB limit");
    }

    @Test
    void aPartitionKeyHasOneTo256Characters() {
        kinesis.put("k".repeat(256));
        // 256 characters, though Java counts 512.
        kinesis.put("\uD83D\uDE80".repeat(256));

        assertThat(refusal(List.of(entry("k".repeat(257), zeros(1)))))
                .hasMessageContaining("Member must have length less than or equal to 256");
        assertThat(refusal(
                        List.of(PutRecordsRequestEntry.builder().data(zeros(1)).build())))
                .hasMessageContaining("Value null at 'records.1.member.partitionKey'");
    }

    @Test
    void aRecordWithoutDataIsRefusedButAnEmptyOneIsNot() {
        assertThat(putAll(List.of(entry("a", zeros(0)))).failedRecordCount()).isZero();
        assertThat(refusal(List.of(
                        PutRecordsRequestEntry.builder().partitionKey("a").build())))
                .hasMessageContaining("Value null at 'records.1.member.data'");
    }

    @Test
    void anExplicitHashKeyIsADecimalBelowTwoToThe128() {
        assertThat(explicitHashKeyRefusal("340282366920938463463374607431768211456"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]."
                        + " Specified value was 340282366920938463463374607431768211456");
        assertThat(explicitHashKeyRefusal("01"))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Value '01' at 'explicitHashKey' failed to satisfy constraint:"
                        + " Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38})");
        assertThat(explicitHashKeyRefusal("-1")).isInstanceOf(ValidationException.class);
    }

    private KinesisException explicitHashKeyRefusal(String hashKey) {
        return kinesis.refusal(kinesis.client.putRecord(
                r -> r.streamName(STREAM).partitionKey("a").data(zeros(1)).explicitHashKey(hashKey)));
    }

    @Test
    void anUnknownStreamIsNotFound() {
        assertThat(kinesis.refusal(
                        kinesis.client.putRecords(r -> r.streamName("nowhere").records(entry("a", zeros(1))))))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Stream nowhere under account 123456789012 not found.");
    }

    @Test
    void aStoredRecordSaysAllThatWasPut() {
        PutRecordResponse answer = kinesis.put("b");

        StoredRecord record = kinesis.emulator.records(STREAM).get(0);

        assertThat(record.shardId()).isEqualTo(answer.shardId());
        assertThat(record.sequenceNumber()).isEqualTo(answer.sequenceNumber());
        assertThat(record.partitionKey()).isEqualTo("b");
        assertThat(record.explicitHashKey()).isNull();
        assertThat(record.data().asUtf8String()).isEqualTo("b");
        assertThat(record.arrival())
                .isEqualTo(kinesis.service.wallClock().instant().truncatedTo(ChronoUnit.MILLIS));
    }
}
