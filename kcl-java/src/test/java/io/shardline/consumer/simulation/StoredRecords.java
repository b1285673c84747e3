package io.shardline.consumer.simulation;

import io.shardline.consumer.ConsumerRecord;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.StoredRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the stream holds, shard by shard. Only what has come since is copied from the emulator, since this is asked very often.
 *
 * <p>Confined to one thread.
 */
final class StoredRecords {

    private final KinesisEmulator kinesis;
    private final String stream;
    private final Map<String, List<StoredRecord>> shards = new HashMap<>();
    private final Map<String, Map<String, StoredRecord>> byNumber = new HashMap<>();

    StoredRecords(KinesisEmulator kinesis, String stream) {
        this.kinesis = kinesis;
        this.stream = stream;
    }

    /** The records of a shard in the order of arrival; never changed but by being added to. */
    List<StoredRecord> of(String shardId) {
        List<StoredRecord> known = shards.computeIfAbsent(shardId, unseen -> new ArrayList<>());
        StoredRecord last = known.isEmpty() ? null : known.get(known.size() - 1);
        List<StoredRecord> fresh = kinesis.recordsAfter(stream, shardId, last);
        known.addAll(fresh);
        Map<String, StoredRecord> numbers = byNumber.computeIfAbsent(shardId, unseen -> new HashMap<>());
        fresh.forEach(record -> numbers.put(record.sequenceNumber(), record));
        return known;
    }

    /** The record of the stream that a handler's record was read from; null if there is none. */
    @Nullable
    StoredRecord sourceOf(ConsumerRecord record) {
        of(record.shardId());
        return byNumber.getOrDefault(record.shardId(), Map.of()).get(record.sequenceNumber());
    }
}
