package io.shardline.testkit;

import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;
import software.amazon.awssdk.services.kinesis.model.CreateStreamRequest;
import software.amazon.awssdk.services.kinesis.model.CreateStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ListStreamsRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesis.model.MergeShardsRequest;
import software.amazon.awssdk.services.kinesis.model.MergeShardsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.SplitShardRequest;
import software.amazon.awssdk.services.kinesis.model.SplitShardResponse;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeResponse;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountResponse;

/**
 * The emulator's door for code in the same JVM: the SDK's client without a wire.
 *
 * <p>Operations that are not here fail as the SDK's interface does for those. Thread-safe.
 */
final class InProcessClient implements KinesisAsyncClient {
    private final Transport transport;

    InProcessClient(Transport transport) {
        this.transport = transport;
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    /** Nothing to close: a client has no connections, and the emulator may have other clients. */
    @Override
    public void close() {}

    /** Says that calls are not retried, which those who retry themselves want to know. */
    @Override
    public KinesisServiceClientConfiguration serviceClientConfiguration() {
        ClientOverrideConfiguration once = ClientOverrideConfiguration.builder()
                .retryStrategy(AwsRetryStrategy.doNotRetry())
                .build();
        return KinesisServiceClientConfiguration.builder()
                .overrideConfiguration(once)
                .build();
    }

    @Override
    public CompletableFuture<CreateStreamResponse> createStream(CreateStreamRequest request) {
        return transport.send(
                "CreateStream",
                request,
                (engine, call) ->
                        call.stamp(engine.streams().createStream(request)).build());
    }

    @Override
    public CompletableFuture<DeleteStreamResponse> deleteStream(DeleteStreamRequest request) {
        return transport.send(
                "DeleteStream",
                request,
                (engine, call) ->
                        call.stamp(engine.streams().deleteStream(request)).build());
    }

    @Override
    public CompletableFuture<DescribeStreamResponse> describeStream(DescribeStreamRequest request) {
        return transport.send(
                "DescribeStream",
                request,
                (engine, call) ->
                        call.stamp(engine.streams().describeStream(request)).build());
    }

    @Override
    public CompletableFuture<DescribeStreamSummaryResponse> describeStreamSummary(
            DescribeStreamSummaryRequest request) {
        return transport.send(
                "DescribeStreamSummary",
                request,
                (engine, call) -> call.stamp(engine.streams().describeStreamSummary(request))
                        .build());
    }

    @Override
    public CompletableFuture<ListStreamsResponse> listStreams(ListStreamsRequest request) {
        return transport.send(
                "ListStreams",
                request,
                (engine, call) ->
                        call.stamp(engine.streams().listStreams(request)).build());
    }

    @Override
    public CompletableFuture<UpdateMaxRecordSizeResponse> updateMaxRecordSize(UpdateMaxRecordSizeRequest request) {
        return transport.send(
                "UpdateMaxRecordSize",
                request,
                (engine, call) -> call.stamp(engine.streams().updateMaxRecordSize(request))
                        .build());
    }

    @Override
    public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest request) {
        return transport.send(
                "ListShards",
                request,
                (engine, call) ->
                        call.stamp(engine.listing().listShards(request)).build());
    }

    @Override
    public CompletableFuture<PutRecordResponse> putRecord(PutRecordRequest request) {
        return transport.send(
                "PutRecord",
                request,
                (engine, call) -> call.stamp(engine.writer().putRecord(request)).build());
    }

    @Override
    public CompletableFuture<PutRecordsResponse> putRecords(PutRecordsRequest request) {
        return transport.send(
                "PutRecords",
                request,
                (engine, call) -> call.stamp(engine.writer().putRecords(request, call.admission()))
                        .build());
    }

    @Override
    public CompletableFuture<GetShardIteratorResponse> getShardIterator(GetShardIteratorRequest request) {
        return transport.send(
                "GetShardIterator",
                request,
                (engine, call) ->
                        call.stamp(engine.reader().getShardIterator(request)).build());
    }

    @Override
    public CompletableFuture<GetRecordsResponse> getRecords(GetRecordsRequest request) {
        return transport.send(
                "GetRecords",
                request,
                (engine, call) ->
                        call.stamp(engine.reader().getRecords(request)).build());
    }

    @Override
    public CompletableFuture<SplitShardResponse> splitShard(SplitShardRequest request) {
        return transport.send(
                "SplitShard",
                request,
                (engine, call) ->
                        call.stamp(engine.resharding().splitShard(request)).build());
    }

    @Override
    public CompletableFuture<MergeShardsResponse> mergeShards(MergeShardsRequest request) {
        return transport.send(
                "MergeShards",
                request,
                (engine, call) ->
                        call.stamp(engine.resharding().mergeShards(request)).build());
    }

    @Override
    public CompletableFuture<UpdateShardCountResponse> updateShardCount(UpdateShardCountRequest request) {
        return transport.send(
                "UpdateShardCount",
                request,
                (engine, call) -> call.stamp(engine.resharding().updateShardCount(request))
                        .build());
    }
}
