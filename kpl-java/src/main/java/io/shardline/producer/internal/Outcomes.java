package io.shardline.producer.internal;

import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerEvent;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.LoopTask;
import io.shardline.runtime.internal.UserFailures;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What has been decided about records in this batch of the loop, to be told to their futures in one go.
 *
 * <p>Confined to the loop, except for what user code threw.
 */
final class Outcomes {

    private final UserFailures ofCallbacks = new UserFailures(Logs.of(Outcomes.class));
    private final UserFailures ofListener = new UserFailures(Logs.of(Outcomes.class));
    private List<Outcome> decided = new ArrayList<>();
    private long cost;
    private long acknowledged;
    private long failed;
    private long abandoned;
    private final @Nullable Consumer<? super ProducerEvent> listener;

    Outcomes(@Nullable Consumer<? super ProducerEvent> listener) {
        this.listener = listener;
    }

    /** The end of one record or of an aggregate full, or an event. */
    private interface Outcome {

        /** Completes the futures; runs user code. */
        void tell(Batch batch);
    }

    void acknowledged(RequestEntry entry, Stored stored) {
        decided.add(batch -> {
            List<PendingRecord> records = entry.records();
            for (int i = 0; i < records.size(); i++) {
                PendingRecord pending = records.get(i);
                pending.acknowledge(stored, i);
                batch.finished(pending);
            }
        });
        cost += entry.cost();
        entry.records().forEach(pending -> pending.isDecided = true);
        acknowledged += entry.records().size();
    }

    void failed(PendingRecord pending, FailureReason reason, String why) {
        happened(() -> new ProducerEvent.UserRecordGivenUp(pending.stream.name(), reason, pending.failures()));
        decided.add(batch -> {
            pending.fail(reason, why);
            batch.finished(pending);
        });
        cost += pending.cost();
        pending.isDecided = true;
        if (reason == FailureReason.CLOSED) {
            abandoned++;
        } else {
            failed++;
        }
    }

    /** Tells the listener, if there is one, behind what was decided before. */
    void happened(Supplier<ProducerEvent> event) {
        if (listener != null) {
            Consumer<? super ProducerEvent> present = listener;
            ProducerEvent happened = event.get();
            decided.add(batch -> tell(present, happened));
        }
    }

    /** Of this producer, from all threads. */
    UserFailures ofCallbacks() {
        return ofCallbacks;
    }

    private void tell(Consumer<? super ProducerEvent> listener, ProducerEvent event) {
        try {
            listener.accept(event);
        } catch (Throwable e) { // futures wait behind it
            ofListener.note("the listener", e);
        }
    }

    /** As {@link #failed}, for a record that takes nothing of the memory budget. */
    void turnedAway(PendingRecord pending, FailureReason reason, String why) {
        failed(pending, reason, why);
        cost -= pending.cost();
    }

    /** Takes what has been decided since the last call; null if nothing has. */
    @Nullable
    Batch take(ProducerLoop owner) {
        if (decided.isEmpty()) {
            return null;
        }
        Batch batch = new Batch(owner, decided, cost, new Tally(acknowledged, failed, abandoned));
        decided = new ArrayList<>();
        cost = 0;
        acknowledged = 0;
        failed = 0;
        abandoned = 0;
        return batch;
    }

    /**
     * Outcomes on their way: first to the futures, then back to the loop to be counted.
     *
     * <p>Confined to whoever has it: the loop, the user code thread, the loop again.
     */
    static final class Batch extends LoopTask {

        private final ProducerLoop owner;
        private final List<Outcome> outcomes;
        private final long cost;
        private final List<Finished> finished = new ArrayList<>(1);
        private final Tally tally;

        /** Records of one epoch, counted together because neighbours nearly always share it. */
        private static final class Finished {

            private final Epochs.Epoch epoch;
            private long count;

            Finished(Epochs.Epoch epoch) {
                this.epoch = epoch;
            }
        }

        private Batch(ProducerLoop owner, List<Outcome> outcomes, long cost, Tally tally) {
            this.owner = owner;
            this.outcomes = outcomes;
            this.cost = cost;
            this.tally = tally;
        }

        Tally tally() {
            return tally;
        }

        /** Gives the bytes back, then completes the futures. On a thread for user code. */
        void tellAndReturn() {
            owner.giveBack(cost);
            try {
                outcomes.forEach(outcome -> outcome.tell(this));
            } finally {
                owner.finish(tally.sum());
                owner.comesBack(this);
            }
        }

        @Override
        protected void run() {
            owner.told(this);
        }

        void countInEpochs() {
            finished.forEach(each -> each.epoch.finished(each.count));
        }

        private void finished(PendingRecord pending) {
            Epochs.Epoch epoch = pending.epoch;
            if (epoch == null) {
                return; // refused at the door
            }
            Finished last = finished.isEmpty() ? null : finished.get(finished.size() - 1);
            if (last == null || last.epoch != epoch) {
                last = new Finished(epoch);
                finished.add(last);
            }
            last.count++;
        }
    }
}
