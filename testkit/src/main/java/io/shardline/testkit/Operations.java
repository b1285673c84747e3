package io.shardline.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import software.amazon.awssdk.services.kinesis.model.AddTagsToStreamRequest;
import software.amazon.awssdk.services.kinesis.model.CreateStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DecreaseStreamRetentionPeriodRequest;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DeregisterStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeLimitsRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DisableEnhancedMonitoringRequest;
import software.amazon.awssdk.services.kinesis.model.EnableEnhancedMonitoringRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.IncreaseStreamRetentionPeriodRequest;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.KinesisResponse;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamConsumersRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamsRequest;
import software.amazon.awssdk.services.kinesis.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.kinesis.model.ListTagsForStreamRequest;
import software.amazon.awssdk.services.kinesis.model.MergeShardsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.RegisterStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.RemoveTagsFromStreamRequest;
import software.amazon.awssdk.services.kinesis.model.SplitShardRequest;
import software.amazon.awssdk.services.kinesis.model.StartStreamEncryptionRequest;
import software.amazon.awssdk.services.kinesis.model.StopStreamEncryptionRequest;
import software.amazon.awssdk.services.kinesis.model.TagResourceRequest;
import software.amazon.awssdk.services.kinesis.model.UntagResourceRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateStreamModeRequest;

/**
 * Which part of the engine answers which request; SubscribeToShard, whose answer never ends, is not among them.
 *
 * <p>Confined to the engine's lock.
 */
final class Operations {
    private final Map<Class<?>, BiFunction<KinesisRequest, Call, KinesisResponse.Builder>> handlers =
            new LinkedHashMap<>();
    private final RecordReader reader;
    private final RecordWriter writer;

    Operations(Streams streams) {
        reader = new RecordReader(streams);
        writer = new RecordWriter(streams);
        data(new ShardListing(streams));
        resharding(new ReshardOperations(streams));
        SettingsOperations settings = new SettingsOperations(streams);
        settings(settings);
        streams(new StreamOperations(streams, settings));
        tags(new TagOperations(streams));
        consumers(new ConsumerOperations(streams));
    }

    private void data(ShardListing listing) {
        add(
                ListShardsRequest.class,
                (request, call) -> listing.listShards(OddAnswers.asked(request, call.fault()), call.listedAtMillis()));
        add(PutRecordRequest.class, writer::putRecord);
        add(PutRecordsRequest.class, (request, call) -> writer.putRecords(request, call.admission()));
        add(GetShardIteratorRequest.class, reader::getShardIterator);
        add(GetRecordsRequest.class, (request, call) -> reader.getRecords(request, call.repeatedRecords()));
    }

    private void resharding(ReshardOperations resharding) {
        add(SplitShardRequest.class, resharding::splitShard);
        add(MergeShardsRequest.class, resharding::mergeShards);
        add(UpdateShardCountRequest.class, resharding::updateShardCount);
    }

    private void settings(SettingsOperations settings) {
        add(UpdateMaxRecordSizeRequest.class, settings::updateMaxRecordSize);
        add(IncreaseStreamRetentionPeriodRequest.class, settings::increaseRetention);
        add(DecreaseStreamRetentionPeriodRequest.class, settings::decreaseRetention);
        add(UpdateStreamModeRequest.class, settings::updateMode);
        add(StartStreamEncryptionRequest.class, settings::startEncryption);
        add(StopStreamEncryptionRequest.class, settings::stopEncryption);
        add(EnableEnhancedMonitoringRequest.class, settings::enableMonitoring);
        add(DisableEnhancedMonitoringRequest.class, settings::disableMonitoring);
    }

    private void streams(StreamOperations streams) {
        add(CreateStreamRequest.class, streams::createStream);
        add(DeleteStreamRequest.class, streams::deleteStream);
        add(DescribeStreamRequest.class, streams::describeStream);
        add(DescribeStreamSummaryRequest.class, streams::describeStreamSummary);
        add(ListStreamsRequest.class, streams::listStreams);
        add(DescribeLimitsRequest.class, request -> streams.describeLimits());
    }

    private void tags(TagOperations tags) {
        add(AddTagsToStreamRequest.class, tags::addToStream);
        add(RemoveTagsFromStreamRequest.class, tags::removeFromStream);
        add(ListTagsForStreamRequest.class, tags::listOfStream);
        add(TagResourceRequest.class, tags::addToResource);
        add(UntagResourceRequest.class, tags::removeFromResource);
        add(ListTagsForResourceRequest.class, tags::listOfResource);
    }

    private void consumers(ConsumerOperations consumers) {
        add(RegisterStreamConsumerRequest.class, consumers::register);
        add(DescribeStreamConsumerRequest.class, consumers::describe);
        add(DeregisterStreamConsumerRequest.class, consumers::deregister);
        add(ListStreamConsumersRequest.class, consumers::list);
    }

    private <Q extends KinesisRequest> void add(Class<Q> type, Function<Q, KinesisResponse.Builder> handler) {
        add(type, (request, call) -> handler.apply(request));
    }

    private <Q extends KinesisRequest> void add(Class<Q> type, BiFunction<Q, Call, KinesisResponse.Builder> handler) {
        handlers.put(type, (request, call) -> handler.apply(type.cast(request), call));
    }

    RecordReader reader() {
        return reader;
    }

    RecordWriter writer() {
        return writer;
    }

    KinesisResponse.Builder answer(KinesisRequest request, Call call) {
        BiFunction<KinesisRequest, Call, KinesisResponse.Builder> handler = handlers.get(request.getClass());
        if (handler == null) {
            throw new UnsupportedOperationException(
                    "not emulated: " + request.getClass().getSimpleName());
        }
        return OddAnswers.spoil(request, handler.apply(request, call), call.fault());
    }
}
