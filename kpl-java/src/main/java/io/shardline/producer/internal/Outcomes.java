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
        void tell();

        /** Whose end it is. */
        default List<PendingRecord> records() {
            return List.of();
        }
    }

    /** Immutable. */
    private record Acknowledged(RequestEntry entry, Stored stored) implements Outcome {

        @Override
        public void tell() {
            List<PendingRecord> records = entry.records();
            for (int i = 0; i < records.size(); i++) {
                try {
                    records.get(i).acknowledge(stored, i);
                } catch (Throwable e) { // an exhausted heap; the others may have more luck
                    records.get(i).stream.ofCallbacks().note("telling of a record", e);
                }
            }
        }

        @Override
        public List<PendingRecord> records() {
            return entry.records();
        }
    }

    /** Immutable. */
    private record GivenUp(PendingRecord pending, FailureReason reason, String why) implements Outcome {

        @Override
        public void tell() {
            pending.fail(reason, why);
        }

        @Override
        public List<PendingRecord> records() {
            return List.of(pending);
        }
    }

    void acknowledged(RequestEntry entry, Stored stored) {
        decided.add(new Acknowledged(entry, stored));
        cost += entry.cost();
        entry.records().forEach(pending -> pending.isDecided = true);
        acknowledged += entry.records().size();
    }

    /** Does nothing for a record whose end is decided: who gives up all there is may have been stopped half way. */
    void failed(PendingRecord pending, FailureReason reason, String why) {
        if (pending.isDecided) {
            return;
        }
        happened(() -> new ProducerEvent.UserRecordGivenUp(pending.stream.name(), reason, pending.failures()));
        decided.add(new GivenUp(pending, reason, why));
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
            decided.add(() -> tell(present, happened));
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
        if (!pending.isDecided) {
            failed(pending, reason, why);
            cost -= pending.cost();
        }
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

        /** Whether {@link #finished} has all records. */
        private boolean isCounted;

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
            try {
                returnMemory();
            } finally {
                tellAll();
            }
        }

        private void returnMemory() {
            try {
                outcomes.forEach(this::discount);
            } finally {
                giveBack();
            }
        }

        private void tellAll() {
            try {
                outcomes.forEach(this::tell);
                outcomes.forEach(outcome -> outcome.records().forEach(this::finished));
                isCounted = true;
            } finally {
                owner.finish(tally.sum());
                owner.comesBack(this);
            }
        }

        @Override
        protected void run() {
            owner.told(this);
        }

        private void discount(Outcome outcome) {
            try {
                owner.discount(outcome.records());
            } catch (Throwable e) { // the others count for other lanes
                owner.outcomes().ofCallbacks.note("counting what a lane holds", e);
            }
        }

        private void giveBack() {
            try {
                owner.giveBack(cost);
            } catch (Throwable e) { // the bytes are back, but perhaps not all records were admitted that wait for them
                owner.outcomes().ofCallbacks.note("admitting records that wait for memory", e);
                owner.giveBack(0);
            }
        }

        private void tell(Outcome outcome) {
            try {
                outcome.tell();
            } catch (Throwable e) { // an exhausted heap; the others may have more luck
                owner.outcomes().ofCallbacks.note("telling of a record", e);
            }
        }

        void countInEpochs() {
            if (isCounted) {
                finished.forEach(each -> each.epoch.finished(each.count));
            } else {
                outcomes.forEach(outcome -> outcome.records().forEach(Batch::countAlone));
            }
        }

        private static void countAlone(PendingRecord pending) {
            Epochs.Epoch epoch = pending.epoch;
            if (epoch != null) {
                epoch.finished(1);
            }
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
