package io.shardline.testkit;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.CreateStreamRequest;
import software.amazon.awssdk.services.kinesis.model.CreateStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.ListStreamsRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesis.model.StreamMode;
import software.amazon.awssdk.services.kinesis.model.StreamModeDetails;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.StreamSummary;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeResponse;

/**
 * What is done to, and said about, whole streams.
 *
 * <p>Confined to the engine's lock.
 */
final class StreamOperations {
    private static final int KIB = 1024;
    private static final int MIN_RECORD_KIB = 1024;
    private static final int MAX_RECORD_KIB = 10 * 1024;
    private static final int MAX_SHARDS = 100_000;
    private static final int ON_DEMAND_SHARDS = 4;
    private static final int RETENTION_HOURS = 24;
    private static final int DEFAULT_DESCRIBED_SHARDS = 100;
    private static final int MAX_DESCRIBED_SHARDS = 10_000;
    private static final int DEFAULT_LISTED_STREAMS = 100;
    private static final int MAX_LISTED_STREAMS = 10_000;
    private static final StreamModeDetails PROVISIONED =
            StreamModeDetails.builder().streamMode(StreamMode.PROVISIONED).build();

    private final Streams streams;

    StreamOperations(Streams streams) {
        this.streams = streams;
    }

    CreateStreamResponse.Builder createStream(CreateStreamRequest request) {
        Constraints.streamName(request.streamName());
        boolean onDemand = request.streamModeDetails() != null
                && request.streamModeDetails().streamMode() == StreamMode.ON_DEMAND;
        if (!onDemand && request.shardCount() == null) {
            throw ServiceError.invalidArgument("ShardCount must be given for a stream of mode PROVISIONED.");
        }
        int shards = Constraints.optional(request.shardCount(), "shardCount", MAX_SHARDS, ON_DEMAND_SHARDS);
        int recordBytes = recordBytes(request.maxRecordSizeInKiB());
        EmulatedStream stream = streams.add(request.streamName());
        stream.maxRecordBytes(recordBytes);
        stream.at(streams.changeMillis(), at -> {
            stream.createShards(shards, at);
            stream.status(StreamStatus.ACTIVE);
        });
        return CreateStreamResponse.builder();
    }

    /** Creates a stream that is ACTIVE at once, and returns its ARN. */
    String createActiveStream(String name, int shards) {
        Constraints.streamName(name);
        Constraints.range(shards, "shardCount", 1, MAX_SHARDS);
        EmulatedStream stream = streams.add(name);
        stream.maxRecordBytes(recordBytes(null));
        stream.createShards(shards, streams.nowMillis());
        stream.status(StreamStatus.ACTIVE);
        return stream.name().arn();
    }

    private static int recordBytes(@Nullable Integer kib) {
        if (kib == null) {
            return MIN_RECORD_KIB * KIB;
        }
        Constraints.range(kib, "maxRecordSizeInKiB", MIN_RECORD_KIB, MAX_RECORD_KIB);
        return kib * KIB;
    }

    DeleteStreamResponse.Builder deleteStream(DeleteStreamRequest request) {
        EmulatedStream stream = streams.get(request.streamName(), request.streamARN());
        if (stream.status() != StreamStatus.DELETING) {
            stream.cancelChanges();
            stream.status(StreamStatus.DELETING);
            stream.at(streams.changeMillis(), at -> stream.delete());
        }
        return DeleteStreamResponse.builder();
    }

    UpdateMaxRecordSizeResponse.Builder updateMaxRecordSize(UpdateMaxRecordSizeRequest request) {
        EmulatedStream stream = streams.getActive(null, request.streamARN());
        int kib = Constraints.required(request.maxRecordSizeInKiB(), "", "maxRecordSizeInKiB");
        stream.maxRecordBytes(recordBytes(kib));
        return UpdateMaxRecordSizeResponse.builder();
    }

    DescribeStreamResponse.Builder describeStream(DescribeStreamRequest request) {
        EmulatedStream stream = streams.get(request.streamName(), request.streamARN());
        int limit = Constraints.optional(request.limit(), "limit", MAX_DESCRIBED_SHARDS, DEFAULT_DESCRIBED_SHARDS);
        String after = request.exclusiveStartShardId() == null ? "" : request.exclusiveStartShardId();
        List<EmulatedShard> rest = stream.shards().stream()
                .filter(shard -> shard.id().compareTo(after) > 0)
                .toList();
        return DescribeStreamResponse.builder()
                .streamDescription(description -> description
                        .streamName(stream.name().name())
                        .streamARN(stream.name().arn())
                        .streamStatus(stream.status())
                        .streamModeDetails(PROVISIONED)
                        .streamCreationTimestamp(created(stream))
                        .retentionPeriodHours(RETENTION_HOURS)
                        .encryptionType(EncryptionType.NONE)
                        .enhancedMonitoring(List.of())
                        .shards(rest.stream()
                                .limit(limit)
                                .map(EmulatedShard::describe)
                                .toList())
                        .hasMoreShards(rest.size() > limit));
    }

    DescribeStreamSummaryResponse.Builder describeStreamSummary(DescribeStreamSummaryRequest request) {
        EmulatedStream stream = streams.get(request.streamName(), request.streamARN());
        return DescribeStreamSummaryResponse.builder()
                .streamDescriptionSummary(
                        summary -> summary.streamName(stream.name().name())
                                .streamARN(stream.name().arn())
                                .streamStatus(stream.status())
                                .streamModeDetails(PROVISIONED)
                                .streamCreationTimestamp(created(stream))
                                .retentionPeriodHours(RETENTION_HOURS)
                                .encryptionType(EncryptionType.NONE)
                                .enhancedMonitoring(List.of())
                                .openShardCount(stream.openShardCount())
                                .consumerCount(0)
                                .maxRecordSizeInKiB(stream.maxRecordBytes() / KIB));
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
                .streamModeDetails(PROVISIONED)
                .streamCreationTimestamp(created(stream))
                .build();
    }

    private static Instant created(EmulatedStream stream) {
        return Instant.ofEpochMilli(stream.createdMillis());
    }
}
