package io.shardline.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Records read from one place of a shard on, and the place after them.
 *
 * <p>Immutable.
 *
 * @param records in the order of their arrival
 * @param next the ordinal of the first record that is not among them
 * @param bytes of data and partition keys
 */
record ShardBatch(List<Record> records, int next, long bytes) {

    /** As many as there are, within both limits; at least one, however large, if there is one. */
    static ShardBatch read(EmulatedShard shard, int from, int maxRecords, long maxBytes) {
        ShardLog log = shard.log();
        int next = Math.max(from, log.first());
        List<Record> records = new ArrayList<>(Math.min(maxRecords, log.end() - next));
        long bytes = 0;
        while (next < log.end() && records.size() < maxRecords) {
            ShardLog.Entry entry = log.get(next);
            int size = entry.size();
            if (bytes + size > maxBytes && !records.isEmpty()) {
                break;
            }
            bytes += size;
            records.add(record(shard.sequenceNumber(next), entry));
            next++;
        }
        return new ShardBatch(records, next, bytes);
    }

    private static Record record(String sequenceNumber, ShardLog.Entry entry) {
        return Record.builder()
                .sequenceNumber(sequenceNumber)
                .approximateArrivalTimestamp(Instant.ofEpochMilli(entry.arrivalMillis()))
                .data(entry.data())
                .partitionKey(entry.partitionKey())
                .encryptionType(entry.isEncrypted() ? EncryptionType.KMS : null)
                .build();
    }

    /** Whether everything that the shard will ever have has been read. */
    boolean isAtTheEndOf(EmulatedShard shard) {
        return next == shard.log().end() && !shard.isOpen();
    }

    /** How long ago the first record not yet read arrived, at least 1; 0 if there is none, and only then. */
    long millisBehind(EmulatedShard shard, long nowMillis) {
        if (next == shard.log().end()) {
            return 0;
        }
        return Math.max(1, nowMillis - shard.log().get(next).arrivalMillis());
    }

    /** What a reader is told at the end of a shard. */
    static List<ChildShard> childShards(EmulatedStream stream, EmulatedShard parent) {
        return stream.children(parent).stream()
                .map(child -> ChildShard.builder()
                        .shardId(child.id())
                        .parentShards(
                                child.parents().stream().map(EmulatedShard::id).toList())
                        .hashKeyRange(child.hashKeyRange())
                        .build())
                .toList();
    }
}
