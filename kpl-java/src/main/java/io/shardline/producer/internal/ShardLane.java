package io.shardline.producer.internal;

import io.shardline.aggregation.HashKeyRange;
import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerStatistics;
import io.shardline.runtime.internal.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All that waits for one shard, in order: the next load's aggregates, what comes behind them, and how much is in flight.
 *
 * <p>At most one load of an ordered lane is in flight, so that a retry cannot be overtaken. That costs no throughput, because
 * meanwhile the next load grows. Confined to the loop.
 */
final class ShardLane {

    /** Entries in one request; a limit of PutRecords. */
    static final int MOST_ENTRIES = 500;

    /** How far the lane looks behind records that must wait because their key is in the load already. */
    private static final int MOST_LOOKED_AT = 1_000;

    /** More than the format adds to a record that is alone in an aggregate. */
    private static final int LONE_OVERHEAD = 96;

    /** A shard that others fill may have room for half of it. */
    private static final int REFUSALS_BEFORE_HALVING = 5;

    /** Lanes that have been refused equally often are tried again at so many different times in the longest wait. */
    private static final int MOST_RETRY_TIMES = 4;

    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2));

    private final StreamLanes stream;
    private final ShardMap.OpenShard shard;
    private final LoopContext context;
    private final ProducerSettings settings;
    private final LaneSchedule.Place place;
    private LaneRate rate;

    private final NextLoad aggregated;
    private final RecordQueue behind = new RecordQueue();
    private int inFlight;
    private int aggregateLimit;

    private int failures;
    private long notBefore;

    /** Lanes of a request that was refused travel with their own half only; 0 is everybody. */
    private long company;

    /** Fewer records than usual in a load, while a bad one is looked for. */
    private int mostRecords = Integer.MAX_VALUE;

    /** What was put up to this time does not linger any more, for others wait for its memory. */
    private long hurriedUpTo = -1;

    ShardLane(StreamLanes stream, ShardMap.OpenShard shard, LoopContext context) {
        this.stream = stream;
        this.shard = shard;
        this.context = context;
        this.settings = context.settings();
        this.place = context.schedule().newPlace(this, stream.queue());
        this.rate = new LaneRate(settings.rateShare(), context.ticks().now());
        this.aggregated = new NextLoad(settings);
        this.aggregateLimit = settings.idleAggregate();
    }

    StreamLanes stream() {
        return stream;
    }

    LaneSchedule.Place place() {
        return place;
    }

    /** Something threw: corrects how many loads are in flight, and makes the next one from the records anew. */
    void recover(int loads) {
        inFlight = loads;
        reaggregate();
    }

    /** Whether a record waits here. */
    boolean holds(PendingRecord pending) {
        return behind.contains(pending) || aggregated.contains(pending);
    }

    ShardMap.OpenShard shard() {
        return shard;
    }

    String shardId() {
        return shard.shardId();
    }

    HashKeyRange range() {
        return shard.range();
    }

    /** The lane stands for so many shards. */
    void widen(int shards) {
        rate = new LaneRate(shards * settings.rateShare(), context.ticks().now());
        touch();
    }

    long company() {
        return company;
    }

    boolean hasInFlight() {
        return inFlight > 0;
    }

    boolean isEmpty() {
        return aggregated.isEmpty() && behind.isEmpty();
    }

    // ---- what waits ----

    void add(PendingRecord pending) {
        touch();
        if (!behind.isEmpty() || !tryFill(pending)) {
            behind.add(pending);
        }
    }

    /** Puts records before all that wait: they were sent before, or are older. */
    void putBack(List<PendingRecord> earlier) {
        touch();
        reopen();
        behind.addBefore(earlier);
        aggregateLimit = settings.busyAggregate();
    }

    /** Fills the next load with what has come to wait. */
    void filled() {
        fill();
        touch();
    }

    /** Adds all that waits to a list, in order, and keeps it. */
    void copyTo(List<PendingRecord> list) {
        list.addAll(aggregated.records());
        behind.copyTo(list);
    }

    /** Forgets what waits; whoever calls this has it. */
    void clear() {
        aggregated.clear();
        behind.clear();
    }

    /** Fails all that waits. If something throws, those that are left are still here. */
    void fail(FailureReason reason, String why) {
        touch();
        aggregated.records().forEach(pending -> context.outcomes().failed(pending, reason, why));
        aggregated.clear();
        behind.handOver(pending -> context.outcomes().failed(pending, reason, why));
    }

    /** Lets the next load grow to its full size, because it cannot leave yet. */
    void grow() {
        if (aggregateLimit != settings.busyAggregate()) {
            aggregateLimit = settings.busyAggregate();
            fill();
            touch();
        }
    }

    /** Fills the next load anew, because what may be in it has changed. */
    void reaggregate() {
        reopen();
        fill();
        touch();
    }

    private void fill() {
        PendingRecord next = behind.peek();
        while (next != null && tryFill(next)) {
            behind.remove();
            next = behind.peek();
        }
    }

    private boolean tryFill(PendingRecord next) {
        return isAggregatable(next) && aggregated.count() < mostRecords && aggregated.tryAdd(next, aggregateLimit);
    }

    /** Makes waiting records of the aggregates' again. */
    private void reopen() {
        behind.addBefore(aggregated.records());
        aggregated.clear();
    }

    private boolean isAggregatable(PendingRecord pending) {
        return settings.aggregationEnabled()
                && !stream.goesSingly()
                && pending.size() + LONE_OVERHEAD <= settings.busyAggregate();
    }

    // ---- when ----

    void touch() {
        context.schedule().changed(place);
    }

    /** Lets nothing linger that is here now. */
    void hurry(long now) {
        hurriedUpTo = now;
        touch();
    }

    /** When the oldest waiting record will have waited too long. */
    long expiresAt() {
        return isEmpty() ? Ticks.NEVER : settings.expiresAt(oldestPutAt());
    }

    /** When the first waiting record was put. */
    long age() {
        return head().putAt;
    }

    /** When something may be sent of what waits, whether it lingers or not; never if it is not known. */
    long openAt() {
        boolean waitsForAnswers = settings.ordered() && (inFlight > 0 || stream.isHeldBack(this));
        return isEmpty() || waitsForAnswers ? Ticks.NEVER : Math.max(notBefore, rate.openAt());
    }

    /** Until when what waits may be waiting for company. */
    long lingersUntil() {
        if (isEmpty()) {
            return Ticks.NEVER;
        }
        return isFull() ? head().putAt : lingersUntil(head());
    }

    private long lingersUntil(PendingRecord pending) {
        boolean urgent = pending.wasTried() || pending.putAt <= hurriedUpTo || stream.isHurried(pending.putAt);
        return urgent ? pending.putAt : Ticks.after(pending.putAt, settings.lingerNanos());
    }

    /** What waits takes so much of the memory budget. */
    long heldMemory() {
        return aggregated.cost() + behind.cost();
    }

    private boolean isFull() {
        if (!aggregated.isEmpty()) {
            return !behind.isEmpty() || aggregated.isFull(aggregateLimit);
        }
        // With aggregation, a record that is in no aggregate is too large for any: nothing to wait for.
        return settings.aggregationEnabled()
                || behind.count() >= MOST_ENTRIES
                || behind.bytes() >= settings.busyAggregate();
    }

    private PendingRecord head() {
        if (!aggregated.isEmpty()) {
            return aggregated.first().first();
        }
        PendingRecord first = behind.peek();
        if (first == null) {
            throw new IllegalStateException("the lane of " + shardId() + " is empty");
        }
        return first;
    }

    private long oldestPutAt() {
        return aggregated.isEmpty() ? head().putAt : aggregated.oldestPutAt();
    }

    ProducerStatistics.Lane statistics(long now) {
        return new ProducerStatistics.Lane(
                stream.name(),
                shardId(),
                aggregated.count() + behind.count(),
                aggregated.size() + behind.bytes(),
                inFlight,
                Duration.ofNanos(isEmpty() ? 0 : now - oldestPutAt()),
                rate.share());
    }

    // ---- what goes ----

    /** Fails what is too old to be sent; the rest may have to be aggregated again before it can be sent. */
    void expire(long now) {
        cutExpired(now);
        // Without order an old record may stand behind a young one, and come in with it.
        while (isExpired(aggregated.oldestPutAt(), now)) {
            cutExpired(now);
        }
    }

    private void cutExpired(long now) {
        if (isExpired(aggregated.oldestPutAt(), now)) {
            touch();
            List<PendingRecord> dissolved = aggregated.records();
            dissolved.stream().filter(pending -> isExpired(pending.putAt, now)).forEach(this::expired);
            behind.addBefore(dissolved.stream()
                    .filter(pending -> !isExpired(pending.putAt, now))
                    .toList());
            aggregated.clear();
        }
        PendingRecord next = behind.peek();
        while (aggregated.isEmpty() && next != null && isExpired(next.putAt, now)) {
            touch();
            expired(next);
            behind.remove();
            next = behind.peek();
        }
        if (!settings.ordered()) {
            fill();
        }
    }

    /**
     * Aggregates what waits, up to the first that has expired. Expiry takes aggregates apart, and in an outage something expires with
     * every put. An old record may stand behind a young one: both parents of a lane may have put theirs back.
     */
    void refill(long now) {
        PendingRecord next = behind.peek();
        while (next != null && !isExpired(next.putAt, now) && tryFill(next)) {
            behind.remove();
            next = behind.peek();
        }
    }

    private boolean isExpired(long putAt, long now) {
        return settings.expiresAt(putAt) <= now;
    }

    private void expired(PendingRecord pending) {
        stream.givenUp(pending, FailureReason.EXPIRED, "its time to live ended");
    }

    /** The most bytes that {@link #takeLoad} may take now. */
    long loadBytes(long now) {
        return aggregated.isEmpty()
                ? Math.max(head().size(), Math.min(behind.bytes(), mostRawBytes(now)))
                : Math.max(aggregated.first().size(), Math.min(aggregated.size(), rate.bytesAt(now)));
    }

    /** The most entries that {@link #takeLoad} may take now. */
    int loadEntries(long now) {
        return Math.min(aggregated.isEmpty() ? behind.count() : aggregated.aggregates(), mostEntries(now));
    }

    private int mostEntries(long now) {
        return Math.min(Math.min(MOST_ENTRIES, mostRecords), rate.recordsAt(now));
    }

    private long mostRawBytes(long now) {
        return Math.min(settings.busyAggregate(), rate.bytesAt(now));
    }

    /** Takes what is next for one request; the lane is {@link #filled} when the request is known. */
    LaneLoad takeLoad(long now) {
        LaneLoad load = new LaneLoad(this, new ArrayList<>(loadEntries(now)));
        stream.judge().expect(load);
        inFlight++;
        if (aggregated.isEmpty()) {
            takeRaw(load.entries(), now);
        } else {
            takeAggregates(load.entries(), now);
        }
        rate.sent(load.entries().size(), load.bytes(), now);
        if (settings.ordered()) {
            aggregateLimit = settings.busyAggregate();
        }
        touch();
        return load;
    }

    /** What is full or has lingered: the last aggregate may grow on while others are sent. */
    private void takeAggregates(List<RequestEntry> taken, long now) {
        boolean withLast = !behind.isEmpty()
                || aggregated.isLastFull(aggregateLimit)
                || lingersUntil(aggregated.last().first()) <= now;
        aggregated.take(taken, mostEntries(now), rate.bytesAt(now), withLast);
    }

    /** Records from the front, each partition key once if there is an order to keep; the others stay, in order. */
    private void takeRaw(List<RequestEntry> taken, long now) {
        List<PendingRecord> passedOver = new ArrayList<>();
        try {
            takeRaw(taken, passedOver, now);
        } finally {
            behind.addBefore(passedOver); // there is room, since they have just left
        }
    }

    /** Each record leaves when it is in one of the lists, so that none is lost whatever throws. */
    private void takeRaw(List<RequestEntry> taken, List<PendingRecord> passedOver, long now) {
        Set<String> keys = new HashSet<>();
        int most = mostEntries(now);
        long room = mostRawBytes(now);
        PendingRecord next = behind.peek();
        while (next != null
                && !isAggregatable(next)
                && taken.size() < most
                && taken.size() + passedOver.size() < MOST_LOOKED_AT
                && (taken.isEmpty() || next.size() <= room)
                && !isExpired(next.putAt, now)) {
            if (settings.ordered() && !keys.add(next.record.partitionKey())) {
                passedOver.add(next);
            } else {
                taken.add(RequestEntry.alone(next));
                room -= next.size();
            }
            behind.remove();
            next = behind.peek();
        }
    }

    // ---- what came of it ----

    /** A load has been judged: its records are done, or wait again somewhere. */
    void judged() {
        inFlight--;
        // A lane that backs off waits as well as one that has something in flight.
        aggregateLimit = failures > 0 ? settings.busyAggregate() : settings.idleAggregate();
        fill();
        touch();
    }

    void succeeded(long now) {
        rate.succeeded(now);
        failures = 0;
        company = 0;
        mostRecords = mostRecords > Integer.MAX_VALUE / 2 ? Integer.MAX_VALUE : mostRecords * 2;
    }

    /** Part of a load was refused because it was too much for the shard. */
    void throttled(int entries, long bytes, long sentAt, long now) {
        rate.throttled(entries, bytes, sentAt, now);
    }

    /** @param sent how many records the load had that did not get through */
    void backOff(long now, int sent) {
        failures++;
        notBefore = together(now + BACKOFF.delayNanos(failures, context.random()));
        if (failures % REFUSALS_BEFORE_HALVING == 0) {
            sendAtMost((sent + 1) / 2);
        }
        touch();
    }

    /** Later, so that lanes which were refused at about the same time go together again. */
    private long together(long time) {
        long grain = BACKOFF.boundNanos(failures) / MOST_RETRY_TIMES;
        return (time + grain - 1) / grain * grain;
    }

    private void sendAtMost(int records) {
        mostRecords = Math.min(mostRecords, records);
        reopen();
        fill();
    }

    /**
     * Looks for a bad record: until a load succeeds, this lane travels only with lanes of the same company, with at most so
     * many records at a time.
     */
    void isolate(long newCompany, int most) {
        company = newCompany;
        sendAtMost(most);
        touch();
    }

    @Override
    public String toString() {
        return stream.name() + "/" + shardId();
    }
}
