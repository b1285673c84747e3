package io.shardline.consumer.internal.retrieve;

import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.ControlCalls;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.LoopCalls;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * Reads one shard with GetRecords, a batch for each demand, until its end.
 *
 * <p>One call is under way at a time. Confined to the consumer loop.
 */
public final class PollingSource implements RecordSource {

    /** A promise of the shard to another worker is kept or taken back within about as many. */
    private static final int MOST_SOON_READS = 12;

    /** A read is given up after this time, whatever limit the client has or has not. */
    private static final Duration MAX_CALL = ControlCalls.LONGEST_ATTEMPT;

    /** A number that was refused so often in a row is believed to be unknown, if stream and shard are the same. */
    private static final int MAX_REFUSALS = 3;

    /** So many answers in a row without records before the tip are no accident: what is expired is being passed over. */
    private static final int MIN_EMPTY_ANSWERS = 3;

    private final Setting setting;
    private final ShardName shard;
    private final Sink sink;

    /** Where to begin with a new iterator: behind what was read last. */
    private Cursor cursor;

    private @Nullable String iterator;
    private final ReadSize size;
    private long lastRead;
    private EventLoop.@Nullable Timer waiting;

    /**
     * Whoever has just taken a shard looks again soon: nobody has read it for a moment, and the first read may show but the
     * record at the checkpoint.
     */
    private boolean fresh = true;

    /** Whether the last read was for as many records as there may be; the first ones of a shard may get room for few. */
    private boolean askedForAll = true;

    private int soonReads;

    private long notBefore;

    /** Until then the shard gives nothing: the last answer was that large. */
    private long spentUntil;

    private int emptyAnswers;
    private int refusals;
    private int failures;
    private @Nullable Throwable lastFailure;
    private PrefetchBudget.@Nullable Demand reserving;
    private boolean wanted;
    private boolean busy;
    private boolean stopped;

    private boolean cancelled; // by its sink, perhaps while it takes the last batch

    /** What a source works with. */
    public record Setting(
            EventLoop loop, Platform platform, KinesisAsyncClient client, PrefetchBudget budget, PollPacer pacer)
            implements RecordSource.Factory {

        @Override
        public RecordSource open(ShardName shard, Cursor from, Sink sink) {
            return new PollingSource(this, shard, from, sink);
        }
    }

    public PollingSource(Setting setting, ShardName shard, Cursor from, Sink sink) {
        this.setting = setting;
        this.shard = shard;
        this.cursor = from;
        this.sink = sink;
        this.size = new ReadSize();
        this.notBefore = setting.loop().nanoTime();
        this.spentUntil = notBefore;
    }

    /** Reads the same shard from elsewhere, as the shard lets it. */
    private PollingSource(PollingSource before, Cursor from) {
        this.setting = before.setting;
        this.shard = before.shard;
        this.cursor = from;
        this.sink = before.sink;
        this.size = before.size;
        this.lastRead = before.lastRead;
        this.fresh = before.fresh;
        this.soonReads = before.soonReads;
        this.notBefore = before.notBefore;
        this.spentUntil = before.spentUntil;
    }

    @Override
    public PollingSource restartFrom(Cursor elsewhere) {
        stop();
        return new PollingSource(this, elsewhere);
    }

    @Override
    public void readAtMost(int records) {
        size.atMost(records);
    }

    @Override
    public boolean isFailing() {
        return failures > 0;
    }

    @Override
    public String waitsFor() {
        Throwable last = lastFailure;
        if (failures > 0 && last != null) {
            return "a read to succeed, after " + failures + " failures, the last: " + ServiceErrors.code(last) + ": "
                    + ServiceErrors.message(last);
        }
        if (reserving != null) {
            return "room in the prefetch budget";
        }
        if (stopped || !wanted) {
            return "nothing: the batch that it reads ahead is there";
        }
        return waiting != null ? "the time of its next read" : "the answer to a read";
    }

    @Override
    public void request() {
        wanted = true;
        next();
    }

    @Override
    public void readSooner() {
        soonReads = MOST_SOON_READS;
        EventLoop.Timer pending = waiting;
        if (pending != null && failures == 0) {
            pending.cancel();
            notBefore = latest(
                    spentUntil, earliest(notBefore, lastRead + setting.pacer().afterSuccess(true)));
            openInTime();
        }
    }

    @Override
    public boolean isStopped() {
        return stopped;
    }

    @Override
    public void stop() {
        stopped = true;
        cancelled = true;
        PrefetchBudget.Demand demand = reserving;
        if (demand != null) {
            reserving = null;
            setting.budget().withdraw(demand);
        }
    }

    private void next() {
        if (stopped || busy || !wanted) {
            return;
        }
        busy = true;
        openInTime();
    }

    private void openInTime() {
        long wait = notBefore - setting.loop().nanoTime();
        if (wait > 0) {
            waiting = setting.loop().schedule(wait, this::open);
        } else {
            open();
        }
    }

    private void open() {
        waiting = null;
        if (stopped) {
            return;
        }
        if (iterator != null) {
            PrefetchBudget.Demand demand = new PrefetchBudget.Demand(size.wanted(), size.least(), sink::isStarving);
            reserving = demand;
            setting.budget().reserve(demand, this::read);
            return;
        }
        GetShardIteratorRequest request = iteratorRequest();
        send(
                () -> setting.client().getShardIterator(request),
                answer -> {
                    iterator = given(answer.shardIterator());
                    if (iterator == null) {
                        failed(new MalformedAnswerException("GetShardIterator answered without an iterator"));
                    } else {
                        open();
                    }
                },
                this::iteratorFailed);
    }

    private GetShardIteratorRequest iteratorRequest() {
        GetShardIteratorRequest.Builder request =
                GetShardIteratorRequest.builder().streamName(shard.streamName()).shardId(shard.shardId());
        if (cursor instanceof Cursor.After after) {
            request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                    .startingSequenceNumber(after.sequenceNumber());
        } else if (cursor instanceof Cursor.At at) {
            // At, not after: the rest of an aggregated record may still have to be handled.
            request.shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                    .startingSequenceNumber(at.position().sequenceNumber());
        } else if (cursor instanceof Cursor.AtTime time) {
            request.shardIteratorType(ShardIteratorType.AT_TIMESTAMP).timestamp(time.time());
        } else {
            request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
        }
        return request.build();
    }

    private void read(long reserved) {
        reserving = null;
        long started = setting.loop().nanoTime();
        int limit = size.records(reserved);
        askedForAll = limit == ReadSize.MAX_RECORDS;
        GetRecordsRequest request =
                GetRecordsRequest.builder().shardIterator(iterator).limit(limit).build();
        sendAlways(
                () -> setting.client().getRecords(request),
                answer -> {
                    if (stopped) {
                        setting.budget().release(reserved);
                    } else if (!Arrived.isSound(answer.records())) {
                        setting.budget().release(reserved);
                        failed(new MalformedAnswerException(
                                "GetRecords answered with a record that lacks its sequence number, data or"
                                        + " partition key"));
                    } else {
                        Arrived arrived = Arrived.of(answer.records());
                        if (setting.budget().settle(reserved, arrived.heldBytes())) {
                            size.read(arrived, limit, !behind(answer).isZero());
                            taken(answer, arrived, started);
                        } else {
                            dropped(arrived, started);
                        }
                    }
                },
                failure -> {
                    setting.budget().release(reserved);
                    if (!stopped) {
                        failed(failure);
                    }
                });
    }

    /** There is no room for the answer. The iterator still stands before it, and the next read is a smaller one. */
    private void dropped(Arrived arrived, long started) {
        busy = false;
        failures = 0;
        lastRead = started;
        size.tooLarge(arrived);
        spentUntil = setting.loop().nanoTime() + setting.pacer().afterBytes(arrived.bytes());
        notBefore = latest(spentUntil, started + setting.pacer().afterSuccess(true));
        next();
    }

    private void taken(GetRecordsResponse answer, Arrived arrived, long started) {
        busy = false;
        iterator = given(answer.nextShardIterator());
        lastRead = started;
        Duration behind = behind(answer);
        spentUntil = setting.loop().nanoTime() + setting.pacer().afterBytes(arrived.bytes());
        boolean end = iterator == null && isEnd(answer, started);
        if (iterator == null && !end) {
            wanted &= answer.records().isEmpty();
            if (!answer.records().isEmpty()) {
                answered(answer);
            }
            failed(new MalformedAnswerException("GetRecords answered with neither a next iterator nor child shards, and"
                    + " nothing else shows that the shard is at its end"));
            give(answer.records(), behind, arrived);
            return;
        }
        answered(answer);
        notBefore = latest(spentUntil, started + pauseNanos(!behind.isZero()));
        stopped = end;
        give(answer.records(), behind, arrived);
        if (end && !cancelled) {
            sink.ended(answer.childShards());
        } else {
            next();
        }
    }

    private void answered(GetRecordsResponse answer) {
        List<Record> records = answer.records();
        failures = 0;
        refusals = 0;
        emptyAnswers = records.isEmpty() ? emptyAnswers + 1 : 0;
        sink.answered(new ReadAnswer(
                records.isEmpty() ? null : records.get(0).sequenceNumber(),
                behind(answer),
                ServiceTime.of(answer, setting.platform())));
    }

    private static Duration behind(GetRecordsResponse answer) {
        return Duration.ofMillis(answer.millisBehindLatest() == null ? 0 : Math.max(0, answer.millisBehindLatest()));
    }

    private boolean isEnd(GetRecordsResponse answer, long started) {
        return !answer.childShards().isEmpty()
                || sink.claimsEnd(answer.records().isEmpty() && behind(answer).isZero(), started);
    }

    private void give(List<Record> records, Duration behind, Arrived arrived) {
        if (!records.isEmpty()) {
            wanted = false;
            cursor = new Cursor.After(records.get(records.size() - 1).sequenceNumber());
            sink.fetched(new FetchedBatch(
                    records,
                    behind,
                    arrived.bytes(),
                    arrived.heldBytes(),
                    setting.loop().nanoTime()));
        }
    }

    /** Other implementations of the service write no iterator as an empty text. */
    private static @Nullable String given(@Nullable String iterator) {
        return iterator == null || iterator.isEmpty() ? null : iterator;
    }

    private long pauseNanos(boolean behind) {
        boolean first = fresh && (!behind || !askedForAll);
        if (behind && emptyAnswers >= MIN_EMPTY_ANSWERS) {
            return setting.pacer().afterEmpty();
        }
        boolean soon = behind || soonReads > 0;
        fresh = false;
        soonReads = Math.max(0, soonReads - 1);
        return first ? setting.pacer().afterFirst(behind) : setting.pacer().afterSuccess(soon);
    }

    /** The number to read from may be that of a record which has expired, and then it may be refused. */
    private void iteratorFailed(Throwable failure) {
        refusals =
                cursor.hasNumber() && ServiceErrors.code(failure).equals("InvalidArgumentException") ? refusals + 1 : 0;
        if (refusals >= MAX_REFUSALS && sink.isListed()) {
            cursor = new Cursor.Start();
            sink.startsOver();
        }
        failed(failure);
    }

    private void failed(Throwable failure) {
        busy = false;
        String code = ServiceErrors.code(failure);
        if (code.equals("ExpiredIteratorException") || code.equals("InvalidArgumentException")) {
            iterator = null;
        } else if (code.equals(ServiceErrors.NO_ANSWER)) {
            size.notAnswered();
        }
        failures++;
        lastFailure = failure;
        notBefore = latest(
                spentUntil,
                setting.loop().nanoTime()
                        + setting.pacer()
                                .afterFailures(failures, setting.platform().random()));
        sink.failed(failure, failures);
        next();
    }

    /** Of two monotonic times, which may have any sign. */
    private static long latest(long one, long other) {
        return one - other > 0 ? one : other;
    }

    private static long earliest(long one, long other) {
        return one - other < 0 ? one : other;
    }

    private <T> void send(Supplier<CompletableFuture<T>> call, Consumer<T> answer, Consumer<Throwable> failure) {
        sendAlways(
                call,
                result -> {
                    if (!stopped) {
                        answer.accept(result);
                    }
                },
                thrown -> {
                    if (!stopped) {
                        failure.accept(thrown);
                    }
                });
    }

    private <T> void sendAlways(Supplier<CompletableFuture<T>> call, Consumer<T> answer, Consumer<Throwable> failure) {
        boolean[] over = {false};
        EventLoop.Timer watch = setting.loop().schedule(MAX_CALL.toNanos(), () -> {
            over[0] = true;
            failure.accept(SdkClientException.create("no answer within " + MAX_CALL));
        });
        LoopCalls.send(setting.loop(), setting.platform().io(), call, (result, thrown) -> {
            watch.cancel();
            if (over[0]) {
                return; // it comes too late
            }
            if (result != null) {
                answer.accept(result);
            } else if (thrown != null) {
                failure.accept(thrown);
            }
        });
    }
}
