package io.shardline.producer.internal;

import io.shardline.aggregation.HashKeyRange;
import io.shardline.producer.FailureReason;
import io.shardline.runtime.internal.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All that waits for one shard, in order: the open aggregate, what comes behind it, and how much is in flight.
 *
 * <p>At most one load of an ordered lane is in flight, so that a retry cannot be overtaken. That costs no throughput, because
 * meanwhile the open aggregate grows. Confined to the loop.
 */
final class ShardLane {

    /** Entries in one request; a limit of PutRecords. */
    static final int MOST_ENTRIES = 500;

    /** How far the lane looks behind records that must wait because their key is in the load already. */
    private static final int MOST_LOOKED_AT = 1_000;

    /** More than the format adds to a record that is alone in an aggregate. */
    private static final int LONE_OVERHEAD = 96;

    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2));

    private final StreamLanes stream;
    private final ShardMap.OpenShard shard;
    private final LoopContext context;
    private final ProducerSettings settings;
    private final long ordinal;

    private OpenAggregate open = new OpenAggregate();
    private final RecordQueue behind = new RecordQueue();
    private int inFlight;
    private int aggregateLimit;

    private int failures;
    private long notBefore;

    /** Lanes of a request that was refused travel with their own half only; 0 is everybody. */
    private long company;

    /** Fewer records than usual in a load, while a bad one is looked for. */
    private int mostRecords = Integer.MAX_VALUE;

    private boolean changed;
    private long scheduledFor = Ticks.NEVER;

    ShardLane(StreamLanes stream, ShardMap.OpenShard shard, LoopContext context) {
        this.stream = stream;
        this.shard = shard;
        this.context = context;
        this.settings = context.settings();
        this.ordinal = context.schedule().nextOrdinal();
        this.aggregateLimit = settings.idleAggregate();
    }

    StreamLanes stream() {
        return stream;
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

    long ordinal() {
        return ordinal;
    }

    long company() {
        return company;
    }

    boolean hasInFlight() {
        return inFlight > 0;
    }

    boolean isEmpty() {
        return open.isEmpty() && behind.isEmpty();
    }

    // ---- what waits ----

    void add(PendingRecord pending) {
        if (!behind.isEmpty() || !tryFill(pending)) {
            behind.add(pending);
        }
        touch();
    }

    /** Puts records before all that wait: they were sent before, or are older. */
    void putBack(List<PendingRecord> earlier) {
        reopen();
        behind.addBefore(earlier);
        aggregateLimit = settings.busyAggregate();
        fill();
        touch();
    }

    /** Gives everything away, in order; for a shard that has been closed. */
    List<PendingRecord> removeAll() {
        reopen();
        touch();
        return behind.removeAll();
    }

    /** Lets the open aggregate grow to its full size, because it cannot leave yet. */
    void grow() {
        if (aggregateLimit != settings.busyAggregate()) {
            aggregateLimit = settings.busyAggregate();
            fill();
            touch();
        }
    }

    private void fill() {
        PendingRecord next = behind.peek();
        while (next != null && tryFill(next)) {
            behind.remove();
            next = behind.peek();
        }
    }

    private boolean tryFill(PendingRecord next) {
        return isAggregatable(next)
                && open.count() < mostRecords
                && open.tryAdd(next, aggregateLimit - RequestEntry.OUTER_PARTITION_KEY.length());
    }

    /** Makes waiting records of the open aggregate's again. */
    private void reopen() {
        if (!open.isEmpty()) {
            behind.addBefore(open.records());
            open = new OpenAggregate();
        }
    }

    private boolean isAggregatable(PendingRecord pending) {
        return settings.aggregationEnabled() && pending.size() + LONE_OVERHEAD <= settings.busyAggregate();
    }

    // ---- when ----

    long scheduledFor() {
        return scheduledFor;
    }

    void scheduledFor(long time) {
        scheduledFor = time;
    }

    void touch() {
        if (!changed) {
            changed = true;
            context.schedule().changed(this);
        }
    }

    /** When this lane wants its turn, as things are: to send, or to let a record expire. */
    long settledAt() {
        changed = false;
        if (isEmpty()) {
            return Ticks.NEVER;
        }
        return Math.min(sendableAt(), Ticks.after(oldestPutAt(), settings.ttlNanos()));
    }

    boolean isSendableAt(long now) {
        return !isEmpty() && sendableAt() <= now;
    }

    /** When the first waiting record was put. */
    long age() {
        return head().putAt;
    }

    private long sendableAt() {
        if (settings.ordered() && (inFlight > 0 || stream.isHeldBack(this))) {
            return Ticks.NEVER;
        }
        PendingRecord head = head();
        boolean urgent = isFull() || head.wasTried() || context.schedule().isHurried(head.putAt);
        return Math.max(notBefore, urgent ? head.putAt : Ticks.after(head.putAt, settings.lingerNanos()));
    }

    private boolean isFull() {
        if (!open.isEmpty()) {
            return !behind.isEmpty() || open.size() >= aggregateLimit;
        }
        // With aggregation, a record that is not in the open aggregate is too large for any: nothing to wait for.
        return settings.aggregationEnabled()
                || behind.count() >= MOST_ENTRIES
                || behind.bytes() >= settings.busyAggregate();
    }

    private PendingRecord head() {
        if (!open.isEmpty()) {
            return open.first();
        }
        PendingRecord first = behind.peek();
        if (first == null) {
            throw new IllegalStateException("the lane of " + shardId() + " is empty");
        }
        return first;
    }

    private long oldestPutAt() {
        return open.isEmpty() ? head().putAt : open.oldestPutAt();
    }

    // ---- what goes ----

    /** Fails what is too old to be sent. */
    void expire(long now) {
        if (!open.isEmpty() && isExpired(open.oldestPutAt(), now)) {
            List<PendingRecord> dissolved = open.records();
            open = new OpenAggregate();
            behind.addBefore(dissolved.stream()
                    .filter(pending -> !isExpired(pending.putAt, now))
                    .toList());
            dissolved.stream().filter(pending -> isExpired(pending.putAt, now)).forEach(this::expired);
            touch();
        }
        PendingRecord next = behind.peek();
        while (open.isEmpty() && next != null && isExpired(next.putAt, now)) {
            expired(behind.remove());
            touch();
            next = behind.peek();
        }
        fill();
    }

    private boolean isExpired(long putAt, long now) {
        return Ticks.after(putAt, settings.ttlNanos()) <= now;
    }

    private void expired(PendingRecord pending) {
        context.outcomes().failed(pending, FailureReason.EXPIRED, "its time to live ended");
    }

    /** The most bytes that {@link #takeLoad} may take now. */
    long loadBytes() {
        return open.isEmpty()
                ? Math.max(head().size(), Math.min(behind.bytes(), settings.busyAggregate()))
                : open.size();
    }

    /** The most entries that {@link #takeLoad} may take now. */
    int loadEntries() {
        return open.isEmpty() ? Math.min(behind.count(), MOST_ENTRIES) : 1;
    }

    /** Takes what is next for one request. */
    LaneLoad takeLoad(long now) {
        LaneLoad load;
        if (open.isEmpty()) {
            load = new LaneLoad(this, takeRaw(now));
        } else {
            load = new LaneLoad(this, List.of(open.seal()));
            open = new OpenAggregate();
        }
        inFlight++;
        if (settings.ordered()) {
            aggregateLimit = settings.busyAggregate();
        }
        fill();
        touch();
        return load;
    }

    /** Records from the front, each partition key once if there is an order to keep; the others stay, in order. */
    private List<RequestEntry> takeRaw(long now) {
        List<RequestEntry> taken = new ArrayList<>();
        List<PendingRecord> passedOver = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        long bytes = 0;
        PendingRecord next = behind.peek();
        while (next != null
                && !isAggregatable(next)
                && taken.size() < Math.min(MOST_ENTRIES, mostRecords)
                && taken.size() + passedOver.size() < MOST_LOOKED_AT
                && (taken.isEmpty() || bytes + next.size() <= settings.busyAggregate())) {
            behind.remove();
            if (isExpired(next.putAt, now)) {
                expired(next);
            } else if (settings.ordered() && !keys.add(next.record.partitionKey())) {
                passedOver.add(next);
            } else {
                taken.add(RequestEntry.raw(next));
                bytes += next.size();
            }
            next = behind.peek();
        }
        behind.addBefore(passedOver);
        return taken;
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

    void succeeded() {
        failures = 0;
        company = 0;
        mostRecords = mostRecords > Integer.MAX_VALUE / 2 ? Integer.MAX_VALUE : mostRecords * 2;
    }

    void backOff(long now) {
        failures++;
        notBefore = now + BACKOFF.delayNanos(failures, context.random());
        touch();
    }

    /**
     * Looks for a bad record: until a load succeeds, this lane travels only with lanes of the same company, with at most so
     * many records at a time.
     */
    void isolate(long newCompany, int most) {
        company = newCompany;
        mostRecords = Math.min(mostRecords, most);
        reopen();
        fill();
        touch();
    }

    @Override
    public String toString() {
        return stream.name() + "/" + shardId();
    }
}
