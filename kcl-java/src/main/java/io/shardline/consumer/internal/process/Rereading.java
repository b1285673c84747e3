package io.shardline.consumer.internal.process;

import io.shardline.consumer.Position;
import io.shardline.consumer.internal.retrieve.FetchedBatch;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of a batch that was given back to the prefetch budget, from then until its records are tried again.
 *
 * <p>They may be read again one by one, the first of them at what is handled, so the attempts are kept until a batch brings a
 * record for the handler. Confined to the consumer loop.
 */
final class Rereading {

    private @Nullable GivenBack batch;
    private boolean waiting;

    /** A batch that waited to be tried again is given back; it is read anew at {@link #begin}. */
    void gaveBack(BatchRun run, @Nullable Position handled) {
        if (batch == null) { // or else the run has tried none of its records
            batch = GivenBack.of(run, handled);
        }
        waiting = true;
    }

    /** Whether a batch is not to be read anew yet. */
    boolean isWaiting() {
        return waiting;
    }

    /** Its time has come. */
    void begin() {
        waiting = false;
    }

    /** How many Kinesis records bring it again, counted from what is handled; null if nothing is read anew. */
    @Nullable
    Integer records() {
        GivenBack known = batch;
        return known == null ? null : known.records();
    }

    /** A batch has come: how often its first record will have been tried. */
    int attemptsOf(FetchedBatch next) {
        GivenBack known = batch;
        return known == null ? 1 : known.attemptsOf(next);
    }

    /** A call is over that was made for a batch: its records count their attempts themselves, if there are any. */
    void called(BatchRun run) {
        GivenBack known = batch;
        if (known != null) {
            batch = run.isDone() && run.records().isEmpty() ? known.after(run.batch()) : null;
        }
    }

    void forget() {
        batch = null;
        waiting = false;
    }
}
