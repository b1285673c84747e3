package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.bytes;
import static io.shardline.testkit.SimulatedKinesis.shard;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.RegisterStreamConsumerResponse;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamMode;

/**
 * The service's quotas, which hold unless they are lifted; each test names the page that says so, below
 * docs.aws.amazon.com/kinesis/latest/APIReference/ or as docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html.
 * Confined to one thread.
 */
class QuotaTest {
    private static final int MIB = 1024 * 1024;
    private static final String RATE_EXCEEDED =
            "Rate exceeded for shard shardId-000000000000 in stream flights under account 123456789012.";

    private final SimulatedKinesis kinesis = SimulatedKinesis.strict();

    @BeforeEach
    void createStream() {
        kinesis.emulator.createStream(STREAM, 1);
    }

    private static PutRecordsRequestEntry entry(int size) {
        return PutRecordsRequestEntry.builder()
                .partitionKey("k")
                .data(SdkBytes.fromByteArrayUnsafe(new byte[size]))
                .build();
    }

    private PutRecordsResponse put(int count, int size) {
        List<PutRecordsRequestEntry> entries = Collections.nCopies(count, entry(size));
        return kinesis.get(kinesis.client.putRecords(r -> r.streamName(STREAM).records(entries)));
    }

    private void pass(Duration time) {
        kinesis.time.advance(time);
    }

    /** API_PutRecords.html: each shard takes 1,000 records a second. */
    @Test
    void aShardTakesAThousandRecordsASecond() {
        assertThat(put(500, 1).failedRecordCount()).isZero();
        assertThat(put(500, 1).failedRecordCount()).isZero();
        PutRecordsResponse answer = put(100, 1);

        assertThat(answer.failedRecordCount()).isBetween(95, 100);
        assertThat(last(answer).errorCode()).isEqualTo("ProvisionedThroughputExceededException");
        assertThat(last(answer).errorMessage()).isEqualTo(RATE_EXCEEDED);
        assertThat(last(answer).shardId()).isNull();
        pass(Duration.ofSeconds(1));
        assertThat(put(500, 1).failedRecordCount()).isZero();
    }

    /** API_PutRecords.html: each shard takes 1 MiB a second, partition keys included. */
    @Test
    void aShardTakesAMebibyteASecond() {
        PutRecordsResponse answer = put(11, 100_000);

        assertThat(answer.failedRecordCount()).isEqualTo(1);
        pass(Duration.ofMillis(500));
        assertThat(put(5, 100_000).failedRecordCount()).isZero();
    }

    /** API_PutRecord.html: a record for which the shard has no room is refused. */
    @Test
    void aSingleRecordIsRefusedWithTheErrorOfThroughput() {
        put(1, MIB - 1);

        KinesisException refusal = kinesis.refusal(kinesis.client.putRecord(
                r -> r.streamName(STREAM).partitionKey("k").data(bytes("x".repeat(10_000)))));

        assertThat(refusal).isInstanceOf(ProvisionedThroughputExceededException.class);
        assertThat(refusal.awsErrorDetails().errorMessage()).isEqualTo(RATE_EXCEEDED);
    }

    /** service-sizes-and-limits.html: a larger record takes what later seconds would have taken. */
    @Test
    void aRecordOfTenMebibytesIsPaidForInTheNextTenSeconds() {
        kinesis.get(kinesis.client.updateMaxRecordSize(
                r -> r.streamARN(kinesis.emulator.streamArn(STREAM)).maxRecordSizeInKiB(10_240)));
        pass(Duration.ofSeconds(1));
        assertThat(put(1, 10 * MIB - 1).failedRecordCount()).isZero();
        pass(Duration.ofSeconds(9));
        assertThat(put(1, 100).failedRecordCount()).isEqualTo(1);
        pass(Duration.ofSeconds(2));

        assertThat(put(1, 100).failedRecordCount()).isZero();
    }

    /** API_GetRecords.html: five calls a second on a shard. */
    @Test
    void aShardIsReadFiveTimesASecond() {
        String iterator = kinesis.iterator(shard(0), ShardIteratorType.LATEST);
        for (int i = 0; i < 5; i++) {
            kinesis.read(iterator);
        }

        KinesisException refusal = kinesis.refusal(kinesis.client.getRecords(r -> r.shardIterator(iterator)));
        assertThat(refusal).isInstanceOf(ProvisionedThroughputExceededException.class);
        assertThat(refusal.awsErrorDetails().errorMessage()).isEqualTo(RATE_EXCEEDED);
        pass(Duration.ofMillis(200));
        kinesis.read(iterator);
    }

    /** API_GetRecords.html: after 10 MiB calls are refused for 5 seconds. */
    @Test
    void afterTenMebibytesNobodyReadsTheShardForFiveSeconds() {
        for (int i = 0; i < 11; i++) {
            put(1, MIB - 1);
            pass(Duration.ofSeconds(1));
        }
        String iterator = kinesis.iterator(shard(0), ShardIteratorType.TRIM_HORIZON);
        String next = kinesis.read(iterator).nextShardIterator();
        pass(Duration.ofMillis(4900));
        assertThat(kinesis.refusal(kinesis.client.getRecords(r -> r.shardIterator(next))))
                .isInstanceOf(ProvisionedThroughputExceededException.class);
        pass(Duration.ofMillis(150));

        assertThat(kinesis.read(next).records()).hasSize(1);
    }

    /** API_GetShardIterator.html: five calls a second on a shard. */
    @Test
    void aShardGivesFiveIteratorsASecond() {
        for (int i = 0; i < 5; i++) {
            kinesis.iterator(shard(0), ShardIteratorType.LATEST);
        }

        assertThat(kinesis.refusal(kinesis.client.getShardIterator(
                        r -> r.streamName(STREAM).shardId(shard(0)).shardIteratorType(ShardIteratorType.LATEST))))
                .isInstanceOf(ProvisionedThroughputExceededException.class);
    }

    /** API_DescribeStream.html: ten calls a second; API_DescribeStreamSummary.html: twenty; API_DescribeLimits.html: one. */
    @Test
    void controlOperationsHaveTheirCallRates() {
        for (int i = 0; i < 10; i++) {
            kinesis.get(kinesis.client.describeStream(r -> r.streamName(STREAM)));
        }
        KinesisException refusal = kinesis.refusal(kinesis.client.describeStream(r -> r.streamName(STREAM)));

        assertThat(refusal).isInstanceOf(LimitExceededException.class);
        assertThat(refusal.awsErrorDetails().errorMessage())
                .isEqualTo("Rate exceeded for stream flights under account 123456789012.");
        for (int i = 0; i < 20; i++) {
            kinesis.get(kinesis.client.describeStreamSummary(r -> r.streamName(STREAM)));
        }
        assertThat(kinesis.refusal(kinesis.client.describeStreamSummary(r -> r.streamName(STREAM))))
                .isInstanceOf(LimitExceededException.class);
        kinesis.get(kinesis.client.describeLimits());
        assertThat(kinesis.refusal(kinesis.client.describeLimits())).isInstanceOf(LimitExceededException.class);
        pass(Duration.ofSeconds(1));
        kinesis.get(kinesis.client.describeLimits());
    }

    /** API_CreateStream.html: five streams in state CREATING. */
    @Test
    void fiveStreamsAreCreatedAtATime() {
        KinesisEmulator slow = KinesisEmulator.builder()
                .scheduler(kinesis.service.executor("slow"))
                .wallClock(kinesis.service.wallClock())
                .streamTransition(Duration.ofMinutes(1))
                .lift(Quota.CONTROL_CALLS)
                .build();
        for (int i = 0; i < 5; i++) {
            String name = "s" + i;
            kinesis.get(slow.client().createStream(r -> r.streamName(name).shardCount(1)));
        }

        assertThat(kinesis.refusal(
                        slow.client().createStream(r -> r.streamName("s5").shardCount(1))))
                .isInstanceOf(LimitExceededException.class);
        pass(Duration.ofMinutes(1));
        kinesis.get(slow.client().createStream(r -> r.streamName("s5").shardCount(1)));
    }

    /** API_UpdateShardCount.html: ten times in 24 hours for a stream. */
    @Test
    void aStreamIsScaledTenTimesADay() {
        for (int i = 0; i < 10; i++) {
            scale(1 + i % 2);
            pass(Duration.ofMinutes(1));
        }
        assertThat(kinesis.refusal(kinesis.client.updateShardCount(
                        r -> r.streamName(STREAM).targetShardCount(1).scalingType(ScalingType.UNIFORM_SCALING))))
                .isInstanceOf(LimitExceededException.class);
        pass(Duration.ofHours(24));
        scale(1);
    }

    private void scale(int target) {
        kinesis.get(kinesis.client.updateShardCount(
                r -> r.streamName(STREAM).targetShardCount(target).scalingType(ScalingType.UNIFORM_SCALING)));
    }

    /** service-sizes-and-limits.html: 20,000 shards in an account. API_UpdateShardCount.html: 10,000 by scaling. */
    @Test
    void anAccountHasALimitOfShards() {
        assertThat(kinesis.refusal(
                        kinesis.client.createStream(r -> r.streamName("big").shardCount(20_000))))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("exceed the shard limit for the account 123456789012 in us-east-1");
        assertThat(kinesis.get(kinesis.client.describeLimits())).satisfies(limits -> {
            assertThat(limits.shardLimit()).isEqualTo(20_000);
            assertThat(limits.openShardCount()).isEqualTo(1);
            assertThat(limits.onDemandStreamCountLimit()).isEqualTo(50);
        });
    }

    /** API_UpdateStreamMode.html: twice in 24 hours for a stream. */
    @Test
    void theModeOfAStreamChangesTwiceADay() {
        for (StreamMode mode : List.of(StreamMode.ON_DEMAND, StreamMode.PROVISIONED)) {
            kinesis.get(kinesis.client.updateStreamMode(
                    r -> r.streamARN(kinesis.emulator.streamArn(STREAM)).streamModeDetails(m -> m.streamMode(mode))));
            pass(Duration.ofSeconds(1));
        }
        assertThat(kinesis.refusal(kinesis.client.updateStreamMode(r -> r.streamARN(kinesis.emulator.streamArn(STREAM))
                        .streamModeDetails(m -> m.streamMode(StreamMode.ON_DEMAND)))))
                .isInstanceOf(LimitExceededException.class);
    }

    /** API_RegisterStreamConsumer.html: five consumers in state CREATING, and twenty in all. */
    @Test
    void aStreamHasTwentyConsumersAndFiveInCreation() {
        SimulatedKinesis patient = new SimulatedKinesis(1, EnumSet.of(Quota.CONTROL_CALLS));
        patient.emulator.createStream(STREAM, 1);
        for (int i = 0; i < 20; i++) {
            if (i == 5) {
                assertThat(patient.refusal(register(patient, "one-more")))
                        .isInstanceOf(LimitExceededException.class)
                        .hasMessageContaining("in state CREATING");
            }
            if (i % 5 == 0) {
                patient.letTransitionsEnd();
            }
            patient.get(register(patient, "c" + i));
        }
        patient.letTransitionsEnd();

        assertThat(patient.refusal(register(patient, "one-more")))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("Limit: 20");
    }

    private static CompletableFuture<RegisterStreamConsumerResponse> register(SimulatedKinesis kinesis, String name) {
        String arn = kinesis.emulator.streamArn(STREAM);
        return kinesis.client.registerStreamConsumer(r -> r.streamARN(arn).consumerName(name));
    }

    @Test
    void everyQuotaCanBeLiftedByItself() {
        SimulatedKinesis free = new SimulatedKinesis(1, EnumSet.of(Quota.READ_CALLS, Quota.ITERATOR_AGE));
        free.emulator.createStream(STREAM, 1);
        String iterator = free.iterator(shard(0), ShardIteratorType.LATEST);
        free.time.advance(Duration.ofHours(1));
        IntStream.range(0, 20).forEach(i -> free.read(iterator));

        free.get(free.client.describeLimits());
        assertThat(free.refusal(free.client.describeLimits())).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void withAllLiftedNothingIsTooMuch() {
        KinesisEmulator free = KinesisEmulator.builder()
                .scheduler(kinesis.service.executor("free"))
                .wallClock(kinesis.service.wallClock())
                .liftAll()
                .build();
        free.createStream(STREAM, 1);
        List<PutRecordsRequestEntry> entries = Collections.nCopies(2000, entry(10_000));

        assertThat(kinesis.get(free.client()
                                .putRecords(r -> r.streamName(STREAM).records(entries)))
                        .failedRecordCount())
                .isZero();
        assertThat(free.now()).isAfter(Instant.EPOCH);
    }

    private static PutRecordsResultEntry last(PutRecordsResponse answer) {
        return answer.records().get(answer.records().size() - 1);
    }
}
