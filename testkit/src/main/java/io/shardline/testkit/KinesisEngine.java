package io.shardline.testkit;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * All operations of the emulated service on one account, whatever door they come in by.
 *
 * <p>Answers are the SDK's response builders, refusals are {@link ServiceError}s. Confined to the emulator's lock.
 */
final class KinesisEngine {
    private final Streams streams;
    private final StreamOperations streamOperations;
    private final ReshardOperations reshardOperations;
    private final ShardListing listing;
    private final RecordWriter writer;
    private final RecordReader reader;

    KinesisEngine(Streams streams) {
        this.streams = streams;
        this.streamOperations = new StreamOperations(streams);
        this.reshardOperations = new ReshardOperations(streams);
        this.listing = new ShardListing(streams);
        this.writer = new RecordWriter(streams);
        this.reader = new RecordReader(streams);
    }

    StreamOperations streams() {
        return streamOperations;
    }

    ReshardOperations resharding() {
        return reshardOperations;
    }

    ShardListing listing() {
        return listing;
    }

    RecordWriter writer() {
        return writer;
    }

    RecordReader reader() {
        return reader;
    }

    long nowMillis() {
        return streams.nowMillis();
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
        List<StoredRecord> records = new ArrayList<>();
        for (EmulatedShard shard : streams.get(streamName, null).shards()) {
            for (int ordinal = 0; ordinal < shard.size(); ordinal++) {
                records.add(shard.stored(ordinal));
            }
        }
        return records;
    }
}
