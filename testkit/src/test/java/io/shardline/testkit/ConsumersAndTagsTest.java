package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.Consumer;
import software.amazon.awssdk.services.kinesis.model.ConsumerDescription;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.ListStreamConsumersResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Tag;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/** Registered consumers, and tags of streams and consumers. Confined to one thread. */
class ConsumersAndTagsTest {
    private final SimulatedKinesis kinesis = new SimulatedKinesis();
    private String streamArn = "";

    @BeforeEach
    void createStream() {
        kinesis.emulator.createStream(STREAM, 1);
        streamArn = kinesis.emulator.streamArn(STREAM);
    }

    private Consumer register(String name) {
        return kinesis.get(kinesis.client.registerStreamConsumer(
                        r -> r.streamARN(streamArn).consumerName(name)))
                .consumer();
    }

    private ConsumerDescription describe(String name) {
        return kinesis.get(kinesis.client.describeStreamConsumer(
                        r -> r.streamARN(streamArn).consumerName(name)))
                .consumerDescription();
    }

    @Test
    void aConsumerIsCreatingThenActiveThenDeletingThenGone() {
        Consumer created = register("reader");
        assertThat(created.consumerStatus()).isEqualTo(ConsumerStatus.CREATING);
        assertThat(created.consumerARN())
                .isEqualTo(streamArn + "/consumer/reader:"
                        + created.consumerCreationTimestamp().getEpochSecond());
        kinesis.letTransitionsEnd();
        assertThat(describe("reader").consumerStatus()).isEqualTo(ConsumerStatus.ACTIVE);

        kinesis.get(kinesis.client.deregisterStreamConsumer(
                r -> r.streamARN(streamArn).consumerName("reader")));
        assertThat(describe("reader").consumerStatus()).isEqualTo(ConsumerStatus.DELETING);
        kinesis.letTransitionsEnd();

        assertThat(kinesis.refusal(kinesis.client.describeStreamConsumer(
                        r -> r.streamARN(streamArn).consumerName("reader"))))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Consumer reader under stream flights");
        kinesis.letTransitionsEnd();
        assertThat(register("reader").consumerARN()).isNotEqualTo(created.consumerARN());
    }

    @Test
    void aNameIsTakenOnlyOnceInAStream() {
        register("reader");

        assertThat(kinesis.refusal(kinesis.client.registerStreamConsumer(
                        r -> r.streamARN(streamArn).consumerName("reader"))))
                .isInstanceOf(ResourceInUseException.class)
                .hasMessageContaining("already exists");
    }

    @Test
    void aConsumerIsMeantByItsArnOrByItsStreamAndName() {
        String arn = register("reader").consumerARN();

        assertThat(kinesis.get(kinesis.client.describeStreamConsumer(r -> r.consumerARN(arn)))
                        .consumerDescription()
                        .consumerName())
                .isEqualTo("reader");
        assertThat(describe("reader").streamARN()).isEqualTo(streamArn);
        assertThat(kinesis.refusal(kinesis.client.describeStreamConsumer(
                        r -> r.consumerARN(arn).consumerName("other"))))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(kinesis.refusal(kinesis.client.describeStreamConsumer(r -> r.consumerName("reader"))))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(kinesis.refusal(kinesis.client.describeStreamConsumer(r -> r.consumerARN(arn + "1"))))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void consumersAreListedInPages() {
        List.of("c", "a", "b").forEach(this::register);

        ListStreamConsumersResponse first = kinesis.get(
                kinesis.client.listStreamConsumers(r -> r.streamARN(streamArn).maxResults(2)));
        ListStreamConsumersResponse second = kinesis.get(
                kinesis.client.listStreamConsumers(r -> r.streamARN(streamArn).nextToken(first.nextToken())));

        assertThat(first.consumers()).extracting(Consumer::consumerName).containsExactly("a", "b");
        assertThat(second.consumers()).extracting(Consumer::consumerName).containsExactly("c");
        assertThat(second.nextToken()).isNull();
        assertThat(kinesis.refusal(kinesis.client.listStreamConsumers(
                        r -> r.streamARN(streamArn).nextToken("nonsense"))))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("Invalid NextToken.");
    }

    @Test
    void aStreamWithConsumersIsDeletedOnlyOnDemand() {
        register("reader");

        assertThat(kinesis.refusal(kinesis.client.deleteStream(r -> r.streamName(STREAM))))
                .isInstanceOf(ResourceInUseException.class);
        kinesis.get(kinesis.client.deleteStream(r -> r.streamName(STREAM).enforceConsumerDeletion(true)));
        kinesis.letTransitionsEnd();
        assertThat(kinesis.get(kinesis.client.listStreams()).streamNames()).isEmpty();
    }

    @Test
    void aSummaryCountsTheConsumers() {
        register("reader");

        assertThat(kinesis.get(kinesis.client.describeStreamSummary(r -> r.streamARN(streamArn)))
                        .streamDescriptionSummary()
                        .consumerCount())
                .isEqualTo(1);
    }

    @Test
    void tagsAreAddedReplacedListedAndRemoved() {
        kinesis.get(kinesis.client.addTagsToStream(r -> r.streamName(STREAM).tags(Map.of("team", "ops"))));
        kinesis.get(kinesis.client.tagResource(r -> r.resourceARN(streamArn).tags(Map.of("team", "data"))));
        kinesis.get(kinesis.client.addTagsToStream(r -> r.streamARN(streamArn).tags(Map.of("env", "test"))));

        assertThat(kinesis.get(kinesis.client.listTagsForStream(r -> r.streamName(STREAM)))
                        .tags())
                .containsExactly(
                        Tag.builder().key("env").value("test").build(),
                        Tag.builder().key("team").value("data").build());
        assertThat(kinesis.get(kinesis.client.listTagsForStream(
                                r -> r.streamName(STREAM).limit(1)))
                        .hasMoreTags())
                .isTrue();
        assertThat(kinesis.get(kinesis.client.listTagsForStream(
                                r -> r.streamName(STREAM).exclusiveStartTagKey("env")))
                        .tags())
                .hasSize(1);

        kinesis.get(
                kinesis.client.removeTagsFromStream(r -> r.streamName(STREAM).tagKeys("env", "not-there")));
        kinesis.get(kinesis.client.untagResource(r -> r.resourceARN(streamArn).tagKeys("team")));
        assertThat(kinesis.get(kinesis.client.listTagsForResource(r -> r.resourceARN(streamArn)))
                        .tags())
                .isEmpty();
    }

    @Test
    void aConsumerHasTagsOfItsOwn() {
        String arn = kinesis.get(kinesis.client.registerStreamConsumer(
                        r -> r.streamARN(streamArn).consumerName("reader").tags(Map.of("a", "1"))))
                .consumer()
                .consumerARN();
        kinesis.get(kinesis.client.tagResource(r -> r.resourceARN(arn).tags(Map.of("b", "2"))));

        assertThat(kinesis.get(kinesis.client.listTagsForResource(r -> r.resourceARN(arn)))
                        .tags())
                .hasSize(2);
        assertThat(kinesis.get(kinesis.client.listTagsForResource(r -> r.resourceARN(streamArn)))
                        .tags())
                .isEmpty();
    }

    /** API_AddTagsToStream.html: 50 tags; keys to 128, values to 256 characters. */
    @Test
    void tagsObeyTheServiceRules() {
        Map<String, String> many = new TreeMap<>();
        IntStream.range(0, 51).forEach(i -> many.put("k" + i, "v"));
        assertThat(kinesis.refusal(
                        kinesis.client.addTagsToStream(r -> r.streamName(STREAM).tags(many))))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(kinesis.refusal(kinesis.client.addTagsToStream(
                        r -> r.streamName(STREAM).tags(Map.of("k".repeat(129), "v")))))
                .isInstanceOf(ValidationException.class);
        assertThat(kinesis.refusal(kinesis.client.addTagsToStream(
                        r -> r.streamName(STREAM).tags(Map.of("k", "v".repeat(257))))))
                .isInstanceOf(ValidationException.class);
        assertThat(kinesis.refusal(
                        kinesis.client.addTagsToStream(r -> r.streamName(STREAM).tags(Map.of("aws:k", "v")))))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(kinesis.refusal(kinesis.client.addTagsToStream(r -> r.streamName(STREAM))))
                .isInstanceOf(ValidationException.class);
    }
}
