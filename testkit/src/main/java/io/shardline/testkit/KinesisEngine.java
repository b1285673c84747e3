package io.shardline.testkit;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.KinesisResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;

/**
 * The emulated service on one account, whatever door a request comes in by.
 *
 * <p>Requests and answers are the SDK's types, refusals are {@link ServiceError}s. Confined to the emulator's lock.
 */
final class KinesisEngine {
    private final Streams streams;
    private final Operations operations;
    private final FanOut fanOut;
    private final CallRates rates = new CallRates();

    KinesisEngine(Streams streams) {
        this.streams = streams;
        this.operations = new Operations(streams);
        this.fanOut = new FanOut(streams);
    }

    /** Answers any request but SubscribeToShard. */
    KinesisResponse.Builder answer(KinesisRequest request, Call call) {
        if (streams.quotas().on(Quota.CONTROL_CALLS)) {
            String named = CallTarget.of(request).stream();
            rates.count(call.operation(), named == null ? null : streams.find(named), streams.nowMillis());
        }
        return operations.answer(request, call);
    }

    Subscription subscribe(SubscribeToShardRequest request) {
        return fanOut.subscribe(request);
    }

    /** What a request is about, with a look at what its iterator or its hash keys lead to. */
    CallTarget target(KinesisRequest request) {
        if (request instanceof GetRecordsRequest read && read.shardIterator() != null) {
            return operations.reader().target(read.shardIterator());
        }
        CallTarget target = CallTarget.of(request);
        if (request instanceof PutRecordRequest put && target.stream() != null) {
            PutRecordsRequestEntry entry = PutRecordsRequestEntry.builder()
                    .data(put.data())
                    .partitionKey(put.partitionKey())
                    .explicitHashKey(put.explicitHashKey())
                    .build();
            return new CallTarget(target.stream(), shardOf(entry, streams.find(target.stream())));
        }
        return target;
    }

    /** Which entries of a request would go to that shard now. */
    BitSet entriesFor(PutRecordsRequest request, String shardId) {
        BitSet entries = new BitSet();
        String named = CallTarget.of(request).stream();
        EmulatedStream stream = named == null ? null : streams.find(named);
        for (int i = 0; i < request.records().size(); i++) {
            entries.set(i, shardId.equals(shardOf(request.records().get(i), stream)));
        }
        return entries;
    }

    private @Nullable String shardOf(PutRecordsRequestEntry entry, @Nullable EmulatedStream stream) {
        if (stream == null || stream.openShardCount() == 0) {
            return null;
        }
        EmulatedShard shard = operations.writer().route(entry, stream);
        return shard == null ? null : shard.id();
    }

    long nowMillis() {
        return streams.nowMillis();
    }

    /** Creates a stream that is ACTIVE at once. */
    void createActiveStream(String name, int shards) {
        streams.createActive(name, shards);
    }

    String arn(String streamName) {
        return streams.get(streamName, null).name().arn();
    }

    List<Shard> shards(String streamName) {
        return streams.get(streamName, null).shards().stream()
                .map(EmulatedShard::describe)
                .toList();
    }

    List<StoredRecord> records(String streamName) {
        EmulatedStream stream = trimmed(streamName);
        List<StoredRecord> records = new ArrayList<>();
        for (EmulatedShard shard : stream.shards()) {
            records.addAll(storedFrom(shard.log().first(), shard));
        }
        return records;
    }

    List<StoredRecord> recordsAfter(String streamName, String shardId, @Nullable StoredRecord after) {
        EmulatedShard shard = trimmed(streamName).shard(shardId);
        if (shard == null) {
            return List.of();
        }
        SequenceNumber number = after == null ? null : SequenceNumber.parse(after.sequenceNumber());
        return storedFrom(number == null ? shard.log().first() : shard.ordinalAfter(number), shard);
    }

    private EmulatedStream trimmed(String streamName) {
        EmulatedStream stream = streams.get(streamName, null);
        stream.trim(nowMillis());
        return stream;
    }

    private static List<StoredRecord> storedFrom(int first, EmulatedShard shard) {
        List<StoredRecord> records = new ArrayList<>();
        for (int ordinal = first; ordinal < shard.log().end(); ordinal++) {
            records.add(shard.stored(ordinal));
        }
        return records;
    }

    /** Ends everything that would go on by itself. */
    void close() {
        ServiceError closed = ServiceError.closed();
        for (EmulatedStream stream : streams.all()) {
            for (EmulatedShard shard : stream.shards()) {
                shard.subscriptions().forEach(subscription -> subscription.fail(closed));
            }
        }
    }
}
