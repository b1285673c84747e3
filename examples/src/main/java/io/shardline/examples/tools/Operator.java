package io.shardline.examples.tools;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.Tag;

/**
 * Makes, changes and looks at streams, each time waiting until it is done; whatever fails is a {@link ToolException}.
 *
 * <p>Confined to one thread.
 */
public final class Operator implements AutoCloseable {

    private static final long LOOK_MILLIS = 200;

    /** A real stream takes less than a minute. */
    private static final long ACTIVE_LIMIT_NANOS = TimeUnit.MINUTES.toNanos(3);

    private final KinesisAsyncClient client;
    private final String where;

    Operator(KinesisAsyncClient client, String where) {
        this.client = client;
        this.where = where;
    }

    /** The client, for calls that nobody should wait for. */
    public KinesisAsyncClient client() {
        return client;
    }

    /** Makes a stream, which must not exist. */
    public void create(String stream, int shards) {
        create(stream, shards, Map.of());
    }

    /** Makes a stream with tags. */
    public void create(String stream, int shards, Map<String, String> tags) {
        call(
                stream,
                kinesis -> kinesis.createStream(
                        request -> request.streamName(stream).shardCount(shards).tags(tags)));
        awaitActive(stream);
    }

    /** Whether there is a stream of this name. */
    public boolean exists(String stream) {
        try {
            status(stream);
            return true;
        } catch (ToolException e) {
            if (isMissing(e)) {
                return false;
            }
            throw e;
        }
    }

    /** A stream's tags; none if there is no such stream. */
    public Map<String, String> tags(String stream) {
        try {
            return call(stream, kinesis -> kinesis.listTagsForStream(request -> request.streamName(stream)))
                    .tags()
                    .stream()
                    .collect(Collectors.toMap(Tag::key, Tag::value));
        } catch (ToolException e) {
            if (isMissing(e)) {
                return Map.of();
            }
            throw e;
        }
    }

    /** Deletes a stream with all that is in it. */
    public void delete(String stream) {
        call(
                stream,
                kinesis -> kinesis.deleteStream(
                        request -> request.streamName(stream).enforceConsumerDeletion(true)));
    }

    /** Says what is wrong unless the stream exists and can be reached. */
    public void requireStream(String stream) {
        status(stream);
    }

    /** The shards that take records. */
    public List<Shard> openShards(String stream) {
        ListShardsResponse answer = call(
                stream,
                kinesis -> kinesis.listShards(request ->
                        request.streamName(stream).shardFilter(filter -> filter.type(ShardFilterType.AT_LATEST))));
        List<Shard> shards = new ArrayList<>(answer.shards());
        while (answer.nextToken() != null) {
            ListShardsRequest next =
                    ListShardsRequest.builder().nextToken(answer.nextToken()).build();
            answer = call(stream, kinesis -> kinesis.listShards(next));
            shards.addAll(answer.shards());
        }
        return List.copyOf(shards);
    }

    /** Splits a shard in the middle of its hash keys. */
    public void split(String stream, String shardId) {
        HashKeyRange range = openShards(stream).stream()
                .filter(shard -> shard.shardId().equals(shardId))
                .findFirst()
                .orElseThrow(
                        () -> new ToolException("stream '" + stream + "' has no open shard '" + shardId + "'", null))
                .hashKeyRange();
        String middle = new BigInteger(range.startingHashKey())
                .add(new BigInteger(range.endingHashKey()))
                .shiftRight(1)
                .toString();
        call(
                stream,
                kinesis -> kinesis.splitShard(request ->
                        request.streamName(stream).shardToSplit(shardId).newStartingHashKey(middle)));
        awaitActive(stream);
    }

    /** Merges two shards whose hash keys adjoin. */
    public void merge(String stream, String shardId, String adjacent) {
        call(
                stream,
                kinesis -> kinesis.mergeShards(request ->
                        request.streamName(stream).shardToMerge(shardId).adjacentShardToMerge(adjacent)));
        awaitActive(stream);
    }

    @Override
    public void close() {
        client.close();
    }

    private static boolean isMissing(ToolException failure) {
        return failure.getCause() instanceof CompletionException wrapper
                && wrapper.getCause() instanceof ResourceNotFoundException;
    }

    private StreamStatus status(String stream) {
        return call(stream, kinesis -> kinesis.describeStreamSummary(request -> request.streamName(stream)))
                .streamDescriptionSummary()
                .streamStatus();
    }

    private void awaitActive(String stream) {
        long deadline = System.nanoTime() + ACTIVE_LIMIT_NANOS;
        while (status(stream) != StreamStatus.ACTIVE) {
            if (System.nanoTime() - deadline >= 0) {
                throw new ToolException("stream '" + stream + "' at " + where + " did not become active in time", null);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ToolException("interrupted", e);
        }
    }

    private <T> T call(String stream, Function<KinesisAsyncClient, CompletableFuture<T>> call) {
        try {
            return call.apply(client).join();
        } catch (CompletionException e) {
            throw new ToolException(explain(stream, Failures.cause(e)), e);
        }
    }

    private String explain(String stream, Throwable failure) {
        if (failure instanceof ResourceNotFoundException) {
            return "there is no stream '" + stream + "' at " + where
                    + ": make it with 'examples/run create-stream', or correct --stream, --endpoint or --region";
        }
        if (failure instanceof ResourceInUseException inUse) {
            return "stream '" + stream + "' at " + where + " exists already, or is being changed ("
                    + Failures.message(inUse) + ")";
        }
        return Failures.explain("Kinesis at " + where, failure);
    }
}
