package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.GiveUpPolicy.Action;
import io.shardline.consumer.LeaseLostException;
import io.shardline.consumer.Position;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.consumer.internal.retrieve.Cursor;
import io.shardline.consumer.internal.retrieve.Deaggregator;
import io.shardline.consumer.internal.retrieve.FetchedBatch;
import io.shardline.consumer.internal.retrieve.PrefetchBudget;
import io.shardline.consumer.internal.retrieve.ReadAnswer;
import io.shardline.consumer.internal.retrieve.RecordSource;
import io.shardline.consumer.internal.retrieve.ShardName;
import io.shardline.runtime.internal.Logs;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.model.ChildShard;

/**
 * The records of one shard on their way from the source through the handler: a batch at a time, the next one read ahead, the
 * same one again after a failure. It may be halted and started again; then it reads on from what is handled.
 *
 * <p>Confined to the consumer loop.
 */
final class RecordFlow implements RecordSource.Sink, PrefetchBudget.Spare {

    private static final Logger log = Logs.of(RecordFlow.class);

    private final ShardConsumer.Setting setting;
    private final HeldLease lease;
    private final HandlerCalls calls;
    private final Retries retries;
    private final ShardProcessor processor;
    private final TenureCheckpointer checkpointer;
    private final Owner owner;
    private final ShardName shard;
    private final Deaggregator deaggregator;
    private final RetentionCheck retention;
    private final EndEvidence evidence;
    private final ReadTrouble trouble;
    private final DeliveryReports reports;
    private final Rereading rereading = new Rereading();
    private final ArrayDeque<FetchedBatch> ready = new ArrayDeque<>();

    private RecordSource source;
    private @Nullable BatchRun run;
    private @Nullable Position handled;
    private @Nullable Duration behind;
    private long answeredAt;
    private long skipped;
    private boolean reading;
    private boolean ended;
    private boolean childrenReady;

    /** The tenure that the records are handled in. Called on the loop. */
    interface Owner {

        /** Whether records may be given to the handler. */
        boolean isRunning();

        /** The shard's last record is handled, and its children have leases. */
        void allHandled();
    }

    /** What the records of a tenure go through. */
    record Handling(HandlerCalls calls, Retries retries, ShardProcessor processor, TenureCheckpointer checkpointer) {}

    RecordFlow(ShardConsumer.Setting setting, HeldLease lease, Handling handling, Owner owner) {
        this.setting = setting;
        this.lease = lease;
        this.calls = handling.calls();
        this.retries = handling.retries();
        this.processor = handling.processor();
        this.checkpointer = handling.checkpointer();
        this.owner = owner;
        this.reports = new DeliveryReports(setting, lease);
        this.handled = lease.row().checkpoint() instanceof Checkpoint.At at ? at.position() : null;
        ConsumerConfig config = setting.config();
        this.shard = setting.host().nameOf(lease.row());
        this.deaggregator = new Deaggregator(shard, lease.row().range(), config.foreignEntries());
        this.retention = new RetentionCheck(setting.host(), lease);
        this.source = setting.sources().open(shard, readFrom(), this);
        this.answeredAt = setting.loop().nanoTime();
        this.evidence =
                new EndEvidence(setting.loop(), answer -> setting.host().lookUp(lease.row(), answer), this::isGone);
        this.trouble = new ReadTrouble(setting.host(), lease, evidence);
    }

    private Cursor readFrom() {
        Position from = handled;
        retention.begins(from);
        return from == null ? Cursor.of(lease.row().checkpoint()) : new Cursor.At(from);
    }

    /** Begins to read, for the first time or after a halt, once no call of the handler is under way. */
    void start() {
        calls.whenIdle(() -> {
            if (reading || !owner.isRunning()) {
                return;
            }
            source = source.restartFrom(readFrom()); // where to begin may not have been known before
            reading = true;
            readOn();
        });
    }

    /** Asks for the next batch, from what is handled on if reading was stopped. */
    private void readOn() {
        if (source.isStopped()) {
            source = source.restartFrom(readFrom());
            Integer again = rereading.records();
            if (again != null) {
                source.readAtMost(again);
            }
        }
        source.request();
    }

    /** Another worker will get the shard soon. */
    void readSooner() {
        source.readSooner();
    }

    /** The position up to which everything is handled, or null if that is the start of the shard. */
    @Nullable
    Position handled() {
        takeProgress();
        return handled;
    }

    /**
     * Reads nothing more, forgets what is not handled, so that it takes no memory, and lets the handler begin with no other
     * record.
     */
    void halt() {
        reading = false;
        retries.forget();
        takeProgress();
        rereading.forget();
        giveBackAhead();
        ended = false;
        if (run != null) {
            run.cancel();
        }
        calls.withdraw();
        if (run != null && !calls.isCalling()) {
            release(run); // it waited for a thread, or to be tried again
        }
    }

    /** Whether a read has succeeded, of this tenure. */
    boolean hasBeenRead() {
        return behind != null;
    }

    /** Gives back what is read ahead, and reads no further until {@link #readOn}. */
    private void giveBackAhead() {
        setting.budget().keep(this);
        source.stop();
        while (!ready.isEmpty()) {
            ended = false; // the end is behind what is given back, and will be seen again
            setting.budget().release(ready.remove().heldBytes());
        }
    }

    /** Others need the memory: what is read ahead, and a batch that waits to be tried again, is read anew when its time comes. */
    @Override
    public void giveBack() {
        giveBackAhead();
        BatchRun current = run;
        if (current != null && retries.isPending() && !calls.isCalling()) {
            takeProgress();
            rereading.gaveBack(current, handled);
            ended = false;
            release(current);
        }
    }

    /** Tells the budget whether anything here could be given back. */
    private void offer() {
        if (!ready.isEmpty() || (run != null && retries.isPending())) {
            setting.budget().offer(this);
        } else {
            setting.budget().keep(this);
        }
    }

    /** Whether something that was read waits for the handler, or is with it. */
    boolean isAnyWaiting() {
        return run != null || !ready.isEmpty() || rereading.isWaiting();
    }

    @Override
    public boolean isStarving() {
        return run == null && ready.isEmpty();
    }

    /** When a read last succeeded, or when the tenure began. */
    long answeredAt() {
        return answeredAt;
    }

    /**
     * How far behind the tip the batch was that the handler is at, or else the last read, and the time since then while there is
     * such a batch or no read; null before the first.
     */
    @Nullable
    Duration behindLatest() {
        long now = setting.loop().nanoTime();
        FetchedBatch oldest = run != null ? run.batch() : ready.peek();
        if (oldest != null) {
            return oldest.behindLatest().plusNanos(now - oldest.readNanos());
        }
        Duration read = behind;
        return read == null || (reading && !source.isFailing()) ? read : read.plusNanos(now - answeredAt);
    }

    long skipped() {
        return skipped;
    }

    /** In words, what has to happen before the handler gets the next record. */
    String waitsFor() {
        return ended && !childrenReady ? "leases for its children" : source.waitsFor();
    }

    @Override
    public void answered(ReadAnswer answer) {
        behind = answer.behindLatest();
        answeredAt = setting.loop().nanoTime();
        evidence.isThere();
        retention.answered(answer, !isAnyWaiting());
    }

    @Override
    public boolean isListed() {
        return evidence.isListed();
    }

    @Override
    public void startsOver() {
        FetchedBatch last = ready.peekLast();
        Position read = last != null ? lastOf(last) : run != null ? lastOf(run.batch()) : handled;
        log.warn("shard={}: position={} is refused, so it is read on from the oldest record", lease.key(), read);
        retention.begins(read);
    }

    private static Position lastOf(FetchedBatch batch) {
        return new Position(batch.records().get(batch.records().size() - 1).sequenceNumber(), 0);
    }

    /** The position handled, and when the shard was last read to its tip and all of it handled; null if nothing is handled. */
    Checkpoint.@Nullable At progress() {
        Position position = handled();
        return position == null ? null : new Checkpoint.At(position, retention.tipReadAt());
    }

    /** The position after which records may have expired, or null. */
    @Nullable
    Position expiredAfter() {
        return retention.expiredAfter();
    }

    @Override
    public boolean claimsEnd(boolean isNothingLeft, long sentNanos) {
        return evidence.claimsEnd(isNothingLeft, sentNanos);
    }

    @Override
    public void fetched(FetchedBatch batch) {
        if (!owner.isRunning()) {
            setting.budget().release(batch.heldBytes());
            return;
        }
        ready.add(batch);
        handleNext();
        offer();
    }

    @Override
    public void ended(List<ChildShard> children) {
        ended = true;
        // First the children's leases, then the end of this one: a crash between the two loses no shard.
        setting.host().createChildren(lease.row(), children, () -> {
            childrenReady = true;
            handleNext();
        });
    }

    @Override
    public void failed(Throwable failure, int inARow) {
        trouble.failed(failure, inARow);
    }

    private void isGone() {
        if (owner.isRunning() && !ended) {
            log.warn("shard={} is no longer there: its records were older than the retention", lease.key());
            retention.isGone(handled(), setting.platform().wallClock().instant());
            source.stop();
            ended(List.of());
        }
    }

    private void handleNext() {
        if (!owner.isRunning() || calls.isCalling() || run != null) {
            return; // a run that is not calling waits to be tried again
        }
        FetchedBatch batch = ready.poll();
        if (batch == null) {
            if (ended && childrenReady) {
                rereading.forget(); // what was given back may have expired
                retries.forget();
                owner.allHandled();
            } else if (!ended && source.isStopped() && !rereading.isWaiting()) {
                readOn(); // what was read ahead has been given back
            }
            return;
        }
        BatchRun next = new BatchRun(batch, deaggregator, handled, setting.host()::mayAct);
        next.triedBefore(rereading.attemptsOf(batch));
        run = next;
        offer();
        source.request(); // one batch is read ahead of the one being handled
        handle(next);
    }

    private void handle(BatchRun current) {
        calls.call(() -> processor.process(current), failure -> handled(current, failure));
    }

    private void handled(BatchRun current, @Nullable Throwable failure) {
        current.handlerTook(calls.lastTookNanos());
        takeProgress();
        if (current.isCancelled() || !owner.isRunning()) {
            if (failure != null && !(failure instanceof LeaseLostException)) {
                report(current, failure);
            }
            release(current);
            return;
        }
        if (failure != null) {
            failed(current, failure);
        } else {
            rereading.called(current);
            goOn(current);
        }
    }

    private void goOn(BatchRun current) {
        if (!current.isDone()) {
            handle(current); // there is another batch in it, or it stopped for a deadline that has moved, or at what
            // was skipped
            return;
        }
        if (current.dropped() > 0) {
            reports.dropped(current);
        }
        release(current);
        handleNext();
    }

    private void failed(BatchRun current, Throwable failure) {
        Retries.Failed failed = report(current, failure);
        if (failed.counts()) {
            rereading.called(current);
        }
        if (setting.config().giveUp().action() == Action.SKIP && retries.givesUp(failed) && current.isExpanded()) {
            skip(current, failed);
            return;
        }
        if (failed.counts()) {
            current.failedOnce();
        }
        retries.again(failed, () -> tryAgain(current));
        if (retries.isStopped()) {
            halt();
        } else {
            giveBackAhead(); // it would keep memory from shards that make progress
            offer();
        }
    }

    private void tryAgain(BatchRun current) {
        if (rereading.isWaiting()) {
            rereading.begin();
            readOn();
        } else {
            offer();
            handle(current);
        }
    }

    private Retries.Failed report(BatchRun current, Throwable failure) {
        Retries.Failed failed = new Retries.Failed(current.attempt(), failure);
        retries.report(failed, "records", current.next());
        return failed;
    }

    private void skip(BatchRun current, Retries.Failed failed) {
        int from = current.handled();
        List<ConsumerRecord> records = current.records().subList(from, from + processor.failed(current));
        reports.skipped(records, failed);
        current.skip(records.size());
        skipped += records.size();
        takeProgress();
        goOn(current);
    }

    private void takeProgress() {
        BatchRun current = run;
        Position position = current == null ? null : current.progress();
        if (position != null) {
            handled = position;
            checkpointer.handledUpTo(position);
        }
    }

    private void release(BatchRun current) {
        if (run == current) {
            run = null;
            setting.budget().release(current.batch().heldBytes());
            reports.handled(current);
        }
    }
}
