package io.shardline.producer.internal;

import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.HashKey;
import io.shardline.producer.Attempt;
import io.shardline.producer.FailureReason;
import io.shardline.producer.PutCallback;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.internal.LoopTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user record on its way from {@code put} to its end, and its own link in the mailbox.
 *
 * <p>Confined to the caller of put until posted, then to the loop until its outcome is decided, then to the thread that
 * completes its future.
 */
final class PendingRecord extends LoopTask {

    /** What a record costs besides its bytes: itself, its strings, its future, its places in queues and aggregates. Measured. */
    static final int OVERHEAD = 352;

    /** What headers cost besides their bytes: their maps. Measured. */
    private static final int HEADERS_OVERHEAD = 128;

    private static final int HEADER_OVERHEAD = 192;

    /** Of more failed tries than this, the first and the latest are kept. */
    static final int MOST_TRIES_KEPT = 32;

    /** The caller's, or a future. */
    private final PutCallback completion;

    final StreamLanes stream;
    final UserRecord record;
    final AggregateEntry entry;
    final long putAt;

    /** Which flush waits for it. Set when the loop takes it in. */
    Epochs.@Nullable Epoch epoch;

    /** What it counts for in the memory budget. Set before it is posted. */
    StreamShare.Lane share = StreamShare.UNCOUNTED;

    /** Whether its outcome is decided. For the loop. */
    boolean isDecided;

    /** Whether its completion has been called, which must be once. */
    private boolean isTold;

    private @Nullable List<FailedTry> failedTries;
    private int failures;

    /** Kept here to spare the loop a look at memory it needs for nothing else. */
    private final int size;

    PendingRecord(StreamLanes stream, UserRecord record, long putAt, PutCallback completion) {
        this.completion = completion;
        this.stream = stream;
        this.record = record;
        this.size = record.size();
        this.putAt = putAt;
        this.entry = new AggregateEntry(
                record.partitionKey(), record.explicitHashKey().orElse(null), record.data(), record.headers());
    }

    @Override
    protected void run() {
        stream.arrived(this);
    }

    HashKey hashKey() {
        return entry.hashKey();
    }

    /** Data and partition key, as the service counts them. */
    int size() {
        return size;
    }

    /** What it takes of the memory budget: itself, and its copy in an aggregate or a request. */
    long cost() {
        int headers = entry.headers().size();
        return 2L * size + OVERHEAD + (headers == 0 ? 0 : HEADERS_OVERHEAD + HEADER_OVERHEAD * headers);
    }

    boolean wasTried() {
        return failures > 0;
    }

    void failed(FailedTry failedTry) {
        failures++;
        if (failedTries == null) {
            failedTries = new ArrayList<>(2);
        } else if (failedTries.size() == MOST_TRIES_KEPT) {
            failedTries.remove(dispensable(failedTries));
        }
        failedTries.add(failedTry);
    }

    /** Not the first, and if possible none that may have written: of those the caller must hear. */
    private static int dispensable(List<FailedTry> tries) {
        for (int i = 1; i < tries.size(); i++) {
            if (!tries.get(i).mayHaveBeenWritten()) {
                return i;
            }
        }
        return 1;
    }

    /** How often it was sent in vain. */
    int failures() {
        return failures;
    }

    /** @param index in its aggregate */
    void acknowledge(Stored stored, int index) {
        try {
            tell(receipt(stored, index, failedAttempts()));
        } catch (Throwable e) { // an exhausted heap: any receipt is better than none
            if (!isTold) {
                tell(receipt(stored, index, List.of()));
            }
        }
    }

    private PutReceipt receipt(Stored stored, int index, List<Attempt> failedAttempts) {
        return new PutReceipt(
                stored.shardId(),
                stored.sequenceNumber(),
                index,
                failures + 1,
                failedAttempts,
                Duration.ofNanos(stored.knownAt() - putAt),
                stored.roundTrip());
    }

    private void tell(PutReceipt receipt) {
        isTold = true;
        try {
            completion.acknowledged(record, receipt);
        } catch (Throwable e) { // the next record's callback must hear of it all the same
            stream.ofCallbacks().note("a callback", e);
        }
    }

    private List<Attempt> failedAttempts() {
        return failedTries == null
                ? List.of()
                : failedTries.stream().map(tried -> tried.since(putAt)).toList();
    }

    void fail(FailureReason reason, String why) {
        try {
            List<Attempt> attempts = failedAttempts();
            tell(new PutFailedException(reason, message(reason, why, attempts), record, attempts));
        } catch (Throwable e) { // an exhausted heap: any failure is better than none
            if (!isTold) {
                tell(new PutFailedException(reason, why, record, List.of()));
            }
        }
    }

    private void tell(PutFailedException failure) {
        isTold = true;
        try {
            completion.failed(failure);
        } catch (Throwable e) {
            stream.ofCallbacks().note("a callback", e);
        }
    }

    /** How many of its tries failed with a code. */
    int failures(String code) {
        List<FailedTry> tries = failedTries;
        return tries == null
                ? 0
                : (int) tries.stream()
                        .filter(tried -> tried.code().equals(code))
                        .count();
    }

    /** The cause first: that a time to live has ended says nothing about it. */
    private String message(FailureReason reason, String why, List<Attempt> attempts) {
        StringBuilder text = new StringBuilder("record with partition key '")
                .append(record.partitionKey())
                .append("' was not put into stream '")
                .append(stream.name())
                .append("': ");
        if (attempts.isEmpty()) {
            return text.append(why).append("; it was not sent").toString();
        }
        Attempt last = attempts.get(attempts.size() - 1);
        String cause = last.errorCode() + ": " + last.message();
        text.append(reason == FailureReason.LANE_STOPPED ? why : cause)
                .append("; ")
                .append(reason == FailureReason.LANE_STOPPED ? cause : why)
                .append("; failed attempts: ")
                .append(failures);
        if (attempts.stream().anyMatch(Attempt::mayHaveBeenWritten)) {
            text.append("; it may have been written all the same");
        }
        return text.toString();
    }
}
