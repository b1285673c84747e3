package io.shardline.consumer.internal.retrieve;

import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.ServiceErrors;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.model.ChildShard;

/**
 * Polls a shard while no subscription gives its events.
 *
 * <p>Confined to the consumer loop.
 */
final class PollingBridge implements RecordSource.Sink {

    private static final Logger log = Logs.of(PollingBridge.class);

    private final PollingSource.Setting setting;
    private final ShardName shard;
    private final RecordSource.Sink sink;
    private final Owner owner;

    private @Nullable PollingSource source;

    /** GetRecords says what a subscription did not: whether there is anything, or the shard is at its end. */
    private boolean first;

    /** So many records come by GetRecords, which does not go on behind them before they are there. */
    private int toReadAgain;

    /** Whether it was stopped from here; if not, a source that is stopped has come to the end of its shard. */
    private boolean isHeld;

    private boolean isDenied;

    /** The source that it polls for. Called on the loop, from within a read. */
    interface Owner {

        /** Where reading goes on. */
        Cursor cursor();

        /** Whether there should be no subscription at all. */
        boolean isPolling();

        /** The oldest record is where it goes on, as the service does not know the number. */
        void startsOver();

        void polled(FetchedBatch batch);

        /** A read brought nothing, or failed. */
        void polledNothing();

        void ended(List<ChildShard> children);
    }

    PollingBridge(PollingSource.Setting setting, ShardName shard, RecordSource.Sink sink, Owner owner) {
        this.setting = setting;
        this.shard = shard;
        this.sink = sink;
        this.owner = owner;
    }

    /** Asks for one more batch, from where the owner is. */
    void request() {
        PollingSource current = source;
        if (current != null && current.isStopped() && !isHeld) {
            return; // it has given the last records just now, and says next that they are
        }
        isHeld = false;
        if (current == null || current.isStopped()) {
            current = current == null
                    ? new PollingSource(setting, shard, owner.cursor(), this)
                    : current.restartFrom(owner.cursor());
            source = current;
            if (toReadAgain > 0) {
                current.readAtMost(toReadAgain);
            }
        }
        current.request();
    }

    void stop() {
        isHeld = true;
        if (source != null) {
            source.stop();
        }
    }

    /** No subscription is made before a read has been answered. */
    void goFirst() {
        first = true;
    }

    /** No subscription is made before so many records have been read; 0 for none. */
    void readAtMost(int records) {
        toReadAgain = records;
    }

    boolean isFirst() {
        return first || toReadAgain > 0;
    }

    void readSooner() {
        if (source != null) {
            source.readSooner();
        }
    }

    boolean isActive() {
        return source != null && !source.isStopped();
    }

    boolean isFailing() {
        return source != null && source.isFailing();
    }

    String waitsFor() {
        return source == null ? "" : source.waitsFor();
    }

    @Override
    public boolean isStarving() {
        return sink.isStarving();
    }

    @Override
    public boolean isListed() {
        return sink.isListed();
    }

    @Override
    public void startsOver() {
        owner.startsOver();
        sink.startsOver();
    }

    @Override
    public boolean claimsEnd(boolean isNothingLeft, long sentNanos) {
        return sink.claimsEnd(isNothingLeft, sentNanos);
    }

    @Override
    public void answered(ReadAnswer answer) {
        first = false;
        sink.answered(answer);
        if (answer.first() == null) {
            owner.polledNothing();
        }
    }

    @Override
    public void fetched(FetchedBatch batch) {
        toReadAgain = Math.max(0, toReadAgain - batch.records().size());
        owner.polled(batch);
    }

    @Override
    public void ended(List<ChildShard> children) {
        owner.ended(children);
    }

    @Override
    public void failed(Throwable failure, int inARow) {
        first = false;
        if (owner.isPolling() || !ServiceErrors.code(failure).equals("AccessDeniedException")) {
            sink.failed(failure, inARow);
        } else {
            denied(failure);
        }
        owner.polledNothing();
    }

    private void denied(Throwable failure) {
        toReadAgain = 0;
        if (!isDenied) {
            isDenied = true;
            log.warn(
                    "shard={}: GetRecords is denied, so its reading pauses while there is no subscription, for about 5 s at"
                            + " a hand-over: {}",
                    shard,
                    ServiceErrors.message(failure));
        }
    }
}
