package io.shardline.producer.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * The lanes that could send now, by stream and age, and the times at which the others want their turn.
 *
 * <p>A lane that changes is noted and placed once per batch, so adding a record costs a look at a flag. A lane that could send
 * but may not costs nothing until it changes or its oldest record expires. Confined to the loop.
 */
final class LaneSchedule {

    /** A lane that has had its turn and is still due is looked at again after this time, so that no lane can keep the loop. */
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final TreeSet<Place> byTime = new TreeSet<>(Place.SOONEST_FIRST);

    /** The queues from which may be taken. */
    private final TreeSet<Queue> open = new TreeSet<>(Queue.OLDEST_HEAD_FIRST);

    private List<Place> changed = new ArrayList<>();
    private List<Place> newlyReady = new ArrayList<>();
    private List<StreamLanes> stopped = new ArrayList<>();
    private long placesMade;

    /** The memory that lanes hold which nothing but their linger keeps from sending, and their number. */
    private long lingering;

    private int lingeringLanes;

    /**
     * Where one lane stands.
     *
     * <p>Confined to the loop.
     */
    static final class Place {

        private static final Comparator<Place> SOONEST_FIRST =
                (a, b) -> a.turnAt != b.turnAt ? Long.compare(a.turnAt, b.turnAt) : Long.compare(a.ordinal, b.ordinal);

        private static final Comparator<Place> OLDEST_FIRST =
                (a, b) -> a.age != b.age ? Long.compare(a.age, b.age) : Long.compare(a.ordinal, b.ordinal);

        private final ShardLane lane;
        private final Queue queue;

        /** Makes ties come out the same in every run. */
        private final long ordinal;

        /** When the lane is to be looked at; never if it is in no order by time. */
        private long turnAt = Ticks.NEVER;

        /** When its head was put, while it is in the queue; else never. */
        private long age = Ticks.NEVER;

        private long lingering;
        private boolean isChanged;

        private Place(ShardLane lane, Queue queue, long ordinal) {
            this.lane = lane;
            this.queue = queue;
            this.ordinal = ordinal;
        }

        private void forget() {
            turnAt = Ticks.NEVER;
            age = Ticks.NEVER;
            lingering = 0;
            isChanged = false;
            queue.lanes.clear();
            queue.headAge = Ticks.NEVER;
        }

        private boolean isQueued() {
            return age != Ticks.NEVER;
        }
    }

    /**
     * The lanes of one stream that could send now, oldest head first.
     *
     * <p>Confined to the loop.
     */
    static final class Queue {

        private static final Comparator<Queue> OLDEST_HEAD_FIRST = (a, b) ->
                a.headAge != b.headAge ? Long.compare(a.headAge, b.headAge) : Long.compare(a.ordinal, b.ordinal);

        private final TreeSet<Place> lanes = new TreeSet<>(Place.OLDEST_FIRST);
        private long ordinal = -1;

        /** Age of the first lane, while the queue is open; else never. */
        private long headAge = Ticks.NEVER;

        private boolean isHeld;

        private boolean isOpen() {
            return headAge != Ticks.NEVER;
        }
    }

    Place newPlace(ShardLane lane, Queue queue) {
        long ordinal = placesMade++;
        queue.ordinal = queue.ordinal < 0 ? ordinal : queue.ordinal;
        return new Place(lane, queue, ordinal);
    }

    /** Places all lanes anew, whatever became of their places. */
    void rebuild(List<ShardLane> lanes) {
        byTime.clear();
        open.clear();
        changed = new ArrayList<>();
        newlyReady = new ArrayList<>();
        lingering = 0;
        lingeringLanes = 0;
        for (ShardLane lane : lanes) {
            lane.place().forget();
            changed(lane.place());
        }
    }

    void changed(Place place) {
        if (!place.isChanged) {
            place.isChanged = true;
            changed.add(place);
        }
    }

    /** Some of what waits in the stream may not be sent any more. */
    void stopped(StreamLanes stream) {
        stopped.add(stream);
    }

    /** Says whether anything may be taken from a queue. */
    void hold(Queue queue, boolean isHeld) {
        queue.isHeld = isHeld;
        reopen(queue);
    }

    /** Places every lane that has changed or whose time has come, and lets expire and fail what has to. */
    void settle(long now) {
        settleChanged(now);
        while (!stopped.isEmpty()) {
            List<StreamLanes> streams = stopped;
            stopped = new ArrayList<>();
            streams.forEach(StreamLanes::failStopped);
            settleChanged(now);
        }
    }

    private void settleChanged(long now) {
        while (!changed.isEmpty() || nextTurnAt() <= now) {
            List<Place> settling = changed;
            changed = new ArrayList<>();
            for (Place place : settling) {
                place.isChanged = false;
                place(place, now);
            }
            while (nextTurnAt() <= now) {
                Place due = byTime.first();
                due.lane.expire(now);
                if (due.lingering > 0) {
                    due.lane.refill(now); // it may go on lingering
                }
                place(due, now);
                if (due.turnAt <= now) {
                    wake(due, Ticks.after(now, AGAIN_NANOS));
                }
            }
        }
    }

    private void place(Place place, long now) {
        ShardLane lane = place.lane;
        long expiresAt = lane.expiresAt();
        long openAt = lane.openAt();
        long lingersUntil = lane.lingersUntil();
        boolean isReady = Math.max(openAt, lingersUntil) <= now;
        boolean isLingering = lingersUntil > Math.max(now, openAt) && lingersUntil != Ticks.NEVER;
        queue(place, isReady ? lane.age() : Ticks.NEVER);
        wake(place, isReady ? expiresAt : Math.min(expiresAt, Math.max(openAt, lingersUntil)));
        linger(place, isLingering ? lane.heldMemory() : 0);
    }

    private void queue(Place place, long age) {
        if (place.age == age) {
            return;
        }
        if (place.isQueued()) {
            place.queue.lanes.remove(place);
        } else {
            newlyReady.add(place);
        }
        place.age = age;
        if (place.isQueued()) {
            place.queue.lanes.add(place);
        }
        reopen(place.queue);
    }

    private void reopen(Queue queue) {
        long headAge = queue.isHeld || queue.lanes.isEmpty() ? Ticks.NEVER : queue.lanes.first().age;
        if (queue.headAge == headAge) {
            return;
        }
        if (queue.isOpen()) {
            open.remove(queue);
        }
        queue.headAge = headAge;
        if (queue.isOpen()) {
            open.add(queue);
        }
    }

    private void wake(Place place, long turnAt) {
        if (place.turnAt == turnAt) {
            return;
        }
        if (place.turnAt != Ticks.NEVER) {
            byTime.remove(place);
        }
        place.turnAt = turnAt;
        if (turnAt != Ticks.NEVER) {
            byTime.add(place);
        }
    }

    private void linger(Place place, long memory) {
        lingering += memory - place.lingering;
        lingeringLanes += Long.signum(memory) - Long.signum(place.lingering);
        place.lingering = memory;
    }

    /** When the next lane wants its turn that cannot send yet, or has something that expires. */
    long nextTurnAt() {
        return byTime.isEmpty() ? Ticks.NEVER : byTime.first().turnAt;
    }

    /** Whether a lane could send now. */
    boolean hasReady() {
        return !open.isEmpty();
    }

    /** The lanes that could send now, oldest first, of the stream that has the oldest. */
    List<ShardLane> oldestReady(int most) {
        return open.first().lanes.stream().limit(most).map(place -> place.lane).toList();
    }

    /** Lets lanes go along that linger no longer than {@code until}, if others of their stream go now. */
    void bringForward(long now, long until) {
        for (Place place : byTime) {
            if (place.turnAt > until) {
                return;
            }
            boolean mayGo = place.queue.isOpen() && !place.isQueued() && place.lane.openAt() <= now;
            if (mayGo && place.lane.lingersUntil() <= until) {
                queue(place, place.lane.age());
                linger(place, 0);
            }
        }
    }

    /** Lets the lanes grow that have become ready since the last call and cannot leave yet. */
    void growReady() {
        List<Place> left = newlyReady;
        newlyReady = new ArrayList<>();
        for (Place place : left) {
            if (place.isQueued()) {
                place.lane.grow();
            }
        }
    }

    /**
     * Ends the linger of lanes in memory that others wait for: only if lanes that linger hold more than half of it, and then of
     * those that hold at least half as much as they do on average. What the smaller ones hold is less than a half of that half.
     *
     * @param needed how much the first needs who waits; if there is not as much without what lingers, all linger is ended
     * @param memory all there is
     */
    void hurry(long needed, long memory, long now) {
        boolean everything = needed > memory - lingering;
        if (everything || lingering > memory / 2) {
            long least = everything ? 1 : Math.max(1, lingering / (2L * lingeringLanes));
            for (Place place : byTime) {
                if (place.lingering >= least) {
                    place.lane.hurry(now);
                }
            }
        }
    }
}
