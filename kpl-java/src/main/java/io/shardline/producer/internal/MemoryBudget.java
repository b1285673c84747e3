package io.shardline.producer.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bytes that the producer may still take in, and the queue of those who wait for some.
 *
 * <p>While nobody waits, taking and giving back is one compare-and-set. Who waits is served strictly in turn, and while
 * somebody waits nobody takes past him. Thread-safe.
 */
final class MemoryBudget {

    /** Who waits for bytes beyond this is turned away. */
    static final int MOST_WAITING = 1_000_000;

    private final long size;
    private final AtomicLong free;

    /** How many are in the queue; written under the lock, and only after a served turn has been admitted. */
    private final AtomicInteger waiting = new AtomicInteger();

    /** Written under the lock. */
    private volatile long neededByFirst;

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Turn> queue = new ArrayDeque<>();
    private boolean closed;

    /** A place in the queue. */
    abstract static class Turn {

        private final long bytes;

        Turn(long bytes) {
            this.bytes = bytes;
        }

        /** There was room. Called under the lock of the budget by whoever made the room; must neither block nor call it. */
        abstract void admitted();

        /** There will be no room any more. */
        abstract void abandoned();
    }

    MemoryBudget(long bytes) {
        this.size = bytes;
        this.free = new AtomicLong(bytes);
    }

    /** All there is, in bytes. */
    long size() {
        return size;
    }

    /** What is taken, in bytes. */
    long taken() {
        return size - free.get();
    }

    long free() {
        return free.get();
    }

    /** How many bytes the first needs who waits; 0 if nobody waits. */
    long neededByFirst() {
        return neededByFirst;
    }

    boolean hasWaiting() {
        return waiting.get() > 0;
    }

    /** Takes bytes if there are enough and nobody waits. */
    boolean tryTake(long bytes) {
        return !hasWaiting() && take(bytes);
    }

    /**
     * Takes bytes now or later; the turn hears of it, perhaps before this returns.
     *
     * @return false if too many wait, or the budget is closed; the turn hears nothing then
     */
    boolean takeInTurn(Turn turn) {
        lock.lock();
        try {
            if (closed || (turn.bytes > 0 && waiting.get() >= MOST_WAITING)) {
                return false;
            }
            queue.add(turn);
            waiting.incrementAndGet(); // before looking for room: whoever gives back from now on sees it and serves us
            serve();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Leaves the queue; false if the turn has come already. */
    boolean leave(Turn turn) {
        lock.lock();
        try {
            boolean left = queue.remove(turn);
            if (left) {
                waiting.decrementAndGet();
                serve();
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    void giveBack(long bytes) {
        free.addAndGet(bytes);
        if (hasWaiting()) {
            lock.lock();
            try {
                serve();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Lets nobody wait any more, and returns those who did. */
    List<Turn> close() {
        lock.lock();
        try {
            closed = true;
            List<Turn> left = new ArrayList<>(queue);
            queue.clear();
            waiting.set(0);
            neededByFirst = 0;
            return left;
        } finally {
            lock.unlock();
        }
    }

    private void serve() {
        Turn first = queue.peek();
        while (first != null && take(first.bytes)) {
            queue.remove();
            first.admitted();
            waiting.decrementAndGet(); // after the admission, or somebody could take past it
            first = queue.peek();
        }
        neededByFirst = first == null ? 0 : first.bytes;
    }

    private boolean take(long bytes) {
        long now = free.get();
        while (now >= bytes) {
            if (free.compareAndSet(now, now - bytes)) {
                return true;
            }
            now = free.get();
        }
        return false;
    }
}
