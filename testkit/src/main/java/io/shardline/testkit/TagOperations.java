package io.shardline.testkit;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.kinesis.model.AddTagsToStreamRequest;
import software.amazon.awssdk.services.kinesis.model.AddTagsToStreamResponse;
import software.amazon.awssdk.services.kinesis.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.kinesis.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.kinesis.model.ListTagsForStreamRequest;
import software.amazon.awssdk.services.kinesis.model.ListTagsForStreamResponse;
import software.amazon.awssdk.services.kinesis.model.RemoveTagsFromStreamRequest;
import software.amazon.awssdk.services.kinesis.model.RemoveTagsFromStreamResponse;
import software.amazon.awssdk.services.kinesis.model.Tag;
import software.amazon.awssdk.services.kinesis.model.TagResourceRequest;
import software.amazon.awssdk.services.kinesis.model.TagResourceResponse;
import software.amazon.awssdk.services.kinesis.model.UntagResourceRequest;
import software.amazon.awssdk.services.kinesis.model.UntagResourceResponse;

/**
 * Tags of streams, and by the newer operations of consumers too.
 *
 * <p>Confined to the engine's lock.
 */
final class TagOperations {
    private static final int MAX_PAGE = 50;

    private final Streams streams;

    TagOperations(Streams streams) {
        this.streams = streams;
    }

    AddTagsToStreamResponse.Builder addToStream(AddTagsToStreamRequest request) {
        add(
                streams.getReadable(request.streamName(), request.streamARN())
                        .settings()
                        .tags(),
                request.tags());
        return AddTagsToStreamResponse.builder();
    }

    RemoveTagsFromStreamResponse.Builder removeFromStream(RemoveTagsFromStreamRequest request) {
        Tags.remove(
                streams.getReadable(request.streamName(), request.streamARN())
                        .settings()
                        .tags(),
                request.tagKeys());
        return RemoveTagsFromStreamResponse.builder();
    }

    ListTagsForStreamResponse.Builder listOfStream(ListTagsForStreamRequest request) {
        int page = Constraints.optional(request.limit(), "limit", MAX_PAGE, MAX_PAGE);
        String after = request.exclusiveStartTagKey() == null ? "" : request.exclusiveStartTagKey();
        EmulatedStream stream = streams.get(request.streamName(), request.streamARN());
        List<Tag> rest = list(stream.settings().tags()).stream()
                .filter(tag -> tag.key().compareTo(after) > 0)
                .toList();
        return ListTagsForStreamResponse.builder()
                .tags(rest.stream().limit(page).toList())
                .hasMoreTags(rest.size() > page);
    }

    TagResourceResponse.Builder addToResource(TagResourceRequest request) {
        add(tagsOf(request.resourceARN()), request.tags());
        return TagResourceResponse.builder();
    }

    UntagResourceResponse.Builder removeFromResource(UntagResourceRequest request) {
        Tags.remove(tagsOf(request.resourceARN()), request.tagKeys());
        return UntagResourceResponse.builder();
    }

    ListTagsForResourceResponse.Builder listOfResource(ListTagsForResourceRequest request) {
        return ListTagsForResourceResponse.builder().tags(list(tagsOf(request.resourceARN())));
    }

    private void add(Map<String, String> to, Map<String, String> tags) {
        if (tags.isEmpty()) {
            throw Constraints.violation("{}", "tags", "have length greater than or equal to 1");
        }
        Tags.check(tags);
        Tags.add(to, tags, streams.quotas());
    }

    private Map<String, String> tagsOf(String resourceArn) {
        Constraints.required(resourceArn, "", "resourceARN");
        return Streams.isConsumer(resourceArn)
                ? streams.consumer(resourceArn).tags()
                : streams.getReadable(null, resourceArn).settings().tags();
    }

    private static List<Tag> list(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }
}
