package io.shardline.producer.internal;

import io.shardline.producer.Attempt;
import io.shardline.producer.PutCallback;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record that was put, and what came of it. Confined to the simulation's thread. */
final class SimulatedPut implements PutCallback {

    final StreamTruth.Seen record;
    final long putAt;
    private @Nullable PutReceipt receipt;
    private @Nullable PutFailedException failure;
    private final Runnable whenToldTwice;

    /** What it takes of the memory budget at least, in bytes. */
    long cost;

    /** What the callback does besides. */
    Runnable callback = () -> {};

    SimulatedPut(StreamTruth.Seen record, long putAt, Runnable whenToldTwice) {
        this.record = record;
        this.putAt = putAt;
        this.whenToldTwice = whenToldTwice;
    }

    boolean isDone() {
        return receipt != null || failure != null;
    }

    @Nullable
    PutReceipt receipt() {
        return receipt;
    }

    @Nullable
    PutFailedException failure() {
        return failure;
    }

    /** The failed ones. */
    List<Attempt> attempts() {
        if (receipt != null) {
            return receipt.failedAttempts();
        }
        return failure != null ? failure.attempts() : List.of();
    }

    @Override
    public void acknowledged(UserRecord put, PutReceipt stored) {
        checkOnce();
        receipt = stored;
        callback.run();
    }

    @Override
    public void failed(PutFailedException givenUp) {
        checkOnce();
        failure = givenUp;
        callback.run();
    }

    private void checkOnce() {
        if (isDone()) {
            whenToldTwice.run();
        }
    }
}
