package io.shardline.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesis.model.MetricsName;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamDescription;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamMode;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.StreamSummary;

/**
 * Creating, describing, listing, setting up and deleting streams.
 *
 * <p>Rules from docs.aws.amazon.com/kinesis/latest/APIReference: API_CreateStream.html, API_DescribeStream.html,
 * API_ListStreams.html, API_DeleteStream.html, API_UpdateStreamMode.html, API_UpdateMaxRecordSize.html,
 * API_EnableEnhancedMonitoring.html, API_StartStreamEncryption.html. Confined to one thread.
 */
interface StreamContract extends KinesisContract {

    default StreamDescription describe(String stream) {
        return get(client().describeStream(r -> r.streamName(stream))).streamDescription();
    }

    @Test
    @Tag(WHILE_IT_CHANGES)
    default void aNewStreamIsCreatingWithoutShardsAndThenActiveWithEvenOnes() {
        String name = kinesis().newStreamName();
        get(client().createStream(r -> r.streamName(name).shardCount(3)));
        assertThat(describe(name).streamStatus()).isEqualTo(StreamStatus.CREATING);
        assertThat(describe(name).shards()).isEmpty();

        awaitActive(name);

        assertThat(describe(name).shards())
                .extracting(
                        Shard::shardId,
                        shard -> shard.hashKeyRange().startingHashKey(),
                        shard -> shard.hashKeyRange().endingHashKey())
                .containsExactly(
                        tuple("shardId-000000000000", "0", "113427455640312821154458202477256070484"),
                        tuple(
                                "shardId-000000000001",
                                "113427455640312821154458202477256070485",
                                "226854911280625642308916404954512140969"),
                        tuple("shardId-000000000002", "226854911280625642308916404954512140970", LAST_HASH_KEY));
    }

    @Test
    default void aNewStreamHasTheDefaultSettings() {
        String name = anyStream();

        StreamDescription description = describe(name);

        assertThat(description.streamName()).isEqualTo(name);
        assertThat(description.streamARN()).matches("arn:aws[a-z-]*:kinesis:[a-z0-9-]+:[0-9]{12}:stream/" + name);
        assertThat(description.retentionPeriodHours()).isEqualTo(24);
        assertThat(description.encryptionType()).isEqualTo(EncryptionType.NONE);
        assertThat(description.streamModeDetails().streamMode()).isEqualTo(StreamMode.PROVISIONED);
        assertThat(description.hasMoreShards()).isFalse();
        assertThat(description.enhancedMonitoring())
                .allSatisfy(metrics -> assertThat(metrics.shardLevelMetrics()).isEmpty());
    }

    @Test
    default void aSummaryCountsShardsAndConsumers() {
        String name = newStream(2);

        StreamDescriptionSummary summary = summary(name);

        assertThat(summary.openShardCount()).isEqualTo(2);
        assertThat(summary.consumerCount()).isZero();
        assertThat(summary.streamCreationTimestamp()).isNotNull();
    }

    @Test
    default void aSummaryTellsTheLargestRecord() {
        assertThat(summary(anyStream()).maxRecordSizeInKiB()).isEqualTo(1024);
    }

    @Test
    default void aShardStartsWithASequenceNumberOf56DigitsAndHasNoEnd() {
        assertThat(describe(anyStream()).shards()).singleElement().satisfies(shard -> {
            assertThat(shard.sequenceNumberRange().startingSequenceNumber()).matches("\\d{56}");
            assertThat(shard.sequenceNumberRange().endingSequenceNumber()).isNull();
            assertThat(shard.parentShardId()).isNull();
            assertThat(shard.adjacentParentShardId()).isNull();
        });
    }

    @Test
    default void aDescriptionComesInPages() {
        String name = newStream(3);

        StreamDescription first =
                get(client().describeStream(r -> r.streamName(name).limit(2))).streamDescription();
        StreamDescription rest = get(client().describeStream(
                                r -> r.streamName(name).limit(2).exclusiveStartShardId(KinesisContract.shard(1))))
                .streamDescription();

        assertThat(first.shards()).hasSize(2);
        assertThat(first.hasMoreShards()).isTrue();
        assertThat(rest.shards()).extracting(Shard::shardId).containsExactly("shardId-000000000002");
        assertThat(rest.hasMoreShards()).isFalse();
    }

    @Test
    default void aStreamIsMeantByItsArnToo() {
        String name = anyStream();
        String arn = summary(name).streamARN();

        assertThat(get(client().describeStreamSummary(r -> r.streamARN(arn)))
                        .streamDescriptionSummary()
                        .streamName())
                .isEqualTo(name);
    }

    @Test
    default void aNameIsTakenOnlyOnce() {
        String name = anyStream();

        assertRefused(
                client().createStream(r -> r.streamName(name).shardCount(1)),
                "ResourceInUseException",
                "Stream " + name + " under account ");
    }

    @Test
    default void aNameHasToFollowThePattern() {
        assertInvalid(
                client().createStream(r -> r.streamName("a b").shardCount(1)),
                "'a b' at 'streamName'",
                "satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
    }

    @Test
    default void aNameHasOneTo128Characters() {
        assertRefused(
                client().createStream(r -> r.streamName("").shardCount(1)),
                "ValidationException",
                "Member must have length greater than or equal to 1");
        assertInvalid(
                client().createStream(r -> r.streamName("a".repeat(129)).shardCount(1)),
                "'" + "a".repeat(129) + "' at 'streamName'",
                "have length less than or equal to 128");
    }

    @Test
    default void aStreamHasAtLeastOneShard() {
        assertInvalid(
                client().createStream(r -> r.streamName("none").shardCount(0)),
                "'0' at 'shardCount'",
                "have value greater than or equal to 1");
    }

    @Test
    default void anUnknownStreamIsNotFound() {
        assertRefused(
                client().describeStream(r -> r.streamName("no-such-stream")),
                "ResourceNotFoundException",
                "Stream no-such-stream under account ");
        assertRefused(client().describeStreamSummary(r -> r.streamName("no-such-stream")), "ResourceNotFoundException");
        assertRefused(client().deleteStream(r -> r.streamName("no-such-stream")), "ResourceNotFoundException");
    }

    @Test
    default void errorsAreInTheServicesWords() {
        assertThat(refusal(client().describeStream(r -> r.streamName("no-such-stream")))
                        .awsErrorDetails()
                        .errorMessage())
                .matches("Stream no-such-stream under account [0-9]{12} not found\\.");
    }

    @Test
    @Tag(WHILE_IT_CHANGES)
    default void aStreamThatIsBeingCreatedTakesNoRecords() {
        String name = kinesis().newStreamName();
        get(client().createStream(r -> r.streamName(name).shardCount(1)));

        assertRefused(
                client().putRecord(r -> r.streamName(name).partitionKey("k").data(KinesisContract.bytes("x"))),
                "ResourceNotFoundException",
                "Stream " + name + " under account ");
        assertRefused(
                client().splitShard(r -> r.streamName(name)
                        .shardToSplit(KinesisContract.shard(0))
                        .newStartingHashKey(MIDDLE)),
                "ResourceInUseException",
                "not ACTIVE, instead in state CREATING");
    }

    @Test
    @Tag(WHILE_IT_CHANGES)
    default void aDeletedStreamIsDeletingAndThenGone() {
        String name = newStream(1);

        get(client().deleteStream(r -> r.streamName(name)));

        assertThat(summary(name).streamStatus()).isEqualTo(StreamStatus.DELETING);
        awaitGone(name);
        assertRefused(client().describeStream(r -> r.streamName(name)), "ResourceNotFoundException");
    }

    @Test
    default void aStreamThatIsCreatedAgainIsEmptyAndAnotherOne() {
        String name = newStream(1);
        put(name, "old");
        String old = shards(name).get(0).sequenceNumberRange().startingSequenceNumber();
        get(client().deleteStream(r -> r.streamName(name)));
        awaitGone(name);
        kinesis().pass(Duration.ofSeconds(1)); // sequence numbers tell seconds apart

        get(client().createStream(r -> r.streamName(name).shardCount(1)));
        awaitActive(name);

        assertThat(KinesisContract.number(
                        shards(name).get(0).sequenceNumberRange().startingSequenceNumber()))
                .isGreaterThan(KinesisContract.number(old));
        assertThat(texts(iterator(name, KinesisContract.shard(0), ShardIteratorType.TRIM_HORIZON), 1))
                .isEmpty();
    }

    @Test
    default void streamsAreListedByNameInPages() {
        String base = newStream(1);
        String one = newStream(1);
        String two = newStream(1);

        ListStreamsResponse first =
                get(client().listStreams(r -> r.exclusiveStartStreamName(base).limit(1)));
        ListStreamsResponse second =
                get(client().listStreams(r -> r.exclusiveStartStreamName(one).limit(1)));

        assertThat(first.streamNames()).containsExactly(one);
        assertThat(first.hasMoreStreams()).isTrue();
        assertThat(second.streamNames()).containsExactly(two);
    }

    @Test
    default void aListOfStreamsGoesOnByToken() {
        String base = newStream(1);
        newStream(1);
        String two = newStream(1);
        String token = get(client().listStreams(
                                r -> r.exclusiveStartStreamName(base).limit(1)))
                .nextToken();

        assertThat(get(client().listStreams(r -> r.nextToken(token).limit(1))).streamNames())
                .containsExactly(two);
    }

    @Test
    default void aListOfStreamsSummarizesThem() {
        String base = newStream(1);
        String name = newStream(1);

        assertThat(get(client().listStreams(
                                        r -> r.exclusiveStartStreamName(base).limit(1)))
                        .streamSummaries())
                .extracting(StreamSummary::streamName, StreamSummary::streamStatus)
                .containsExactly(tuple(name, StreamStatus.ACTIVE));
    }

    @Test
    default void anOnDemandStreamBeginsWithFourShards() {
        String name = kinesis().newStreamName();
        get(client().createStream(
                        r -> r.streamName(name).streamModeDetails(mode -> mode.streamMode(StreamMode.ON_DEMAND))));
        awaitActive(name);

        assertThat(summary(name).openShardCount()).isEqualTo(4);
        assertThat(summary(name).streamModeDetails().streamMode()).isEqualTo(StreamMode.ON_DEMAND);
    }

    @Test
    @Tag(WHILE_IT_CHANGES)
    default void aStreamChangesItsMode() {
        String name = newStream(1);
        String arn = summary(name).streamARN();

        get(client().updateStreamMode(
                        r -> r.streamARN(arn).streamModeDetails(mode -> mode.streamMode(StreamMode.ON_DEMAND))));

        assertThat(summary(name).streamStatus()).isEqualTo(StreamStatus.UPDATING);
        awaitActive(name);
        assertThat(summary(name).streamModeDetails().streamMode()).isEqualTo(StreamMode.ON_DEMAND);
    }

    @Test
    default void theLargestRecordIsASetting() {
        String name = newStream(1);
        String arn = summary(name).streamARN();

        get(client().updateMaxRecordSize(r -> r.streamARN(arn).maxRecordSizeInKiB(2048)));
        awaitActive(name);

        assertThat(summary(name).maxRecordSizeInKiB()).isEqualTo(2048);
        assertRefused(
                client().updateMaxRecordSize(r -> r.streamARN(arn).maxRecordSizeInKiB(10241)), "ValidationException");
    }

    @Test
    default void monitoringTellsWhatWasAndWhatWillBe() {
        String name = newStream(1);

        var answer = get(client().enableEnhancedMonitoring(
                        r -> r.streamName(name).shardLevelMetrics(MetricsName.INCOMING_BYTES)));
        awaitActive(name);

        assertThat(answer.currentShardLevelMetrics()).isEmpty();
        assertThat(answer.desiredShardLevelMetrics()).containsExactly(MetricsName.INCOMING_BYTES);
        assertThat(describe(name).enhancedMonitoring())
                .flatExtracting(metrics -> metrics.shardLevelMetrics())
                .containsExactly(MetricsName.INCOMING_BYTES);
        get(client().disableEnhancedMonitoring(r -> r.streamName(name).shardLevelMetrics(MetricsName.ALL)));
        awaitActive(name);
        assertThat(describe(name).enhancedMonitoring())
                .flatExtracting(metrics -> metrics.shardLevelMetrics())
                .isEmpty();
    }

    @Test
    default void encryptionIsASettingOfTheStream() {
        String name = newStream(1);

        get(client().startStreamEncryption(r ->
                r.streamName(name).encryptionType(EncryptionType.KMS).keyId("alias/aws/kinesis")));
        awaitActive(name);

        assertThat(summary(name).encryptionType()).isEqualTo(EncryptionType.KMS);
        assertThat(summary(name).keyId()).isEqualTo("alias/aws/kinesis");
        get(client().stopStreamEncryption(r ->
                r.streamName(name).encryptionType(EncryptionType.KMS).keyId("alias/aws/kinesis")));
        awaitActive(name);
        assertThat(summary(name).encryptionType()).isEqualTo(EncryptionType.NONE);
    }
}
