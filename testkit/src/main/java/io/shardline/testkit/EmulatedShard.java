package io.shardline.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * One shard: its range, its lineage, its log, and who reads it by fan-out.
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
    private final ShardLog log;
    private final ShardTraffic traffic;
    private final List<Subscription> subscriptions = new ArrayList<>();
    private long closedMillis = OPEN;

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
        this.log = new ShardLog(createdMillis);
        this.traffic = new ShardTraffic(createdMillis);
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

    boolean isClosedBy(long millis) {
        return closedMillis <= millis;
    }

    boolean isOpen() {
        return closedMillis == OPEN;
    }

    void close(long nowMillis) {
        closedMillis = nowMillis;
        wakeSubscriptions();
    }

    ShardLog log() {
        return log;
    }

    ShardTraffic traffic() {
        return traffic;
    }

    /** Adds a record and returns its sequence number; the caller has validated and routed it. */
    String append(ShardLog.Entry entry) {
        String number = sequenceNumber(log.append(entry), entry.arrivalMillis());
        wakeSubscriptions();
        return number;
    }

    void add(Subscription subscription) {
        subscriptions.add(subscription);
    }

    void remove(Subscription subscription) {
        subscriptions.remove(subscription);
    }

    /** Tells those who wait that there may be something. */
    void wakeSubscriptions() {
        for (Subscription subscription : subscriptions) {
            subscription.wake();
        }
    }

    /** Those who read by fan-out; a copy, because ending them changes it. */
    List<Subscription> subscriptions() {
        return List.copyOf(subscriptions);
    }

    String sequenceNumber(int ordinal) {
        return sequenceNumber(ordinal, log.get(ordinal).arrivalMillis());
    }

    private String sequenceNumber(int ordinal, long arrivalMillis) {
        return new SequenceNumber(createdSecond, number, ordinal + 1L, arrivalMillis / MILLIS_PER_SECOND).toString();
    }

    /** The number of the last record before that ordinal: reading goes on after it. The shard's start if there was none. */
    String numberBefore(int ordinal) {
        if (ordinal == 0) {
            return startingSequenceNumber();
        }
        return ordinal > log.first()
                ? sequenceNumber(ordinal - 1)
                : sequenceNumber(ordinal - 1, log.lastArrivalMillis());
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
        boolean inLog = sequence.index() >= 0 && sequence.index() <= log.end();
        boolean ending = !isOpen() && sequence.index() == SequenceNumber.LAST_INDEX;
        return sequence.shard() == number && sequence.shardCreated() == createdSecond && (inLog || ending);
    }

    /** The place of the record with that number, or of the first one after it that is still there. */
    int ordinalAt(SequenceNumber sequence) {
        return place(sequence.index() - 1);
    }

    /** The place after the record with that number, or of the first one that is still there. */
    int ordinalAfter(SequenceNumber sequence) {
        return place(sequence.index());
    }

    private int place(long ordinal) {
        return (int) Math.min(log.end(), Math.max(log.first(), ordinal));
    }

    HashKeyRange hashKeyRange() {
        return HashKeyRange.builder()
                .startingHashKey(start.toString())
                .endingHashKey(end.toString())
                .build();
    }

    /** The shard as the service describes it. */
    Shard describe() {
        return describe(OPEN - 1);
    }

    /** The shard as the service described it at that time. */
    Shard describe(long asOfMillis) {
        return Shard.builder()
                .shardId(id)
                .parentShardId(parents.isEmpty() ? null : parents.get(0).id)
                .adjacentParentShardId(parents.size() < 2 ? null : parents.get(1).id)
                .hashKeyRange(hashKeyRange())
                .sequenceNumberRange(range -> range.startingSequenceNumber(startingSequenceNumber())
                        .endingSequenceNumber(isClosedBy(asOfMillis) ? endingSequenceNumber() : null))
                .build();
    }

    StoredRecord stored(int ordinal) {
        ShardLog.Entry entry = log.get(ordinal);
        return new StoredRecord(
                id,
                sequenceNumber(ordinal),
                entry.partitionKey(),
                entry.explicitHashKey(),
                entry.data(),
                Instant.ofEpochMilli(entry.arrivalMillis()));
    }
}
