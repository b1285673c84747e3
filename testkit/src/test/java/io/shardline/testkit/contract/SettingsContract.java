package io.shardline.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.ListTagsForStreamResponse;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.Tag;

/**
 * Retention and tags.
 *
 * <p>Rules from docs.aws.amazon.com/kinesis/latest/APIReference: API_IncreaseStreamRetentionPeriod.html,
 * API_DecreaseStreamRetentionPeriod.html, API_AddTagsToStream.html, API_ListTagsForStream.html,
 * API_RemoveTagsFromStream.html. Confined to one thread.
 */
interface SettingsContract extends KinesisContract {

    private void increase(String stream, int hours) {
        get(client().increaseStreamRetentionPeriod(r -> r.streamName(stream).retentionPeriodHours(hours)));
        awaitActive(stream);
    }

    private void decrease(String stream, int hours) {
        get(client().decreaseStreamRetentionPeriod(r -> r.streamName(stream).retentionPeriodHours(hours)));
        awaitActive(stream);
    }

    @Test
    default void theRetentionGrowsAndShrinks() {
        String stream = newStream(1);

        increase(stream, 48);
        assertThat(summary(stream).retentionPeriodHours()).isEqualTo(48);
        increase(stream, 48);
        decrease(stream, 24);
        assertThat(summary(stream).retentionPeriodHours()).isEqualTo(24);
    }

    @Test
    default void theRetentionIsChangedInTheDirectionThatTheCallSays() {
        String stream = newStream(1);
        increase(stream, 48);

        assertRefused(
                client().increaseStreamRetentionPeriod(r -> r.streamName(stream).retentionPeriodHours(47)),
                "InvalidArgumentException",
                "can not be shorter than existing retention period (48 hours)." + " Use DecreaseRetentionPeriod API.");
        assertRefused(
                client().decreaseStreamRetentionPeriod(r -> r.streamName(stream).retentionPeriodHours(49)),
                "InvalidArgumentException",
                "can not be longer than existing retention period (48 hours)." + " Use IncreaseRetentionPeriod API.");
    }

    @Test
    default void theRetentionIsADayToAYear() {
        String stream = newStream(1);

        assertRefused(
                client().decreaseStreamRetentionPeriod(r -> r.streamName(stream).retentionPeriodHours(23)),
                "InvalidArgumentException",
                "Minimum allowed retention period is 24 hours.");
        increase(stream, 8760);
        assertThat(refusal(client().increaseStreamRetentionPeriod(
                                        r -> r.streamName(stream).retentionPeriodHours(8761)))
                        .awsErrorDetails()
                        .errorCode())
                .isIn("ValidationException", "InvalidArgumentException");
    }

    @Test
    default void aRecordIsGoneWhenItsRetentionIsOver() {
        assumeTrue(kinesis().hasClock(), "a day is too long to wait");
        String stream = newStream(1);
        put(stream, "old");
        kinesis().pass(Duration.ofHours(23));
        put(stream, "young");
        assertThat(texts(iterator(stream, KinesisContract.shard(0), ShardIteratorType.TRIM_HORIZON), 2))
                .containsExactly("old", "young");

        kinesis().pass(Duration.ofHours(2));

        assertThat(texts(iterator(stream, KinesisContract.shard(0), ShardIteratorType.TRIM_HORIZON), 2))
                .containsExactly("young");
    }

    @Test
    default void tagsAreAddedReplacedListedByNameAndRemoved() {
        String stream = newStream(1);
        get(client().addTagsToStream(r -> r.streamName(stream).tags(Map.of("b", "1"))));
        get(client().addTagsToStream(r -> r.streamName(stream).tags(Map.of("a", "1"))));
        get(client().addTagsToStream(r -> r.streamName(stream).tags(Map.of("b", "2"))));

        assertThat(get(client().listTagsForStream(r -> r.streamName(stream))).tags())
                .containsExactly(tag("a", "1"), tag("b", "2"));
        get(client().removeTagsFromStream(r -> r.streamName(stream).tagKeys("a", "none")));
        assertThat(get(client().listTagsForStream(r -> r.streamName(stream))).tags())
                .containsExactly(tag("b", "2"));
    }

    @Test
    default void tagsAreListedInPages() {
        String stream = newStream(1);
        get(client().addTagsToStream(r -> r.streamName(stream).tags(Map.of("a", "1", "b", "2", "c", "3"))));

        ListTagsForStreamResponse first =
                get(client().listTagsForStream(r -> r.streamName(stream).limit(2)));
        ListTagsForStreamResponse rest = get(client().listTagsForStream(
                        r -> r.streamName(stream).exclusiveStartTagKey("b").limit(2)));

        assertThat(first.tags()).containsExactly(tag("a", "1"), tag("b", "2"));
        assertThat(first.hasMoreTags()).isTrue();
        assertThat(rest.tags()).containsExactly(tag("c", "3"));
        assertThat(rest.hasMoreTags()).isFalse();
    }

    @Test
    default void aStreamHasAtMost50Tags() {
        String stream = newStream(1);
        for (int i = 0; i < 50; i += 10) {
            Map<String, String> tags = tags(i, 10);
            get(client().addTagsToStream(r -> r.streamName(stream).tags(tags)));
            kinesis().pace();
        }

        // The reference has both, public recordings of the service have the second.
        assertThat(refusal(client().addTagsToStream(r -> r.streamName(stream).tags(tags(50, 1))))
                        .awsErrorDetails()
                        .errorCode())
                .isIn("LimitExceededException", "InvalidArgumentException");
    }

    @Test
    default void keysAndValuesOfTagsHaveLimits() {
        String stream = anyStream();

        for (Map<String, String> tags : List.of(Map.of("k".repeat(129), "v"), Map.of("k", "v".repeat(257)))) {
            kinesis().pace();
            assertRefused(client().addTagsToStream(r -> r.streamName(stream).tags(tags)), "ValidationException");
        }
        kinesis().pace();
        assertRefused(
                client().addTagsToStream(r -> r.streamName(stream).tags(Map.of("a;b", "v"))),
                "InvalidArgumentException");
    }

    @Test
    default void anUnknownStreamHasNoTags() {
        assertRefused(client().listTagsForStream(r -> r.streamName("no-such-stream")), "ResourceNotFoundException");
        assertRefused(
                client().addTagsToStream(r -> r.streamName("no-such-stream").tags(Map.of("a", "1"))),
                "ResourceNotFoundException");
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static Map<String, String> tags(int from, int count) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (int i = from; i < from + count; i++) {
            tags.put("key" + i, "value");
        }
        return tags;
    }
}
