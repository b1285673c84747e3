package io.shardline.producer.internal;

import io.shardline.aggregation.HashKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one stream's records count with in the memory budget, lane by lane, and the records of it that wait for memory.
 *
 * <p>Guarded by the lock of the budget, except for {@link #useMap}, {@link #laneOf} and what lanes hold, which are thread-safe.
 */
final class StreamShare {

    /** A sixteenth of what a lane counts with, and a sixteenth of what its stream counts with, stay free. */
    static final int PART_LEFT = 16;

    /** Of records that were taken in while half of the budget was free. They count for no lane. */
    static final Lane UNCOUNTED = new Lane(
            new StreamShare(new MemoryBudget(0)), UnlistedShards.MAP.open().get(0));

    private final MemoryBudget budget;
    private volatile Lanes lanes = new Lanes(
            UnlistedShards.MAP, List.of(new Lane(this, UnlistedShards.MAP.open().get(0))));
    private final AtomicLong held = new AtomicLong();
    private final LinkedHashSet<MemoryBudget.Turn> waiting = new LinkedHashSet<>();

    /** Lanes with waiting records: first those that hold nothing, in turn, then those that need least. */
    private final TreeSet<Lane> next = new TreeSet<>(Lane.FIRST_SERVED);

    /** The largest cost of a record that has waited since none did. */
    private long mostWaited;

    /** Of this stream alone, in the order in which they came. */
    private final ArrayDeque<MemoryBudget.Barrier> barriers = new ArrayDeque<>();

    // Of its place in what is served next.
    private boolean isPlaced;
    private boolean isIdle;
    private long placedFirst;
    private long placedNeed;

    /**
     * The streams with records that wait, in the order in which they are served: first those that hold nothing, in turn, then those
     * whose next record needs least.
     *
     * <p>Guarded by the lock of the budget.
     */
    static final class Order {

        private static final Comparator<StreamShare> OLDEST_FIRST =
                (a, b) -> Long.compare(a.placedFirst, b.placedFirst);

        private final TreeSet<StreamShare> all = new TreeSet<>(OLDEST_FIRST);
        private final TreeSet<StreamShare> idle = new TreeSet<>(OLDEST_FIRST);
        private final TreeSet<StreamShare> busy = new TreeSet<>((a, b) ->
                a.placedNeed != b.placedNeed ? Long.compare(a.placedNeed, b.placedNeed) : OLDEST_FIRST.compare(a, b));

        /** Takes its place, or leaves if nothing of it waits. To be called after any change of the stream. */
        void place(StreamShare stream, long need) {
            if (stream.isPlaced) {
                all.remove(stream);
                (stream.isIdle ? idle : busy).remove(stream);
                stream.isPlaced = false;
            }
            if (stream.hasWaiting()) {
                stream.isIdle = stream.holdsNothing();
                stream.placedFirst = stream.firstOrdinal();
                stream.placedNeed = need;
                all.add(stream);
                (stream.isIdle ? idle : busy).add(stream);
                stream.isPlaced = true;
            }
        }

        /** What is served before all else; null if nothing waits. */
        MemoryBudget.@Nullable Turn next() {
            if (!idle.isEmpty()) {
                return idle.first().nextTurn();
            }
            return busy.isEmpty() ? null : busy.first().nextTurn();
        }

        MemoryBudget.@Nullable Turn oldest() {
            return all.isEmpty() ? null : all.first().firstTurn();
        }

        /** When the first came that waits; never if none does. */
        long firstOrdinal() {
            return all.isEmpty() ? Long.MAX_VALUE : all.first().placedFirst;
        }

        /** So much free memory is enough for any of those that are next in their lanes. */
        long needed() {
            return all.stream().mapToLong(StreamShare::needed).max().orElse(0);
        }
    }

    /** The lanes of the open shards, in the map's order. Immutable. */
    private record Lanes(ShardMap map, List<Lane> all) {}

    /**
     * The share of one shard.
     *
     * <p>Guarded by the lock of the budget, except for what it holds, which is thread-safe.
     */
    static final class Lane {

        private static final Comparator<Lane> FIRST_SERVED =
                (a, b) -> a.rank != b.rank ? Long.compare(a.rank, b.rank) : Long.compare(a.ordinal, b.ordinal);

        private final StreamShare stream;
        private final ShardMap.OpenShard shard;
        private final AtomicLong held = new AtomicLong();
        private final LinkedHashSet<MemoryBudget.Turn> waiting = new LinkedHashSet<>();

        /** Of a shard that is not in the map any more. */
        private boolean isGone;

        // Of its place in what is served next.
        private boolean isPlaced;
        private long rank;
        private long ordinal;

        private Lane(StreamShare stream, ShardMap.OpenShard shard) {
            this.stream = stream;
            this.shard = shard;
        }

        StreamShare stream() {
            return stream;
        }

        /** What must be free after this lane has taken so many bytes more. */
        long mustLeave(long bytes) {
            long ofStream = stream.held.get();
            return ofStream == 0 ? 0 : (ofStream + bytes) / PART_LEFT + (held.get() + bytes) / PART_LEFT;
        }

        /** Its place may be another then. */
        void count(long bytes) {
            held.addAndGet(bytes);
            stream.held.addAndGet(bytes);
        }

        private void leavePlace() {
            if (isPlaced) {
                stream.next.remove(this);
                isPlaced = false;
            }
        }

        /** Takes its place among the lanes with waiting records. */
        void place() {
            leavePlace();
            if (!waiting.isEmpty()) {
                MemoryBudget.Turn first = waiting.iterator().next();
                long holds = held.get();
                rank = holds == 0 ? 0 : holds + (PART_LEFT + 2) * first.bytes();
                ordinal = first.ordinal();
                stream.next.add(this);
                isPlaced = true;
            }
        }
    }

    StreamShare(MemoryBudget budget) {
        this.budget = budget;
    }

    /** From now on, lanes are those of the shards in this map. */
    void useMap(ShardMap arrived) {
        budget.useMap(this, arrived);
    }

    /** To be called by the budget. Who waits for the share of a shard that is closed goes on waiting for that of its child. */
    void replaceMap(ShardMap arrived) {
        Map<ShardMap.OpenShard, Lane> former = new LinkedHashMap<>();
        lanes.all().forEach(lane -> former.put(lane.shard, lane));
        List<Lane> present = new ArrayList<>();
        for (ShardMap.OpenShard shard : arrived.open()) {
            Lane kept = former.remove(shard);
            present.add(kept != null ? kept : new Lane(this, shard));
        }
        lanes = new Lanes(arrived, present);
        former.values().forEach(lane -> lane.isGone = true);
        if (former.values().stream().allMatch(lane -> lane.waiting.isEmpty())) {
            return;
        }
        for (MemoryBudget.Turn turn : waiting) {
            Lane lane = turn.lane();
            if (lane != null && lane.isGone) {
                lane.leavePlace(); // which would be the other lane's, as it is the turn that decides
                waitFor(laneOf(turn.hashKey()), turn);
                lane.waiting.remove(turn);
                lane.place();
            }
        }
    }

    ArrayDeque<MemoryBudget.Barrier> barriers() {
        return barriers;
    }

    Lane laneOf(HashKey hashKey) {
        Lanes present = lanes;
        return present.all().get(present.map().indexOf(hashKey));
    }

    boolean holdsNothing() {
        return held.get() == 0;
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** The one that came first of those that wait; null if none does. */
    MemoryBudget.@Nullable Turn firstTurn() {
        return waiting.isEmpty() ? null : waiting.iterator().next();
    }

    /** When the first that waits came; never if none does. */
    long firstOrdinal() {
        MemoryBudget.Turn first = firstTurn();
        return first == null ? Long.MAX_VALUE : first.ordinal();
    }

    /** Who is to be served before all others of the stream; null if nobody waits. */
    MemoryBudget.@Nullable Turn nextTurn() {
        return next.isEmpty() ? null : next.first().waiting.iterator().next();
    }

    /** So much free memory is enough for whoever waits first in any of its lanes. */
    long needed() {
        return waiting.isEmpty() ? 0 : mostWaited + 2 * ((held.get() + mostWaited) / PART_LEFT);
    }

    void enqueue(MemoryBudget.Turn turn) {
        waiting.add(turn);
        mostWaited = Math.max(mostWaited, turn.bytes());
        waitFor(laneOf(turn.hashKey()), turn);
    }

    private static void waitFor(Lane lane, MemoryBudget.Turn turn) {
        lane.waiting.add(turn);
        turn.waitsFor(lane);
        lane.place();
    }

    /** The turn has come, or is given up. */
    void dequeue(MemoryBudget.Turn turn) {
        Lane lane = turn.lane();
        if (lane != null) {
            turn.waitsFor(null);
            waiting.remove(turn);
            lane.waiting.remove(turn);
            mostWaited = waiting.isEmpty() ? 0 : mostWaited;
            lane.place();
        }
    }
}
