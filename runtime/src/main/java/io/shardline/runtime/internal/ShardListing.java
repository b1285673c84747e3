package io.shardline.runtime.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardFilter;

/**
 * The shards of a stream, all pages of ListShards put together.
 *
 * <p>Confined to the loop.
 */
public final class ShardListing {

    /** Shards in one answer; the most that ListShards gives. */
    private static final int PAGE = 10_000;

    /** No stream has more shards than this many pages hold; more means that the service repeats itself. */
    private static final int MOST_PAGES = 100;

    private final ControlCalls calls;
    private final KinesisAsyncClient client;
    private final int page;

    public ShardListing(ControlCalls calls, KinesisAsyncClient client) {
        this(calls, client, PAGE);
    }

    ShardListing(ControlCalls calls, KinesisAsyncClient client, int page) {
        this.calls = calls;
        this.client = client;
        this.page = page;
    }

    /**
     * Lists shards.
     *
     * @param streamName the stream's name or its ARN
     * @param filter which shards, or null for all that the stream still has
     * @return completes on the loop, in the service's order
     */
    public CompletableFuture<List<Shard>> list(String streamName, @Nullable ShardFilter filter) {
        return list(streamName, filter, failure -> {});
    }

    /** As above; {@code onFailure} is told of every attempt that failed, on the loop. */
    public CompletableFuture<List<Shard>> list(
            String streamName, @Nullable ShardFilter filter, Consumer<Throwable> onFailure) {
        ListShardsRequest.Builder first = ListShardsRequest.builder().maxResults(page);
        if (streamName.startsWith("arn:")) {
            first.streamARN(streamName);
        } else {
            first.streamName(streamName);
        }
        if (filter != null) {
            first.shardFilter(filter);
        }
        return pagesFrom(first.build(), onFailure, new ArrayList<>(), 1);
    }

    private CompletableFuture<List<Shard>> pagesFrom(
            ListShardsRequest request, Consumer<Throwable> onFailure, List<Shard> found, int number) {
        return calls.call(() -> client.listShards(request), onFailure)
                .thenCompose(answer -> continueWith(answer, onFailure, found, number));
    }

    private CompletableFuture<List<Shard>> continueWith(
            ListShardsResponse answer, Consumer<Throwable> onFailure, List<Shard> found, int number) {
        found.addAll(answer.shards());
        if (answer.nextToken() == null) {
            return CompletableFuture.completedFuture(found);
        }
        if (number == MOST_PAGES) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("ListShards gave more than " + MOST_PAGES + " pages"));
        }
        // A token carries stream and filter; the service refuses a request that repeats them.
        ListShardsRequest next = ListShardsRequest.builder()
                .nextToken(answer.nextToken())
                .maxResults(page)
                .build();
        return pagesFrom(next, onFailure, found, number + 1);
    }
}
