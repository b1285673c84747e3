package io.shardline.producer.internal;

import io.shardline.runtime.internal.ControlCalls;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;

/**
 * What DescribeStreamSummary tells of a stream that the producer needs to know.
 *
 * <p>Confined to the loop.
 */
final class StreamSummary {

    private static final int KIB = 1024;

    private final ControlCalls calls;
    private final KinesisAsyncClient client;

    StreamSummary(ControlCalls calls, KinesisAsyncClient client) {
        this.calls = calls;
        this.client = client;
    }

    /**
     * Looks up the largest record that a stream takes, data and partition key together, in bytes.
     *
     * @param streamName the stream's name or its ARN
     * @return completes on the loop
     */
    CompletableFuture<Integer> maxRecordSize(String streamName) {
        return describe(streamName).thenApply(StreamSummary::bytes);
    }

    /**
     * Looks up the ARN of a stream.
     *
     * @return completes on the loop
     */
    CompletableFuture<String> arn(String streamName) {
        return describe(streamName)
                .thenApply(answer -> answer.streamDescriptionSummary().streamARN());
    }

    private CompletableFuture<DescribeStreamSummaryResponse> describe(String streamName) {
        DescribeStreamSummaryRequest.Builder request = DescribeStreamSummaryRequest.builder();
        if (streamName.startsWith("arn:")) {
            request.streamARN(streamName);
        } else {
            request.streamName(streamName);
        }
        return calls.call(() -> client.describeStreamSummary(request.build()));
    }

    /** Endpoints older than large records say nothing, and take what every stream takes. */
    private static int bytes(DescribeStreamSummaryResponse answer) {
        Integer kib = answer.streamDescriptionSummary().maxRecordSizeInKiB();
        return kib == null ? RecordSizeLimit.OF_EVERY_STREAM : (int) Math.min(Integer.MAX_VALUE, (long) kib * KIB);
    }
}
