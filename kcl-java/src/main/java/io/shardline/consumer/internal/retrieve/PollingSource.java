package io.shardline.consumer.internal.retrieve;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardline.consumer.internal.lease.Checkpoint;
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
import software.amazon.awssdk.services.kinesis.model.ChildShard;
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
public final class PollingSource {

    /** The most that one GetRecords gives, in records and in bytes. */
    private static final int MOST_RECORDS = 10_000;

    /** A promise of the shard to another worker is kept or taken back within about as many. */
    private static final int MOST_SOON_READS = 12;

    /** After a read that was not answered in time fewer records are asked for, down to so many. */
    private static final int MIN_RECORDS = 100;

    private static final int LESS_AFTER_NO_ANSWER = 4;

    /** A read is given up after this time, whatever limit the client has or has not. */
    private static final Duration MAX_CALL = ControlCalls.LONGEST_ATTEMPT;

    /** A number that was refused so often in a row is believed to be unknown, if stream and shard are the same. */
    private static final int MAX_REFUSALS = 3;

    /** So many answers in a row without records before the tip are no accident: what is expired is being passed over. */
    private static final int MIN_EMPTY_ANSWERS = 3;

    private static final long MOST_BYTES = 10L << 20;
    private static final long LEAST_GUESS = 64L << 10;

    private final Setting setting;
    private final ShardName shard;
    private final Checkpoint from;
    private final Sink sink;

    private @Nullable String iterator;
    private @Nullable String lastSequenceNumber;
    private long guess = LEAST_GUESS;
    private long lastRead;
    private EventLoop.@Nullable Timer waiting;

    /**
     * Whoever has just taken a shard looks again soon: nobody has read it for a moment, and the first read may show but the
     * record at the checkpoint.
     */
    private boolean fresh = true;

    private int soonReads;

    private long notBefore;

    /** Until then the shard gives nothing: the last answer was that large. */
    private long spentUntil;

    private int limit = MOST_RECORDS;
    private int emptyAnswers;
    private int refusals;
    private boolean fromOldest;
    private int failures;
    private @Nullable Throwable lastFailure;
    private boolean reserving;
    private boolean wanted;
    private boolean busy;
    private boolean stopped;

    /** What a source works with. */
    public record Setting(
            EventLoop loop, Platform platform, KinesisAsyncClient client, PrefetchBudget budget, PollPacer pacer) {}

    /** Takes what was read. Called on the loop. */
    public interface Sink {

        /** A read succeeded, with records or without; before anything else is said of it. */
        default void answered(ReadAnswer answer) {}

        /** Whether a fresh listing of the same stream shows the shard, as far as that was looked for. */
        default boolean isListed() {
            return false;
        }

        /** The service does not know the number to read from any more: reading goes on from the oldest record. */
        default void startsOver() {}

        /**
         * An answer has neither a next iterator nor children. Returns whether it is the shard's end by what else is known; if not,
         * it is a failed read.
         *
         * @param isEmpty whether it has no records
         * @param sentNanos when it was asked for, with an iterator at or after the last record that was given
         */
        boolean claimsEnd(boolean isEmpty, long sentNanos);

        /** A batch; its bytes must be released to the budget. No more comes until it is asked for. */
        void fetched(FetchedBatch batch);

        /** There is nothing after what was given already. The children may be missing from the answer. */
        void ended(List<ChildShard> children);

        /** A read failed and will be repeated. */
        void failed(Throwable failure, int inARow);
    }

    public PollingSource(Setting setting, ShardName shard, Checkpoint from, Sink sink) {
        this.setting = setting;
        this.shard = shard;
        this.from = from;
        this.sink = sink;
        this.notBefore = setting.loop().nanoTime();
        this.spentUntil = notBefore;
    }

    /** Whether the last read, or so many of the last, failed. */
    public boolean isFailing() {
        return failures > 0;
    }

    /** In words, what has to happen before there is another batch. */
    public String waitsFor() {
        Throwable last = lastFailure;
        if (failures > 0 && last != null) {
            return "a read to succeed, after " + failures + " failures, the last: " + ServiceErrors.code(last) + ": "
                    + ServiceErrors.message(last);
        }
        if (reserving) {
            return "room in the prefetch budget";
        }
        if (stopped || !wanted) {
            return "nothing: the batch that it reads ahead is there";
        }
        return waiting != null ? "the time of its next read" : "the answer to a read";
    }

    /** Asks for one more batch. */
    public void request() {
        wanted = true;
        next();
    }

    /** The shard will go to another worker: what he finds unread should be young. */
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

    /** Whether nothing comes any more, because it was stopped or because the shard has ended. */
    public boolean isStopped() {
        return stopped;
    }

    /** Nothing comes after this. */
    public void stop() {
        stopped = true;
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
            long reserved = guess;
            reserving = true;
            setting.budget().reserve(reserved, () -> read(reserved));
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
        if (fromOldest) {
            request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
        } else if (lastSequenceNumber != null) {
            request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                    .startingSequenceNumber(lastSequenceNumber);
        } else if (from instanceof Checkpoint.At at) {
            // At, not after: the rest of an aggregated record may still have to be handled.
            request.shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                    .startingSequenceNumber(at.position().sequenceNumber());
        } else if (from instanceof Checkpoint.AtStart start && start.startAt() != null) {
            request.shardIteratorType(ShardIteratorType.AT_TIMESTAMP).timestamp(start.startAt());
        } else {
            request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
        }
        return request.build();
    }

    private void read(long reserved) {
        reserving = false;
        if (stopped) {
            setting.budget().release(reserved);
            return;
        }
        long started = setting.loop().nanoTime();
        GetRecordsRequest request =
                GetRecordsRequest.builder().shardIterator(iterator).limit(limit).build();
        sendAlways(
                () -> setting.client().getRecords(request),
                answer -> {
                    boolean isSound = answer.records().stream().allMatch(PollingSource::isSound);
                    long bytes = stopped || !isSound ? 0 : sizeOf(answer.records());
                    setting.budget().settle(reserved, bytes);
                    if (stopped) {
                        return;
                    }
                    if (isSound) {
                        taken(answer, bytes, started);
                    } else {
                        failed(new MalformedAnswerException(
                                "GetRecords answered with a record that lacks its sequence number, data or"
                                        + " partition key"));
                    }
                },
                failure -> {
                    setting.budget().release(reserved);
                    if (!stopped) {
                        failed(failure);
                    }
                });
    }

    private static boolean isSound(Record record) {
        return record.sequenceNumber() != null && record.data() != null && record.partitionKey() != null;
    }

    private void taken(GetRecordsResponse answer, long bytes, long started) {
        busy = false;
        iterator = given(answer.nextShardIterator());
        lastRead = started;
        Duration behind =
                Duration.ofMillis(answer.millisBehindLatest() == null ? 0 : Math.max(0, answer.millisBehindLatest()));
        spentUntil = setting.loop().nanoTime() + setting.pacer().afterBytes(bytes);
        boolean end = iterator == null && isEnd(answer, started);
        if (iterator == null && !end) {
            wanted &= answer.records().isEmpty();
            failed(new MalformedAnswerException("GetRecords answered with neither a next iterator nor child shards, and"
                    + " nothing else shows that the shard is at its end"));
            give(answer.records(), behind, bytes);
            return;
        }
        failures = 0;
        refusals = 0;
        limit = Math.min(MOST_RECORDS, 2 * limit);
        emptyAnswers = answer.records().isEmpty() ? emptyAnswers + 1 : 0;
        guess = Math.min(MOST_BYTES, Math.max(LEAST_GUESS, 2 * bytes));
        sink.answered(new ReadAnswer(
                answer.records().isEmpty() ? null : answer.records().get(0).sequenceNumber(),
                behind,
                ServiceTime.of(answer, setting.platform())));
        notBefore = latest(spentUntil, started + pauseNanos(!behind.isZero()));
        stopped = end;
        give(answer.records(), behind, bytes);
        if (end) {
            sink.ended(answer.childShards());
        } else {
            next();
        }
    }

    private boolean isEnd(GetRecordsResponse answer, long started) {
        return !answer.childShards().isEmpty()
                || sink.claimsEnd(answer.records().isEmpty(), started);
    }

    private void give(List<Record> records, Duration behind, long bytes) {
        if (!records.isEmpty()) {
            wanted = false;
            fromOldest = false;
            lastSequenceNumber = records.get(records.size() - 1).sequenceNumber();
            sink.fetched(new FetchedBatch(records, behind, bytes, setting.loop().nanoTime()));
        }
    }

    /** Other implementations of the service write no iterator as an empty text. */
    private static @Nullable String given(@Nullable String iterator) {
        return iterator == null || iterator.isEmpty() ? null : iterator;
    }

    private long pauseNanos(boolean behind) {
        boolean first = fresh && !behind;
        if (behind && emptyAnswers >= MIN_EMPTY_ANSWERS) {
            return setting.pacer().afterEmpty();
        }
        boolean soon = behind || soonReads > 0;
        fresh = false;
        soonReads = Math.max(0, soonReads - 1);
        return first ? setting.pacer().afterFirst() : setting.pacer().afterSuccess(soon);
    }

    /** The number to read from may be that of a record which has expired, and then it may be refused. */
    private void iteratorFailed(Throwable failure) {
        boolean hasNumber = !fromOldest && (lastSequenceNumber != null || from instanceof Checkpoint.At);
        refusals = hasNumber && ServiceErrors.code(failure).equals("InvalidArgumentException") ? refusals + 1 : 0;
        if (refusals >= MAX_REFUSALS && sink.isListed()) {
            fromOldest = true;
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
            limit = Math.max(MIN_RECORDS, limit / LESS_AFTER_NO_ANSWER);
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

    /** As the service counts: the data and the partition keys. */
    private static long sizeOf(List<Record> records) {
        long bytes = 0;
        for (Record record : records) {
            bytes += record.data().asByteArrayUnsafe().length
                    + record.partitionKey().getBytes(UTF_8).length;
        }
        return bytes;
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
