package io.shardline.producer.internal;

import io.shardline.aggregation.HashKey;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that the producer may still take in, and the records that wait for some.
 *
 * <p>While nobody waits, taking and giving back is a compare-and-set or two, without the lock. Of the second half a lane gets only
 * what leaves enough for the other lanes of its stream and for other streams ({@link StreamShare}). A lane's records are
 * served in turn. Of a stream, lanes that hold nothing are served first, in turn, and none past them; before all others, and none
 * past them, streams that hold nothing: so whatever the size of a record, its turn comes if what is held comes free. Thread-safe.
 */
final class MemoryBudget {

    /** Who waits for bytes beyond this is turned away. */
    static final int MAX_WAITING = 1_000_000;

    private final long size;
    private final AtomicLong free;

    /** How many records wait; written under the lock, before a turn is queued and after a served one has been admitted. */
    private final AtomicInteger waiting = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock();

    private final StreamShare.Order order = new StreamShare.Order();

    /** Of all streams, in the order in which they came. */
    private final ArrayDeque<Barrier> barriers = new ArrayDeque<>();

    private long ordinals;
    private boolean closed;

    /** What is run once nothing waits any more that came before it, of one stream or of all. Immutable. */
    record Barrier(long ordinal, Runnable action) {}

    /**
     * A place in the queue of a lane.
     *
     * <p>What it waits for is guarded by the lock of the budget.
     */
    abstract static class Turn {

        private final long bytes;
        private final StreamShare stream;
        private final HashKey hashKey;
        private long ordinal;
        private StreamShare.@Nullable Lane lane;

        Turn(long bytes, StreamShare stream, HashKey hashKey) {
            this.bytes = bytes;
            this.stream = stream;
            this.hashKey = hashKey;
        }

        /**
         * There was room. Called under the lock of the budget by whoever made the room; must not block.
         *
         * @param lane what the bytes count for
         */
        abstract void admitted(StreamShare.Lane lane);

        /** There will be no room any more. Called again if it throws. */
        abstract void abandoned();

        long bytes() {
            return bytes;
        }

        HashKey hashKey() {
            return hashKey;
        }

        /** Of two turns the one that came first has the lower. */
        long ordinal() {
            return ordinal;
        }

        /** What it waits for; null if it does not wait. */
        StreamShare.@Nullable Lane lane() {
            return lane;
        }

        void waitsFor(StreamShare.@Nullable Lane next) {
            lane = next;
        }
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

    /** How many bytes have to be free for any of those who wait; 0 if nobody waits. */
    long neededByWaiting() {
        if (!hasWaiting()) {
            return 0;
        }
        lock.lock();
        try {
            return order.needed();
        } finally {
            lock.unlock();
        }
    }

    boolean hasWaiting() {
        return waiting.get() > 0;
    }

    /**
     * Takes bytes if the lane of a hash key may have so many more, and nobody waits.
     *
     * @return what they count for, or null if they were not taken
     */
    StreamShare.@Nullable Lane tryTake(long bytes, StreamShare stream, HashKey hashKey) {
        if (hasWaiting()) {
            return null;
        }
        return take(bytes, size / 2) ? StreamShare.UNCOUNTED : takeCounted(stream.laneOf(hashKey), bytes);
    }

    /**
     * Takes bytes now or later; the turn hears of it, perhaps before this returns.
     *
     * @return false if too many wait, or the budget is closed; the turn hears nothing then
     */
    boolean takeInTurn(Turn turn) {
        lock.lock();
        try {
            if (closed || waiting.get() >= MAX_WAITING) {
                return false;
            }
            enqueue(turn);
            serve();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(Turn turn) {
        waiting.incrementAndGet(); // before looking for room: whoever gives back from now on sees it and serves us
        boolean queued = false;
        try {
            turn.ordinal = ordinals++;
            turn.stream.enqueue(turn);
            place(turn.stream);
            queued = true;
        } finally {
            if (!queued) {
                waiting.decrementAndGet();
            }
        }
    }

    /** Leaves the queue; false if the turn has come already. */
    boolean leave(Turn turn) {
        lock.lock();
        try {
            boolean left = turn.lane != null;
            if (left) {
                dequeue(turn);
                waiting.decrementAndGet();
                passBarriers(turn.stream);
                serve();
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs an action once all have been admitted, or have left, who wait now.
     *
     * @param stream whose; null for all
     */
    void whenAdmitted(@Nullable StreamShare stream, Runnable action) {
        lock.lock();
        try {
            Barrier barrier = new Barrier(ordinals++, action);
            if (stream == null) {
                barriers.add(barrier);
                passBarriers();
            } else {
                stream.barriers().add(barrier);
                passBarriers(stream);
            }
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

    /** Bytes are about to be given back that count for a lane. */
    void discount(StreamShare.Lane lane, long bytes) {
        if (lane != StreamShare.UNCOUNTED) {
            count(lane, -bytes);
        }
    }

    /** Where records wait, their order depends on what lanes hold. */
    private void count(StreamShare.Lane lane, long bytes) {
        lane.count(bytes);
        if (hasWaiting()) {
            lock.lock();
            try {
                lane.place();
                place(lane.stream());
            } finally {
                lock.unlock();
            }
        }
    }

    void useMap(StreamShare stream, ShardMap map) {
        lock.lock();
        try {
            stream.replaceMap(map);
            place(stream);
            serve();
        } finally {
            lock.unlock();
        }
    }

    /** Abandons those who wait, in order, and lets nobody wait any more. If something throws, those that are left still wait. */
    void close() {
        lock.lock();
        try {
            closed = true;
            Turn oldest = order.oldest();
            while (oldest != null) {
                oldest.abandoned();
                dequeue(oldest);
                waiting.decrementAndGet();
                passBarriers(oldest.stream);
                oldest = order.oldest();
            }
            passBarriers();
        } finally {
            lock.unlock();
        }
    }

    private void serve() {
        Turn next = admissible();
        while (next != null) {
            StreamShare.Lane lane = takeFor(lane(next), next.bytes);
            if (lane == null) {
                break; // somebody else took it meanwhile
            }
            dequeue(next);
            next.admitted(lane);
            waiting.decrementAndGet(); // after the admission, or somebody could take past it
            passBarriers(next.stream);
            next = admissible();
        }
        passBarriers();
    }

    /** Who may be served now; null if nobody. If there is no room for the one that is next, there is none for others. */
    private @Nullable Turn admissible() {
        Turn turn = order.next();
        return turn != null && free.get() >= needs(turn) ? turn : null;
    }

    /** So much must be free for it: half of all and itself, as it need not count then, or less. */
    private long needs(Turn turn) {
        return turn.bytes + Math.min(size / 2, lane(turn).mustLeave(turn.bytes));
    }

    private void place(StreamShare stream) {
        Turn next = stream.nextTurn();
        order.place(stream, next == null ? 0 : needs(next));
    }

    private static StreamShare.Lane lane(Turn turn) {
        return turn.lane != null ? turn.lane : turn.stream.laneOf(turn.hashKey);
    }

    private void dequeue(Turn turn) {
        turn.stream.dequeue(turn);
        place(turn.stream);
    }

    private void passBarriers() {
        pass(barriers, order.firstOrdinal());
    }

    private void passBarriers(StreamShare stream) {
        pass(stream.barriers(), stream.firstOrdinal());
    }

    private static void pass(ArrayDeque<Barrier> barriers, long first) {
        Barrier next = barriers.peek();
        while (next != null && next.ordinal() < first) {
            next.action().run(); // it stays if this throws
            barriers.poll();
            next = barriers.peek();
        }
    }

    private StreamShare.@Nullable Lane takeFor(StreamShare.Lane lane, long bytes) {
        return take(bytes, size / 2) ? StreamShare.UNCOUNTED : takeCounted(lane, bytes);
    }

    private StreamShare.@Nullable Lane takeCounted(StreamShare.Lane lane, long bytes) {
        if (take(bytes, lane.mustLeave(bytes))) {
            count(lane, bytes);
            return lane;
        }
        return null;
    }

    private boolean take(long bytes, long left) {
        long now = free.get();
        while (now - bytes >= left) {
            if (free.compareAndSet(now, now - bytes)) {
                return true;
            }
            now = free.get();
        }
        return false;
    }
}
