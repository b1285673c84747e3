package io.shardline.consumer.internal.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A lease this worker acts on, and the one writer of its row.
 *
 * <p>One write is in flight at a time; positions that come meanwhile are merged into the next one. Confined to the
 * consumer loop.
 */
public final class HeldLease {

    private final StoreCalls calls;
    private final LeaseStore store;
    private final Lease taken;
    private final Listener listener;

    private Lease row;
    private boolean writing;
    private boolean gone;
    private @Nullable Checkpoint next;
    private final List<Waiter> waiters = new ArrayList<>();
    private @Nullable Runnable whenIdle;

    /** Somebody who wants to know when a position is written. */
    private record Waiter(Checkpoint position, CompletableFuture<Void> done) {}

    /** Whoever acts on the lease. Called on the loop. */
    interface Listener {

        /** It is held no more: a write has shown that the row has changed hands. */
        void lost(HeldLease lease, String why);

        /** Nothing can be written to the row any more. */
        void tooLarge(HeldLease lease, RowTooLargeException why);

        /** The row's checkpoint is written. */
        void checkpointed(HeldLease lease);
    }

    /** Thrown into the futures of checkpoints that can no longer be written. */
    public static final class LostException extends RuntimeException {
        private static final long serialVersionUID = 1;

        LostException(String key) {
            super("the lease of " + key + " is held by another session, or by none, by now");
        }
    }

    /** A lease as its take returned it. */
    HeldLease(StoreCalls calls, LeaseStore store, Lease taken, Listener listener) {
        this.calls = calls;
        this.store = store;
        this.taken = taken;
        this.row = taken;
        this.listener = listener;
    }

    public String key() {
        return row.key();
    }

    /** The row as it is known to be. */
    public Lease row() {
        return row;
    }

    /** The counter that the take produced; larger for every later tenure of the shard. */
    public long fencingToken() {
        return taken.counter();
    }

    /** Whether this is no longer held. */
    public boolean isGone() {
        return gone;
    }

    /**
     * Moves the checkpoint, unless it is there or further already.
     *
     * @return completes on the loop once this position or a later one is written; exceptionally when the lease is lost
     */
    public CompletableFuture<Void> checkpoint(Checkpoint position) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (gone) {
            done.completeExceptionally(new LostException(key()));
        } else if (!position.isAfter(row.checkpoint())) {
            done.complete(null);
        } else {
            waiters.add(new Waiter(position, done));
            if (next == null || position.isAfter(next)) {
                next = position;
            }
            write();
        }
        return done;
    }

    /** Calls back as soon as no write is in flight and none waits, or the lease is gone. */
    void whenIdle(Runnable then) {
        if (!gone && (writing || next != null)) {
            whenIdle = then;
        } else {
            then.run();
        }
    }

    /** From now on nothing is written and nobody waits. */
    void drop() {
        gone = true;
        next = null;
        List<Waiter> left = List.copyOf(waiters);
        waiters.clear();
        left.forEach(waiter -> waiter.done().completeExceptionally(new LostException(key())));
        Runnable then = whenIdle;
        whenIdle = null;
        if (then != null) {
            then.run();
        }
    }

    private void write() {
        Checkpoint position = next;
        if (writing || position == null) {
            return;
        }
        writing = true;
        next = null;
        Lease from = row;
        StoreCalls.Write<Lease> write = calls.ordinary(() -> store.checkpoint(from, position))
                .orTooLarge(why -> {
                    writing = false;
                    if (!gone) {
                        listener.tooLarge(this, why);
                    }
                });
        calls.write(write, this::written, found -> {
            // A failed condition may show an earlier sending of this very write.
            if (found != null && isSameState(found, from.handledTo(position))) {
                written(found);
            } else if (!gone) {
                writing = false;
                listener.lost(this, "a write was refused: the lease has changed hands");
            }
        });
    }

    private static boolean isSameState(Lease found, Lease landed) {
        return found.counter() == landed.counter()
                && Objects.equals(found.owner(), landed.owner())
                && found.checkpoint().equals(landed.checkpoint());
    }

    private void written(Lease now) {
        writing = false;
        row = now;
        if (next != null && !next.isAfter(row.checkpoint())) {
            next = null; // overtaken by the write that has just landed
        }
        List<Waiter> reached = new ArrayList<>();
        for (Waiter waiter : waiters) {
            if (!waiter.position().isAfter(now.checkpoint())) {
                reached.add(waiter);
            }
        }
        waiters.removeAll(reached);
        reached.forEach(waiter -> waiter.done().complete(null));
        listener.checkpointed(this);
        if (gone) {
            return;
        }
        write();
        Runnable then = whenIdle;
        if (!writing && then != null) {
            whenIdle = null;
            then.run();
        }
    }
}
