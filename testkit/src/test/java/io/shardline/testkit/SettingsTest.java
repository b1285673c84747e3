package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.payloads;
import static io.shardline.testkit.SimulatedKinesis.shard;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.MetricsName;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamMode;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/** Retention, capacity mode, encryption and monitoring of a stream. Confined to one thread. */
class SettingsTest {
    private static final String MIDDLE = "170141183460469231731687303715884105728";

    private final SimulatedKinesis kinesis = new SimulatedKinesis();

    @BeforeEach
    void createStream() {
        kinesis.emulator.createStream(STREAM, 1);
    }

    private StreamDescriptionSummary summary() {
        return kinesis.get(kinesis.client.describeStreamSummary(r -> r.streamName(STREAM)))
                .streamDescriptionSummary();
    }

    private void retain(int hours) {
        if (hours > summary().retentionPeriodHours()) {
            kinesis.get(kinesis.client.increaseStreamRetentionPeriod(
                    r -> r.streamName(STREAM).retentionPeriodHours(hours)));
        } else {
            kinesis.get(kinesis.client.decreaseStreamRetentionPeriod(
                    r -> r.streamName(STREAM).retentionPeriodHours(hours)));
        }
        kinesis.letTransitionsEnd();
    }

    @Test
    void recordsAreTrimmedAfterADay() {
        String first = kinesis.put("old").sequenceNumber();
        String early = kinesis.iterator(shard(0), ShardIteratorType.TRIM_HORIZON);
        kinesis.time.advance(Duration.ofHours(23));
        kinesis.put("young");
        assertThat(payloads(kinesis.read(kinesis.iterator(shard(0), ShardIteratorType.TRIM_HORIZON))))
                .containsExactly("old", "young");

        kinesis.time.advance(Duration.ofHours(1).plusSeconds(1));

        assertThat(payloads(kinesis.read(kinesis.iterator(shard(0), ShardIteratorType.TRIM_HORIZON))))
                .containsExactly("young");
        assertThat(kinesis.emulator.records(STREAM)).hasSize(1);
        String atTrimmed = kinesis.get(kinesis.client.getShardIterator(r -> r.streamName(STREAM)
                        .shardId(shard(0))
                        .shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                        .startingSequenceNumber(first)))
                .shardIterator();
        assertThat(payloads(kinesis.read(atTrimmed))).containsExactly("young");
        assertThat(early).isNotEqualTo(atTrimmed);
    }

    @Test
    void aLongerRetentionKeepsRecordsLongerAndAShorterOneForgetsThemForGood() {
        retain(48);
        kinesis.put("old");
        kinesis.time.advance(Duration.ofHours(30));
        assertThat(kinesis.emulator.records(STREAM)).hasSize(1);
        assertThat(summary().retentionPeriodHours()).isEqualTo(48);

        retain(24);
        retain(48);

        assertThat(kinesis.emulator.records(STREAM)).isEmpty();
    }

    @Test
    void aClosedShardIsForgottenWhenAllOfItIsTooOld() {
        kinesis.split(shard(0), MIDDLE);
        kinesis.time.advance(Duration.ofHours(23));
        assertThat(listed()).hasSize(3);

        kinesis.time.advance(Duration.ofHours(1));

        assertThat(listed()).hasSize(2);
        assertThat(kinesis.refusal(kinesis.client.getShardIterator(
                        r -> r.streamName(STREAM).shardId(shard(0)).shardIteratorType(ShardIteratorType.LATEST))))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThat(kinesis.get(kinesis.client.describeStream(r -> r.streamName(STREAM)))
                        .streamDescription()
                        .shards())
                .extracting(Shard::parentShardId)
                .containsOnly(shard(0));
    }

    private List<Shard> listed() {
        return kinesis.get(kinesis.client.listShards(r -> r.streamName(STREAM))).shards();
    }

    /** API_IncreaseStreamRetentionPeriod.html and API_DecreaseStreamRetentionPeriod.html: 24 to 8760 hours, and each its way. */
    @Test
    void aRetentionPeriodIsADayToAYear() {
        assertThat(kinesis.refusal(kinesis.client.increaseStreamRetentionPeriod(
                        r -> r.streamName(STREAM).retentionPeriodHours(8761))))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("Maximum allowed retention period is 8760 hours");
        assertThat(kinesis.refusal(kinesis.client.decreaseStreamRetentionPeriod(
                        r -> r.streamName(STREAM).retentionPeriodHours(23))))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("Minimum allowed retention period is 24 hours");
        assertThat(kinesis.refusal(kinesis.client.decreaseStreamRetentionPeriod(
                        r -> r.streamName(STREAM).retentionPeriodHours(25))))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("can not be longer than existing retention period (24 hours)");
        retain(30);
        assertThat(kinesis.refusal(kinesis.client.increaseStreamRetentionPeriod(
                        r -> r.streamName(STREAM).retentionPeriodHours(29))))
                .hasMessageContaining("can not be shorter than existing retention period (30 hours)");
    }

    @Test
    void aStreamIsUpdatingWhileItsSettingsChange() {
        kinesis.get(kinesis.client.increaseStreamRetentionPeriod(
                r -> r.streamName(STREAM).retentionPeriodHours(48)));

        assertThat(summary().streamStatus()).isEqualTo(StreamStatus.UPDATING);
        assertThat(summary().retentionPeriodHours()).isEqualTo(24);
        assertThat(kinesis.refusal(kinesis.client.increaseStreamRetentionPeriod(
                        r -> r.streamName(STREAM).retentionPeriodHours(72))))
                .isInstanceOf(ResourceInUseException.class);
        kinesis.letTransitionsEnd();
        assertThat(summary().streamStatus()).isEqualTo(StreamStatus.ACTIVE);
    }

    @Test
    void anOnDemandStreamHasFourShardsThatNobodyChanges() {
        kinesis.get(kinesis.client.createStream(
                r -> r.streamName("free").streamModeDetails(m -> m.streamMode(StreamMode.ON_DEMAND))));
        kinesis.letTransitionsEnd();

        assertThat(kinesis.emulator.shards("free")).hasSize(4);
        assertThat(kinesis.refusal(kinesis.client.splitShard(
                        r -> r.streamName("free").shardToSplit(shard(0)).newStartingHashKey("1000"))))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("ON_DEMAND");
        assertThat(kinesis.refusal(kinesis.client.createStream(r ->
                        r.streamName("both").shardCount(2).streamModeDetails(m -> m.streamMode(StreamMode.ON_DEMAND)))))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(kinesis.get(kinesis.client.describeLimits()).onDemandStreamCount())
                .isEqualTo(1);
    }

    @Test
    void theModeCanBeChanged() {
        kinesis.get(kinesis.client.updateStreamMode(r -> r.streamARN(kinesis.emulator.streamArn(STREAM))
                .streamModeDetails(m -> m.streamMode(StreamMode.ON_DEMAND))));
        kinesis.letTransitionsEnd();

        assertThat(summary().streamModeDetails().streamMode()).isEqualTo(StreamMode.ON_DEMAND);
        assertThat(kinesis.refusal(kinesis.client.updateStreamMode(r -> r.streamARN(kinesis.emulator.streamArn(STREAM))
                        .streamModeDetails(m -> m.streamMode("SOMETIMES")))))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("SOMETIMES");
    }

    @Test
    void anEncryptedStreamSaysSoWithEveryRecord() {
        kinesis.put("plain");
        kinesis.get(kinesis.client.startStreamEncryption(
                r -> r.streamName(STREAM).encryptionType(EncryptionType.KMS).keyId("alias/aws/kinesis")));
        kinesis.letTransitionsEnd();

        assertThat(kinesis.put("secret").encryptionType()).isEqualTo(EncryptionType.KMS);
        assertThat(summary().encryptionType()).isEqualTo(EncryptionType.KMS);
        assertThat(summary().keyId()).isEqualTo("alias/aws/kinesis");
        assertThat(kinesis.readAll(shard(0)))
                .extracting(record -> record.encryptionTypeAsString())
                .containsExactly(null, "KMS");

        kinesis.get(kinesis.client.stopStreamEncryption(
                r -> r.streamName(STREAM).encryptionType(EncryptionType.KMS).keyId("alias/aws/kinesis")));
        kinesis.letTransitionsEnd();
        assertThat(summary().encryptionType()).isEqualTo(EncryptionType.NONE);
        assertThat(summary().keyId()).isNull();
        assertThat(kinesis.refusal(kinesis.client.startStreamEncryption(r ->
                        r.streamName(STREAM).encryptionType(EncryptionType.NONE).keyId("k"))))
                .isInstanceOf(ValidationException.class);
    }

    @Test
    void metricsOfSingleShardsAreSwitchedOnAndOff() {
        kinesis.get(kinesis.client.enableEnhancedMonitoring(
                r -> r.streamName(STREAM).shardLevelMetrics(MetricsName.INCOMING_BYTES, MetricsName.OUTGOING_BYTES)));
        assertThat(kinesis.get(kinesis.client.disableEnhancedMonitoring(
                        r -> r.streamName(STREAM).shardLevelMetrics(MetricsName.OUTGOING_BYTES))))
                .satisfies(answer -> {
                    assertThat(answer.currentShardLevelMetrics()).hasSize(2);
                    assertThat(answer.desiredShardLevelMetrics()).containsExactly(MetricsName.INCOMING_BYTES);
                });
        assertThat(summary().enhancedMonitoring().get(0).shardLevelMetrics())
                .containsExactly(MetricsName.INCOMING_BYTES);

        kinesis.get(kinesis.client.enableEnhancedMonitoring(
                r -> r.streamName(STREAM).shardLevelMetrics(MetricsName.ALL)));
        assertThat(summary().enhancedMonitoring().get(0).shardLevelMetrics()).hasSize(7);
        assertThat(kinesis.refusal(kinesis.client.enableEnhancedMonitoring(
                        r -> r.streamName(STREAM).shardLevelMetricsWithStrings("Mood"))))
                .isInstanceOf(ValidationException.class);
    }
}
