package io.shardline.testkit.junit;

import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.StoredRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * What a stream, or one shard of it, held at one moment.
 *
 * <p>Immutable.
 *
 * @param name how messages call it
 * @param shards its shards, closed ones too
 * @param records the Kinesis records in them
 * @param userRecords the user records in those
 */
record StreamContents(String name, List<Shard> shards, List<StoredRecord> records, List<StoredUserRecord> userRecords) {

    /** So many user records are shown in a message. */
    private static final int SHOWN = 30;

    /** The whole stream as it is now. */
    static StreamContents of(KinesisEmulator kinesis, String streamName) {
        return new StreamContents(
                "stream '" + streamName + "'",
                kinesis.shards(streamName),
                kinesis.records(streamName),
                StoredUserRecord.allIn(kinesis, streamName));
    }

    /** What of it is in one shard. */
    StreamContents in(String shardId) {
        return new StreamContents(
                shardId + " of " + name,
                shards.stream().filter(shard -> shard.shardId().equals(shardId)).toList(),
                records.stream()
                        .filter(record -> record.shardId().equals(shardId))
                        .toList(),
                userRecords.stream()
                        .filter(record -> record.shardId().equals(shardId))
                        .toList());
    }

    /** How many records there are, and the first of them, a line each. */
    String describe() {
        StringBuilder text = new StringBuilder(count(records.size(), "Kinesis record"));
        text.append(" with ").append(count(userRecords.size(), "user record"));
        Map<String, List<StoredUserRecord>> byShard = new LinkedHashMap<>();
        shards.forEach(shard -> byShard.put(label(shard), new ArrayList<>()));
        for (StoredUserRecord record : userRecords) {
            byShard.forEach((label, in) -> {
                if (label.startsWith(record.shardId())) {
                    in.add(record);
                }
            });
        }
        int left = SHOWN;
        for (Map.Entry<String, List<StoredUserRecord>> shard : byShard.entrySet()) {
            text.append("\n  ").append(shard.getKey()).append(shard.getValue().isEmpty() ? ": empty" : ":");
            for (StoredUserRecord record : shard.getValue()) {
                if (left-- > 0) {
                    text.append("\n    ").append(line(record));
                }
            }
        }
        return left >= 0 ? text.toString() : text + "\n  and " + -left + " more";
    }

    private static String label(Shard shard) {
        boolean open = shard.sequenceNumberRange().endingSequenceNumber() == null;
        return shard.shardId() + (open ? "" : " (closed)");
    }

    private static String line(StoredUserRecord record) {
        return record.sequenceNumber() + "/" + record.subSequenceNumber() + " "
                + Excerpt.of(record.partitionKey(), record.data());
    }

    /** {@code 1 record}, {@code 2 records}. */
    static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
