package io.shardline.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * One shard: its range, its lineage, and its log.
 *
 * <p>Confined to the engine's lock.
 */
final class EmulatedShard {
    private static final long OPEN = Long.MAX_VALUE;
    private static final int ID_DIGITS = 12;
    private static final long MILLIS_PER_SECOND = 1000;

    private final int number;
    private final String id;
    private final HashKey start;
    private final HashKey end;
    private final List<EmulatedShard> parents;
    private final long createdMillis;
    private final long createdSecond;
    private final List<LogEntry> log = new ArrayList<>();
    private long closedMillis = OPEN;

    /**
     * One record as kept; its sequence number follows from its place in the log, its arrival and its shard.
     *
     * @param data the stream's own copy
     */
    record LogEntry(String partitionKey, @Nullable String explicitHashKey, SdkBytes data, long arrivalMillis) {}

    /** The range of a shard, both ends included. */
    record Range(HashKey start, HashKey end) {}

    EmulatedShard(int number, Range range, List<EmulatedShard> parents, long createdMillis) {
        this.number = number;
        this.id = id(number);
        this.start = range.start();
        this.end = range.end();
        this.parents = List.copyOf(parents);
        this.createdMillis = createdMillis;
        // Sequence numbers begin with this second, and a child's must be greater than its parents'.
        long second = createdMillis / MILLIS_PER_SECOND;
        for (EmulatedShard parent : parents) {
            second = Math.max(second, parent.createdSecond + 1);
        }
        this.createdSecond = second;
    }

    static String id(int number) {
        String digits = Integer.toString(number);
        return "shardId-" + "0".repeat(ID_DIGITS - digits.length()) + digits;
    }

    int number() {
        return number;
    }

    String id() {
        return id;
    }

    HashKey start() {
        return start;
    }

    HashKey end() {
        return end;
    }

    long createdMillis() {
        return createdMillis;
    }

    /** When it was closed; far in the future while it is open. */
    long closedMillis() {
        return closedMillis;
    }

    List<EmulatedShard> parents() {
        return parents;
    }

    boolean isOpen() {
        return closedMillis == OPEN;
    }

    void close(long nowMillis) {
        closedMillis = nowMillis;
    }

    /** Adds a record and returns its sequence number; the caller has validated and routed it. */
    String append(LogEntry entry) {
        log.add(entry);
        return sequenceNumber(log.size() - 1);
    }

    int size() {
        return log.size();
    }

    LogEntry entry(int ordinal) {
        return log.get(ordinal);
    }

    /** The latest arrival so far, so that time stamps in a log never go back; the creation while it is empty. */
    long lastArrivalMillis() {
        return log.isEmpty() ? createdMillis : log.get(log.size() - 1).arrivalMillis();
    }

    String sequenceNumber(int ordinal) {
        long second = log.get(ordinal).arrivalMillis() / MILLIS_PER_SECOND;
        return new SequenceNumber(createdSecond, number, ordinal + 1L, second).toString();
    }

    private String startingSequenceNumber() {
        return new SequenceNumber(createdSecond, number, 0, createdSecond).toString();
    }

    private String endingSequenceNumber() {
        long second = closedMillis / MILLIS_PER_SECOND;
        return new SequenceNumber(createdSecond, number, SequenceNumber.LAST_INDEX, second).toString();
    }

    /** Whether a sequence number was, or will be, given out by this shard. */
    boolean issued(SequenceNumber sequence) {
        boolean inLog = sequence.index() >= 0 && sequence.index() <= log.size();
        boolean ending = !isOpen() && sequence.index() == SequenceNumber.LAST_INDEX;
        return sequence.shard() == number && sequence.shardCreated() == createdSecond && (inLog || ending);
    }

    /** The place of the record with that number, or of the first one after it. */
    int ordinalAt(SequenceNumber sequence) {
        return (int) Math.min(log.size(), Math.max(0, sequence.index() - 1));
    }

    /** The place after the record with that number. */
    int ordinalAfter(SequenceNumber sequence) {
        return (int) Math.min(log.size(), sequence.index());
    }

    /** The place of the first record that arrived at that time or later. */
    int ordinalAt(long arrivalMillis) {
        int low = 0;
        int high = log.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (log.get(middle).arrivalMillis() < arrivalMillis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    HashKeyRange hashKeyRange() {
        return HashKeyRange.builder()
                .startingHashKey(start.toString())
                .endingHashKey(end.toString())
                .build();
    }

    /** The shard as the service describes it. */
    Shard describe() {
        return Shard.builder()
                .shardId(id)
                .parentShardId(parents.isEmpty() ? null : parents.get(0).id)
                .adjacentParentShardId(parents.size() < 2 ? null : parents.get(1).id)
                .hashKeyRange(hashKeyRange())
                .sequenceNumberRange(range -> range.startingSequenceNumber(startingSequenceNumber())
                        .endingSequenceNumber(isOpen() ? null : endingSequenceNumber()))
                .build();
    }

    StoredRecord stored(int ordinal) {
        LogEntry entry = log.get(ordinal);
        return new StoredRecord(
                id,
                sequenceNumber(ordinal),
                entry.partitionKey(),
                entry.explicitHashKey(),
                entry.data(),
                Instant.ofEpochMilli(entry.arrivalMillis()));
    }
}
