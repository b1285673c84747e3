package io.shardline.testkit;

import java.time.Instant;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.CreateStreamRequest;
import software.amazon.awssdk.services.kinesis.model.CreateStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeLimitsResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.ListStreamsRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesis.model.StreamMode;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.StreamSummary;

/**
 * What is done to, and said about, whole streams.
 *
 * <p>Confined to the engine's lock.
 */
final class StreamOperations {
    private static final int ON_DEMAND_SHARDS = 4;
    private static final int DEFAULT_DESCRIBED_SHARDS = 100;
    private static final int MAX_DESCRIBED_SHARDS = 10_000;
    private static final int DEFAULT_LISTED_STREAMS = 100;
    private static final int MAX_LISTED_STREAMS = 10_000;
    private final Streams streams;
    private final SettingsOperations settings;

    StreamOperations(Streams streams, SettingsOperations settings) {
        this.streams = streams;
        this.settings = settings;
    }

    CreateStreamResponse.Builder createStream(CreateStreamRequest request) {
        Constraints.streamName(request.streamName());
        Tags.check(request.tags());
        StreamMode mode = request.streamModeDetails() == null
                ? StreamMode.PROVISIONED
                : SettingsOperations.mode(request.streamModeDetails());
        int shards = shards(request, mode);
        int recordBytes = SettingsOperations.recordBytes(request.maxRecordSizeInKiB());
        if (mode == StreamMode.ON_DEMAND) {
            settings.limitOnDemand();
        }
        limitCreation(shards);
        EmulatedStream stream = streams.add(request.streamName());
        stream.settings().mode(mode);
        stream.settings().maxRecordBytes(recordBytes);
        Tags.add(stream.settings().tags(), request.tags(), streams.quotas());
        stream.at(streams.changeMillis(), at -> {
            stream.createShards(shards, at);
            stream.status(StreamStatus.ACTIVE);
        });
        return CreateStreamResponse.builder();
    }

    private static int shards(CreateStreamRequest request, StreamMode mode) {
        if (mode == StreamMode.ON_DEMAND) {
            if (request.shardCount() != null) {
                throw ServiceError.invalidArgument(
                        "ShardCount must not be given for a stream of mode ON_DEMAND: " + request.shardCount());
            }
            return ON_DEMAND_SHARDS;
        }
        if (request.shardCount() == null) {
            throw ServiceError.invalidArgument("ShardCount must be given for a stream of mode PROVISIONED.");
        }
        Constraints.range(request.shardCount(), "shardCount", 1, Streams.MAX_SHARDS);
        return request.shardCount();
    }

    private void limitCreation(int shards) {
        long creating = streams.all().stream()
                .filter(stream -> stream.status() == StreamStatus.CREATING)
                .count();
        streams.quotas()
                .limit(
                        Quota.STREAMS_IN_CREATION,
                        creating + 1,
                        Quotas.MAX_STREAMS_IN_CREATION,
                        "Too many streams in state CREATING.");
        streams.limitShards(shards);
    }

    DeleteStreamResponse.Builder deleteStream(DeleteStreamRequest request) {
        EmulatedStream stream = streams.get(request.streamName(), request.streamARN());
        if (stream.status() != StreamStatus.DELETING) {
            boolean hasConsumers = !stream.consumers().all(streams.nowMillis()).isEmpty();
            if (hasConsumers && !Boolean.TRUE.equals(request.enforceConsumerDeletion())) {
                throw ServiceError.inUse("Stream " + stream.name().inMessages()
                        + " has consumers. Deregister them, or delete it with EnforceConsumerDeletion.");
            }
            stream.delete(streams.changeMillis());
        }
        return DeleteStreamResponse.builder();
    }

    DescribeLimitsResponse.Builder describeLimits() {
        return DescribeLimitsResponse.builder()
                .shardLimit(Quotas.MAX_SHARDS)
                .openShardCount(streams.openShards())
                .onDemandStreamCount(streams.onDemandStreams())
                .onDemandStreamCountLimit(Quotas.MAX_ON_DEMAND_STREAMS);
    }

    DescribeStreamResponse.Builder describeStream(DescribeStreamRequest request) {
        EmulatedStream stream = streams.get(request.streamName(), request.streamARN());
        StreamSettings own = stream.settings();
        int limit = Constraints.optional(request.limit(), "limit", MAX_DESCRIBED_SHARDS, DEFAULT_DESCRIBED_SHARDS);
        String after = request.exclusiveStartShardId() == null ? "" : request.exclusiveStartShardId();
        List<EmulatedShard> rest = stream.keptShards(streams.nowMillis()).stream()
                .filter(shard -> shard.id().compareTo(after) > 0)
                .toList();
        return DescribeStreamResponse.builder()
                .streamDescription(description -> description
                        .streamName(stream.name().name())
                        .streamARN(stream.name().arn())
                        .streamStatus(stream.status())
                        .streamModeDetails(stream.settings().modeDetails())
                        .streamCreationTimestamp(created(stream))
                        .retentionPeriodHours(own.retentionHours())
                        .encryptionType(own.encryptionType())
                        .keyId(own.keyId())
                        .enhancedMonitoring(own.enhancedMetrics())
                        .shards(rest.stream()
                                .limit(limit)
                                .map(EmulatedShard::describe)
                                .toList())
                        .hasMoreShards(rest.size() > limit));
    }

    DescribeStreamSummaryResponse.Builder describeStreamSummary(DescribeStreamSummaryRequest request) {
        EmulatedStream stream = streams.get(request.streamName(), request.streamARN());
        StreamSettings own = stream.settings();
        return DescribeStreamSummaryResponse.builder()
                .streamDescriptionSummary(summary -> summary.streamName(
                                stream.name().name())
                        .streamARN(stream.name().arn())
                        .streamStatus(stream.status())
                        .streamModeDetails(stream.settings().modeDetails())
                        .streamCreationTimestamp(created(stream))
                        .retentionPeriodHours(own.retentionHours())
                        .encryptionType(own.encryptionType())
                        .keyId(own.keyId())
                        .enhancedMonitoring(own.enhancedMetrics())
                        .openShardCount(stream.openShardCount())
                        .consumerCount(
                                stream.consumers().all(streams.nowMillis()).size())
                        .maxRecordSizeInKiB(own.maxRecordBytes() / StreamSettings.KIB));
    }

    ListStreamsResponse.Builder listStreams(ListStreamsRequest request) {
        int limit = Constraints.optional(request.limit(), "limit", MAX_LISTED_STREAMS, DEFAULT_LISTED_STREAMS);
        // The token is the last name listed, which is what the service takes as ExclusiveStartStreamName too.
        String token = request.nextToken() == null ? request.exclusiveStartStreamName() : request.nextToken();
        String after = token == null ? "" : token;
        List<EmulatedStream> rest = streams.all().stream()
                .filter(stream -> stream.name().name().compareTo(after) > 0)
                .toList();
        List<EmulatedStream> page = rest.subList(0, Math.min(limit, rest.size()));
        boolean more = rest.size() > limit;
        return ListStreamsResponse.builder()
                .streamNames(page.stream().map(stream -> stream.name().name()).toList())
                .streamSummaries(page.stream().map(StreamOperations::summary).toList())
                .hasMoreStreams(more)
                .nextToken(more ? page.get(page.size() - 1).name().name() : null);
    }

    private static StreamSummary summary(EmulatedStream stream) {
        return StreamSummary.builder()
                .streamName(stream.name().name())
                .streamARN(stream.name().arn())
                .streamStatus(stream.status())
                .streamModeDetails(stream.settings().modeDetails())
                .streamCreationTimestamp(created(stream))
                .build();
    }

    private static Instant created(EmulatedStream stream) {
        return Instant.ofEpochMilli(stream.createdMillis());
    }
}
