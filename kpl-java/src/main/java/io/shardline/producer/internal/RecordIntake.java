package io.shardline.producer.internal;

import io.shardline.producer.FailureReason;
import io.shardline.producer.PutCallback;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.internal.EventLoop;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;

/**
 * The callers' side of {@code put}: checks, hashes the key, takes from the memory budget, and posts to the loop.
 *
 * <p>Callers meet nowhere but in the budget and in the mailbox. Thread-safe.
 */
final class RecordIntake {

    /** A name by the CreateStream reference, or an ARN of one by the PutRecords reference. */
    private static final Pattern STREAM =
            Pattern.compile("(arn:aws[a-z-]*:kinesis:[a-z0-9-]+:[0-9]{12}:stream/)?[a-zA-Z0-9_.-]{1,128}");

    /** What is kept for a stream is kept for good; more names than this are a mistake. */
    private static final int MOST_STREAMS = 10_000;

    private static final String CLOSED = "the producer is closed";

    private final LoopContext context;
    private final ProducerSettings settings;
    private final EventLoop loop;
    private final MemoryBudget budget;
    private final UserCode userCode;
    private final Map<String, StreamLanes> streams = new ConcurrentHashMap<>();
    private final Map<String, StreamNames> names = new ConcurrentHashMap<>();
    private final LongAdder taken = new LongAdder();
    private final LongAdder finished = new LongAdder();

    /** Whether the loop is about to look at the budget for those who wait. */
    private final AtomicBoolean loopIsTold = new AtomicBoolean();

    private volatile boolean closed;

    RecordIntake(LoopContext context, MemoryBudget budget, UserCode userCode) {
        this.context = context;
        this.settings = context.settings();
        this.loop = context.loop();
        this.budget = budget;
        this.userCode = userCode;
    }

    void put(String streamName, UserRecord record, PutCallback completion) {
        Objects.requireNonNull(streamName, "streamName");
        Objects.requireNonNull(record, "record");
        if (record.size() > settings.maxRecordSize()) {
            throw new IllegalArgumentException("data and partition key together have at most "
                    + settings.maxRecordSize() + " bytes (maxRecordSize), got " + record.size() + " in " + record);
        }
        PendingRecord pending =
                new PendingRecord(stream(streamName), record, context.ticks().now(), completion);
        if (closed) {
            pending.fail(FailureReason.CLOSED, CLOSED);
        } else {
            pending.hashKey(); // here, so that the loop finds it done
            admit(pending);
        }
    }

    /** Runs an action once all that was put before is in the mailbox. */
    void behindEarlierPuts(Runnable action) {
        budget.whenAdmitted(null, action);
    }

    /** As above, for what was put into one stream. */
    void behindEarlierPuts(StreamLanes stream, Runnable action) {
        budget.whenAdmitted(stream.share(), action);
    }

    /** How many records were taken in. */
    long taken() {
        return taken.sum();
    }

    /** Of those, how many have come to their end. */
    long finished() {
        return finished.sum();
    }

    /** Futures have completed. */
    void finish(long records) {
        finished.add(records);
    }

    boolean isClosed() {
        return closed;
    }

    /** From now on everything is refused. */
    void close() {
        closed = true;
    }

    /**
     * The stream of a name or an ARN, from now on one that is served.
     *
     * @throws IllegalArgumentException if it is neither, or one too many
     */
    StreamLanes stream(String streamName) {
        StreamLanes known = streams.get(Objects.requireNonNull(streamName, "streamName"));
        return known != null ? known : newStream(streamName);
    }

    Optional<StreamLanes> find(String streamName) {
        return Optional.ofNullable(streams.get(streamName));
    }

    /** As above, also by a name or an ARN that was not used so far, if one with the same end was. */
    Optional<StreamLanes> findLike(String streamName) {
        boolean isKnown = STREAM.matcher(streamName).matches() && names.containsKey(StreamNames.of(streamName));
        return isKnown ? Optional.of(stream(streamName)) : Optional.empty();
    }

    /** All streams that records were put into. */
    Collection<StreamLanes> streams() {
        return streams.values();
    }

    private StreamLanes newStream(String name) {
        if (!STREAM.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a stream name has 1 to 128 of the characters a-z, A-Z, 0-9, '_', '.', '-', or it is the stream's"
                            + " ARN, got '" + name + "'");
        }
        if (streams.size() >= MOST_STREAMS) {
            throw new IllegalArgumentException(
                    "a producer serves at most " + MOST_STREAMS + " streams, '" + name + "' is one more");
        }
        return streams.computeIfAbsent(name, unknown -> new StreamLanes(unknown, names(unknown), context));
    }

    private StreamNames names(String name) {
        return names.computeIfAbsent(
                StreamNames.of(name), unknown -> new StreamNames(unknown, context, new StreamShare(budget)));
    }

    private void admit(PendingRecord pending) {
        StreamShare.Lane share = budget.tryTake(pending.cost(), pending.stream.share(), pending.hashKey());
        if (share != null) {
            post(pending, share);
            return;
        }
        if (pending.cost()
                > budget.size()) { // only now, where it costs nothing; it would wait for ever, and all behind it
            throw new IllegalArgumentException(
                    "a record counts with at most the memory budget, which has " + budget.size()
                            + " bytes (memoryBudget), got " + pending.cost() + " with overhead and headers for "
                            + pending.record);
        }
        switch (settings.fullBudget()) {
            case BLOCK -> {
                // A callback that blocked would wait for memory that perhaps only this thread frees, by going on.
                if (userCode.isRunning()) {
                    takeLater(pending);
                } else {
                    awaitRoom(pending);
                }
            }
            case COMPLETE_LATER -> takeLater(pending);
            case FAIL ->
                full(
                        pending,
                        budget.free() < pending.cost()
                                ? "the memory budget is full"
                                : "its shard or its stream has its share of the memory budget, and the rest is for others");
        }
    }

    private void takeLater(PendingRecord pending) {
        if (budget.takeInTurn(new RecordTurn(pending))) {
            endLinger();
        } else {
            full(pending, "the memory budget is full and " + MemoryBudget.MAX_WAITING + " records wait for it");
        }
    }

    private void awaitRoom(PendingRecord pending) {
        RecordTurn turn = new RecordTurn(pending);
        if (!budget.takeInTurn(turn)) {
            full(pending, "the memory budget is full and too many threads wait for it");
            return;
        }
        endLinger();
        try {
            boolean inTime = turn.over.await(settings.maxBlockNanos(), TimeUnit.NANOSECONDS);
            if (!inTime && budget.leave(turn)) {
                full(
                        pending,
                        "the memory budget was full for " + Duration.ofNanos(settings.maxBlockNanos()) + " (maxBlock)");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (budget.leave(turn)) {
                full(pending, "the thread was interrupted while the memory budget was full");
            }
        }
    }

    /** Tells the loop that somebody waits: it looks at the budget after every batch, but there may be none for a while. */
    private void endLinger() {
        if (loopIsTold.compareAndSet(false, true)) {
            try {
                loop.post(() -> loopIsTold.set(false)); // before it looks: who queues later tells anew
            } catch (Throwable e) { // an exhausted heap: the loop does not know
                loopIsTold.set(false);
                throw e;
            }
        }
    }

    private void full(PendingRecord pending, String why) {
        if (closed) {
            pending.fail(FailureReason.CLOSED, CLOSED);
        } else {
            pending.fail(FailureReason.BUDGET_FULL, why);
        }
    }

    private void post(PendingRecord pending, StreamShare.Lane share) {
        pending.share = share;
        taken.increment();
        if (!loop.post(pending)) {
            finished.increment();
            budget.discount(share, pending.cost());
            budget.giveBack(pending.cost());
            pending.fail(FailureReason.CLOSED, CLOSED);
        }
    }

    /** A record that waits for room, and perhaps its caller with it. */
    private final class RecordTurn extends MemoryBudget.Turn {

        private final PendingRecord pending;
        private final CountDownLatch over = new CountDownLatch(1);

        RecordTurn(PendingRecord pending) {
            super(pending.cost(), pending.stream.share(), pending.hashKey());
            this.pending = pending;
        }

        @Override
        void admitted(StreamShare.Lane lane) {
            post(pending, lane);
            over.countDown();
        }

        @Override
        void abandoned() {
            context.outcomes()
                    .turnedAway(pending, FailureReason.CLOSED, "the producer was closed before there was room");
            taken.increment();
            over.countDown();
        }
    }
}
