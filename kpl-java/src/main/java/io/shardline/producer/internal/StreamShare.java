package io.shardline.producer.internal;

import io.shardline.aggregation.HashKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one stream's records count with in the memory budget, lane by lane, and the records of it that wait for memory.
 *
 * <p>Guarded by the lock of the budget, except for {@link #useMap}, which is thread-safe.
 */
final class StreamShare {

    /** A sixteenth of what a lane counts with, and a sixteenth of what its stream counts with, stay free. */
    static final int PART_LEFT = 16;

    /** Of records that were taken in while half of the budget was free. They count for no lane. */
    static final Lane UNCOUNTED = new Lane(
            new StreamShare(new MemoryBudget(0)), UnlistedShards.MAP.open().get(0));

    private final MemoryBudget budget;
    private ShardMap map = UnlistedShards.MAP;
    private List<Lane> lanes = List.of(new Lane(this, map.open().get(0)));
    private long held;
    private final LinkedHashSet<MemoryBudget.Turn> waiting = new LinkedHashSet<>();

    /** Lanes with waiting records: first those that hold nothing, in turn, then those that need least. */
    private final TreeSet<Lane> next = new TreeSet<>(Lane.FIRST_SERVED);

    /** The largest cost of a record that has waited since none did. */
    private long mostWaited;

    /**
     * The share of one shard.
     *
     * <p>Guarded by the lock of the budget.
     */
    static final class Lane {

        private static final Comparator<Lane> FIRST_SERVED =
                (a, b) -> a.rank != b.rank ? Long.compare(a.rank, b.rank) : Long.compare(a.ordinal, b.ordinal);

        private final StreamShare stream;
        private final ShardMap.OpenShard shard;
        private long held;
        private final LinkedHashSet<MemoryBudget.Turn> waiting = new LinkedHashSet<>();

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
            return stream.held == 0 ? 0 : (stream.held + bytes) / PART_LEFT + (held + bytes) / PART_LEFT;
        }

        void count(long bytes) {
            held += bytes;
            stream.held += bytes;
            place();
        }

        private void place() {
            if (isPlaced) {
                stream.next.remove(this);
                isPlaced = false;
            }
            if (!waiting.isEmpty()) {
                MemoryBudget.Turn first = waiting.iterator().next();
                rank = held == 0 ? 0 : held + (PART_LEFT + 2) * first.bytes();
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
        lanes.forEach(lane -> former.put(lane.shard, lane));
        List<Lane> present = new ArrayList<>();
        for (ShardMap.OpenShard shard : arrived.open()) {
            Lane kept = former.remove(shard);
            present.add(kept != null ? kept : new Lane(this, shard));
        }
        map = arrived;
        lanes = present;
        for (MemoryBudget.Turn turn : waiting) {
            Lane lane = turn.lane();
            if (lane != null && former.containsValue(lane)) {
                waitFor(laneOf(turn.hashKey()), turn);
                lane.waiting.remove(turn);
                lane.place();
            }
        }
    }

    Lane laneOf(HashKey hashKey) {
        return lanes.get(map.indexOf(hashKey));
    }

    boolean holdsNothing() {
        return held == 0;
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
        return waiting.isEmpty() ? 0 : mostWaited + 2 * ((held + mostWaited) / PART_LEFT);
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
