package io.shardline.consumer.simulation;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.Decoded;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/**
 * The client of a producer whose aggregates have no mark, as in the version before the mark.
 *
 * <p>Thread-safe if the client behind it is.
 */
final class UnmarkingClient implements KinesisAsyncClient {

    private final KinesisAsyncClient client;

    UnmarkingClient(KinesisAsyncClient client) {
        this.client = client;
    }

    @Override
    public CompletableFuture<PutRecordsResponse> putRecords(PutRecordsRequest request) {
        return client.putRecords(request.toBuilder()
                .records(request.records().stream()
                        .map(UnmarkingClient::unmarked)
                        .toList())
                .build());
    }

    private static PutRecordsRequestEntry unmarked(PutRecordsRequestEntry entry) {
        return AggregateCodec.decode(entry.data().asByteArray()) instanceof Decoded.Aggregated aggregate
                ? entry.toBuilder()
                        .data(SdkBytes.fromByteArray(AggregateCodec.encode(aggregate.entries())))
                        .build()
                : entry;
    }

    @Override
    public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest request) {
        return client.listShards(request);
    }

    @Override
    public CompletableFuture<DescribeStreamSummaryResponse> describeStreamSummary(
            DescribeStreamSummaryRequest request) {
        return client.describeStreamSummary(request);
    }

    @Override
    public KinesisServiceClientConfiguration serviceClientConfiguration() {
        return client.serviceClientConfiguration();
    }

    @Override
    public String serviceName() {
        return client.serviceName();
    }

    @Override
    public void close() {
        client.close();
    }
}
