package io.shardline.benchmarks;

import io.shardline.testkit.KinesisEmulator;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * A stream in an emulator, and the calls that fill and read it: 500 records of 100 bytes a call in, up to 10,000 out.
 *
 * <p>Keys and payloads are objects of their own in every call, as those of an application are. Confined to one thread.
 */
final class Load implements AutoCloseable {
    static final String STREAM = "load";
    static final int ENTRIES = 500;
    static final int RECORD_BYTES = 100;

    private final KinesisEmulator emulator;
    private final KinesisAsyncClient client;
    private long keys;

    Load(int shards) {
        emulator = KinesisEmulator.builder().liftAll().build();
        client = emulator.client();
        emulator.createStream(STREAM, shards);
    }

    /** One call. */
    PutRecordsResponse put() {
        List<PutRecordsRequestEntry> entries = new ArrayList<>(ENTRIES);
        for (int i = 0; i < ENTRIES; i++) {
            entries.add(PutRecordsRequestEntry.builder()
                    .partitionKey("key-" + keys++)
                    .data(SdkBytes.fromByteArrayUnsafe(new byte[RECORD_BYTES]))
                    .build());
        }
        PutRecordsRequest request =
                PutRecordsRequest.builder().streamName(STREAM).records(entries).build();
        return client.putRecords(request).join();
    }

    /** Calls until that many records have been put. */
    void fill(int records) {
        for (int put = 0; put < records; put += ENTRIES) {
            put();
        }
    }

    String firstIterator(int shard) {
        String id = emulator.shards(STREAM).get(shard).shardId();
        return client.getShardIterator(
                        r -> r.streamName(STREAM).shardId(id).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .join()
                .shardIterator();
    }

    /** One call. */
    GetRecordsResponse read(String iterator) {
        return client.getRecords(r -> r.shardIterator(iterator)).join();
    }

    @Override
    public void close() {
        emulator.close();
    }
}
