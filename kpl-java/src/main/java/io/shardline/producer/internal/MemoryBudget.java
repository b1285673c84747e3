package io.shardline.producer.internal;

import io.shardline.aggregation.HashKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that the producer may still take in, and the records that wait for some.
 *
 * <p>While half of them are free and nobody waits, taking and giving back is one compare-and-set. Of the second half a lane gets
 * only what leaves enough for the other lanes of its stream and for other streams ({@link StreamShare}). A lane's records are
 * served in turn. Of a stream, lanes that hold nothing are served first, in turn, and none past them; before all others, and none
 * past them, streams that hold nothing: so whatever the size of a record, its turn comes if what is held comes free. Thread-safe.
 */
final class MemoryBudget {

    /** Who waits for bytes beyond this is turned away. */
    static final int MAX_WAITING = 1_000_000;

    private final long size;
    private final AtomicLong free;

    /** How many records wait; written under the lock, and only after a served turn has been admitted. */
    private final AtomicInteger waiting = new AtomicInteger();

    /** Written under the lock. */
    private volatile long needed;

    private final ReentrantLock lock = new ReentrantLock();

    /** Those with records that wait. */
    private final Set<StreamShare> streams = new LinkedHashSet<>();

    private final List<Barrier> barriers = new ArrayList<>();
    private long ordinals;
    private boolean closed;

    /** What is run once nothing waits any more that came before it; of one stream, or of all. Immutable. */
    private record Barrier(long ordinal, @Nullable StreamShare stream, Runnable action) {}

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
        return needed;
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
        if (take(bytes, size / 2)) {
            return StreamShare.UNCOUNTED;
        }
        lock.lock();
        try {
            return hasWaiting() ? null : takeFor(stream.laneOf(hashKey), bytes);
        } finally {
            lock.unlock();
        }
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
            turn.ordinal = ordinals++;
            turn.stream.enqueue(turn);
            streams.add(turn.stream);
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
            boolean left = turn.lane != null;
            if (left) {
                dequeue(turn);
                waiting.decrementAndGet();
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
            barriers.add(new Barrier(ordinals++, stream, action));
            passBarriers();
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
            lock.lock();
            try {
                lane.count(-bytes);
            } finally {
                lock.unlock();
            }
        }
    }

    void useMap(StreamShare stream, ShardMap map) {
        lock.lock();
        try {
            stream.replaceMap(map);
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
            Turn oldest = oldest();
            while (oldest != null) {
                oldest.abandoned();
                dequeue(oldest);
                waiting.decrementAndGet();
                oldest = oldest();
            }
            needed = 0;
            passBarriers();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Turn oldest() {
        Turn oldest = null;
        for (StreamShare stream : streams) {
            Turn first = stream.firstTurn();
            if (first != null && (oldest == null || first.ordinal < oldest.ordinal)) {
                oldest = first;
            }
        }
        return oldest;
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
            next = admissible();
        }
        long most = 0;
        for (StreamShare stream : streams) {
            most = Math.max(most, stream.needed());
        }
        needed = most;
        passBarriers();
    }

    /** Who may be served now; null if nobody. */
    private @Nullable Turn admissible() {
        StreamShare first = null;
        for (StreamShare stream : streams) {
            if (stream.holdsNothing() && (first == null || stream.firstOrdinal() < first.firstOrdinal())) {
                first = stream;
            }
        }
        if (first != null) {
            return admissible(first);
        }
        for (StreamShare stream : streams) {
            Turn turn = admissible(stream);
            if (turn != null) {
                return turn;
            }
        }
        return null;
    }

    private @Nullable Turn admissible(StreamShare stream) {
        Turn turn = stream.nextTurn();
        return turn != null && free.get() - turn.bytes >= leftBehind(lane(turn), turn.bytes) ? turn : null;
    }

    private static StreamShare.Lane lane(Turn turn) {
        return turn.lane != null ? turn.lane : turn.stream.laneOf(turn.hashKey);
    }

    private void dequeue(Turn turn) {
        turn.stream.dequeue(turn);
        if (!turn.stream.hasWaiting()) {
            streams.remove(turn.stream);
        }
    }

    private void passBarriers() {
        int i = 0;
        while (i < barriers.size()) {
            Barrier barrier = barriers.get(i);
            if (firstOrdinal(barrier.stream()) > barrier.ordinal()) {
                barriers.remove(i);
                barrier.action().run();
            } else {
                i++;
            }
        }
    }

    private long firstOrdinal(@Nullable StreamShare only) {
        if (only != null) {
            return only.firstOrdinal();
        }
        long first = Long.MAX_VALUE;
        for (StreamShare stream : streams) {
            first = Math.min(first, stream.firstOrdinal());
        }
        return first;
    }

    private StreamShare.@Nullable Lane takeFor(StreamShare.Lane lane, long bytes) {
        if (take(bytes, size / 2)) {
            return StreamShare.UNCOUNTED;
        }
        if (take(bytes, lane.mustLeave(bytes))) {
            lane.count(bytes);
            return lane;
        }
        return null;
    }

    /** What is left free behind a lane that takes bytes: half of all, if it can, as they need not count then. */
    private long leftBehind(StreamShare.Lane lane, long bytes) {
        return Math.min(size / 2, lane.mustLeave(bytes));
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
