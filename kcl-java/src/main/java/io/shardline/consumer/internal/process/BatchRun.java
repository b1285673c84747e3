package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.Position;
import io.shardline.consumer.internal.retrieve.Deaggregator;
import io.shardline.consumer.internal.retrieve.FetchedBatch;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way through the handler, and how far it has come.
 *
 * <p>Worked on by one user-code thread at a time; progress and cancellation may be looked at by the loop meanwhile.
 */
public final class BatchRun {

    private final FetchedBatch batch;
    private final Deaggregator deaggregator;
    private final @Nullable Position after;
    private final BooleanSupplier mayAct;
    private final AtomicInteger handled = new AtomicInteger();
    private volatile Deaggregator.@Nullable Expanded expanded;
    private volatile boolean cancelled;
    private int attempt = 1;
    private int skipped;
    private long handlerNanos;

    /**
     * A batch that nobody has looked into yet.
     *
     * @param after what is handled already, or null
     * @param mayAct whether the worker's session still has time; asked before every record
     */
    BatchRun(FetchedBatch batch, Deaggregator deaggregator, @Nullable Position after, BooleanSupplier mayAct) {
        this.batch = batch;
        this.deaggregator = deaggregator;
        this.after = after;
        this.mayAct = mayAct;
    }

    FetchedBatch batch() {
        return batch;
    }

    /** All records of the read that are for the handler. The first call takes the aggregates apart. */
    List<ConsumerRecord> records() {
        return expanded().records();
    }

    /** Where the batch ends. */
    Position last() {
        return expanded().last();
    }

    int dropped() {
        return expanded().dropped();
    }

    /** How many of those their producer puts again as a whole. */
    int replaced() {
        return expanded().replaced();
    }

    /** How many of the records are handled. */
    int handled() {
        return handled.get();
    }

    void handled(int count) {
        handled.lazySet(count);
        attempt = 1;
    }

    /** How often the first record that is not handled is being tried. */
    int attempt() {
        return attempt;
    }

    void failedOnce() {
        attempt++;
    }

    /** Its first record is being tried for this time, as the records were read before. */
    void triedBefore(int attempts) {
        attempt = attempts;
    }

    /** Passes over the next records. On the loop, and not during a call. */
    void skip(int count) {
        skipped += count;
        handled(handled() + count);
    }

    /** How many of those that count as handled were passed over. */
    int skipped() {
        return skipped;
    }

    /** The handler was in a call for so long. On the loop. */
    void handlerTook(long nanos) {
        handlerNanos += nanos;
    }

    long handlerNanos() {
        return handlerNanos;
    }

    /** Stops the run before its next record. */
    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /**
     * Whether the next record may be given to the handler.
     *
     * <p>The clock first: a later session may have a later deadline, but by then this run was cancelled.
     */
    boolean mayGoOn() {
        return mayAct.getAsBoolean() && !cancelled;
    }

    /** Whether the aggregates have been taken apart, so that {@link #records} costs nothing. */
    boolean isExpanded() {
        return expanded != null;
    }

    boolean isDone() {
        Deaggregator.Expanded known = expanded;
        return known != null && handled.get() == known.records().size();
    }

    /** The position up to which everything is handled, or null if nothing of the batch is. */
    @Nullable
    Position progress() {
        Deaggregator.Expanded known = expanded;
        if (known == null) {
            return null;
        }
        int count = handled.get();
        return count == 0 && !known.records().isEmpty() ? null : endOf(count);
    }

    /** Where the first record stands that is not handled, or the read if nobody has looked into it. */
    Position next() {
        Deaggregator.Expanded known = expanded;
        int count = handled.get();
        if (known == null || count == known.records().size()) {
            return new Position(batch.records().get(0).sequenceNumber(), 0);
        }
        return known.records().get(count).position();
    }

    /** Where the first {@code count} records end, and those behind them that are not for the handler if no other follows. */
    Position endOf(int count) {
        List<ConsumerRecord> all = expanded().records();
        return count == all.size() ? last() : all.get(count - 1).position();
    }

    private Deaggregator.Expanded expanded() {
        Deaggregator.Expanded known = expanded;
        if (known == null) {
            known = deaggregator.expand(batch.records(), after);
            expanded = known;
        }
        return known;
    }
}
