package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamDescription;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/** Creating, describing, listing and deleting streams. Confined to one thread. */
class StreamOperationsTest {
    private final SimulatedKinesis kinesis = new SimulatedKinesis();

    private StreamStatus status(String name) {
        return kinesis.get(kinesis.client.describeStreamSummary(r -> r.streamName(name)))
                .streamDescriptionSummary()
                .streamStatus();
    }

    @Test
    void aNewStreamIsCreatingAndThenActiveWithEvenShards() {
        kinesis.get(kinesis.client.createStream(r -> r.streamName("a").shardCount(4)));
        assertThat(status("a")).isEqualTo(StreamStatus.CREATING);
        assertThat(kinesis.emulator.shards("a")).isEmpty();

        kinesis.letTransitionsEnd();

        assertThat(status("a")).isEqualTo(StreamStatus.ACTIVE);
        assertThat(kinesis.emulator.shards("a"))
                .extracting(Shard::shardId, shard -> shard.hashKeyRange().startingHashKey())
                .containsExactly(
                        tuple("shardId-000000000000", "0"),
                        tuple("shardId-000000000001", "85070591730234615865843651857942052864"),
                        tuple("shardId-000000000002", "170141183460469231731687303715884105728"),
                        tuple("shardId-000000000003", "255211775190703847597530955573826158592"));
        assertThat(kinesis.emulator.shards("a").get(3).hashKeyRange().endingHashKey())
                .isEqualTo("340282366920938463463374607431768211455");
    }

    @Test
    void aStreamThatIsBeingCreatedCanNeitherBeWrittenNorRead() {
        kinesis.get(kinesis.client.createStream(r -> r.streamName("a").shardCount(1)));

        assertThat(kinesis.refusal(kinesis.client.putRecord(
                        r -> r.streamName("a").partitionKey("k").data(SimulatedKinesis.bytes("x")))))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThat(kinesis.refusal(kinesis.client.listShards(r -> r.streamName("a"))))
                .isInstanceOf(ResourceInUseException.class)
                .hasMessageContaining("not ACTIVE, instead in state CREATING");
    }

    @Test
    void aNameIsTakenOnlyOnce() {
        kinesis.emulator.createStream("a", 1);

        KinesisException refusal = kinesis.refusal(
                kinesis.client.createStream(r -> r.streamName("a").shardCount(1)));

        assertThat(refusal).isInstanceOf(ResourceInUseException.class);
        assertThat(refusal.awsErrorDetails().errorMessage())
                .isEqualTo("Stream a under account " + ACCOUNT + " already exists.");
    }

    @Test
    void anUnknownStreamIsNotFoundInTheServiceWords() {
        KinesisException refusal = kinesis.refusal(kinesis.client.describeStream(r -> r.streamName("x")));

        assertThat(refusal).isInstanceOf(ResourceNotFoundException.class);
        assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("ResourceNotFoundException");
        assertThat(refusal.awsErrorDetails().errorMessage())
                .isEqualTo("Stream x under account " + ACCOUNT + " not found.");
        assertThat(refusal.statusCode()).isEqualTo(400);
        assertThat(refusal.requestId()).hasSize(36);
    }

    @Test
    void aStreamIsMeantByNameOrByArn() {
        kinesis.emulator.createStream("a", 2);
        String arn = "arn:aws:kinesis:us-east-1:" + ACCOUNT + ":stream/a";

        StreamDescription description = kinesis.get(kinesis.client.describeStream(r -> r.streamARN(arn)))
                .streamDescription();

        assertThat(description.streamName()).isEqualTo("a");
        assertThat(description.streamARN()).isEqualTo(arn).isEqualTo(kinesis.emulator.streamArn("a"));
        assertThat(kinesis.refusal(
                        kinesis.client.describeStream(r -> r.streamARN(arn).streamName("b"))))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(kinesis.refusal(kinesis.client.describeStream(r -> {})))
                .isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void aNameHasToSatisfyThePattern() {
        assertThat(kinesis.refusal(
                        kinesis.client.createStream(r -> r.streamName("a b").shardCount(1))))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Value 'a b' at 'streamName' failed to satisfy constraint:"
                        + " Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
        assertThat(kinesis.refusal(
                        kinesis.client.createStream(r -> r.streamName("").shardCount(1))))
                .hasMessageContaining("Member must have length greater than or equal to 1");
        assertThat(kinesis.refusal(kinesis.client.createStream(
                        r -> r.streamName("a".repeat(129)).shardCount(1))))
                .hasMessageContaining("Member must have length less than or equal to 128");
        assertThat(kinesis.refusal(
                        kinesis.client.createStream(r -> r.streamName("a").shardCount(0))))
                .hasMessageContaining("Value '0' at 'shardCount'");
    }

    @Test
    void aDescriptionComesInPages() {
        kinesis.emulator.createStream("a", 3);

        StreamDescription first = kinesis.get(
                        kinesis.client.describeStream(r -> r.streamName("a").limit(2)))
                .streamDescription();
        StreamDescription second = kinesis.get(kinesis.client.describeStream(r -> r.streamName("a")
                        .limit(2)
                        .exclusiveStartShardId(first.shards().get(1).shardId())))
                .streamDescription();

        assertThat(first.hasMoreShards()).isTrue();
        assertThat(second.hasMoreShards()).isFalse();
        assertThat(second.shards()).extracting(Shard::shardId).containsExactly("shardId-000000000002");
    }

    @Test
    void streamsAreListedByNameInPages() {
        List.of("c", "a", "b").forEach(name -> kinesis.emulator.createStream(name, 1));

        ListStreamsResponse first = kinesis.get(kinesis.client.listStreams(r -> r.limit(2)));
        ListStreamsResponse second = kinesis.get(kinesis.client.listStreams(r -> r.nextToken(first.nextToken())));

        assertThat(first.streamNames()).containsExactly("a", "b");
        assertThat(first.hasMoreStreams()).isTrue();
        assertThat(second.streamNames()).containsExactly("c");
        assertThat(second.hasMoreStreams()).isFalse();
        assertThat(second.nextToken()).isNull();
    }

    @Test
    void aDeletedStreamIsGoneAfterItsTransition() {
        kinesis.emulator.createStream("a", 1);

        kinesis.get(kinesis.client.deleteStream(r -> r.streamName("a")));
        assertThat(status("a")).isEqualTo(StreamStatus.DELETING);
        kinesis.letTransitionsEnd();

        assertThat(kinesis.refusal(kinesis.client.describeStream(r -> r.streamName("a"))))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThat(kinesis.get(kinesis.client.listStreams()).streamNames()).isEmpty();
    }

    @Test
    void aRecreatedStreamHasANewCreationTimeAndRefusesOldIterators() {
        kinesis.emulator.createStream(SimulatedKinesis.STREAM, 1);
        kinesis.put("old");
        Instant created = created();
        String iterator = kinesis.iterator(SimulatedKinesis.shard(0), ShardIteratorType.TRIM_HORIZON);
        kinesis.get(kinesis.client.deleteStream(r -> r.streamName(SimulatedKinesis.STREAM)));
        kinesis.letTransitionsEnd();

        kinesis.emulator.createStream(SimulatedKinesis.STREAM, 1);

        assertThat(created()).isAfter(created);
        assertThat(kinesis.emulator.records(SimulatedKinesis.STREAM)).isEmpty();
        assertThat(kinesis.refusal(kinesis.client.getRecords(r -> r.shardIterator(iterator))))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThat(kinesis.refusal(kinesis.client.listShards(
                        r -> r.streamName(SimulatedKinesis.STREAM).streamCreationTimestamp(created))))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    private Instant created() {
        return kinesis.get(kinesis.client.describeStreamSummary(r -> r.streamName(SimulatedKinesis.STREAM)))
                .streamDescriptionSummary()
                .streamCreationTimestamp();
    }

    @Test
    void everyAnswerCarriesTheServiceDateAndARequestId() {
        kinesis.emulator.createStream("a", 1);
        kinesis.time.advance(Duration.ofSeconds(90));

        DescribeStreamSummaryResponse answer =
                kinesis.get(kinesis.client.describeStreamSummary(r -> r.streamName("a")));

        assertThat(answer.sdkHttpResponse().statusCode()).isEqualTo(200);
        assertThat(answer.sdkHttpResponse().firstMatchingHeader("Date"))
                .hasValueSatisfying(date ->
                        assertThat(date).startsWith("Thu, 1 Jan 2026 00:01:").endsWith(" GMT"));
        assertThat(answer.responseMetadata().requestId()).hasSize(36);
    }

    @Test
    void theLargestRecordIsASettingOfTheStream() {
        kinesis.emulator.createStream("a", 1);
        kinesis.get(kinesis.client.updateMaxRecordSize(
                r -> r.streamARN(kinesis.emulator.streamArn("a")).maxRecordSizeInKiB(2048)));
        kinesis.letTransitionsEnd();

        assertThat(kinesis.get(kinesis.client.describeStreamSummary(r -> r.streamName("a")))
                        .streamDescriptionSummary()
                        .maxRecordSizeInKiB())
                .isEqualTo(2048);
        assertThat(kinesis.refusal(kinesis.client.updateMaxRecordSize(
                        r -> r.streamARN(kinesis.emulator.streamArn("a")).maxRecordSizeInKiB(10241))))
                .hasMessageContaining("Member must have value less than or equal to 10240");
    }
}
