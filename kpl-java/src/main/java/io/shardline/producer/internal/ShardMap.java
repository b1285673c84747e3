package io.shardline.producer.internal;

import io.shardline.aggregation.HashKey;
import io.shardline.aggregation.HashKeyRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Which open shard takes which hash keys, and the ranges of all shards that the stream still knows.
 *
 * <p>Immutable.
 */
final class ShardMap {

    private final List<OpenShard> open;

    /** Where the open shards begin, in order. Numbers, not hash keys: with thousands of shards, objects lie far apart in memory. */
    private final long[] startsHigh;

    private final long[] startsLow;
    private final Map<String, HashKeyRange> ranges;

    /** An open shard and its range. */
    record OpenShard(String shardId, HashKeyRange range) {}

    private ShardMap(List<OpenShard> open, Map<String, HashKeyRange> ranges) {
        this.open = List.copyOf(open);
        this.startsHigh =
                open.stream().mapToLong(shard -> shard.range().start().high()).toArray();
        this.startsLow =
                open.stream().mapToLong(shard -> shard.range().start().low()).toArray();
        this.ranges = ranges;
    }

    /**
     * Reads a listing of all shards.
     *
     * @return null if the open shards do not cover every hash key exactly once, as may be seen while shards are split or
     *     merged: such a listing is to be asked for again
     */
    static @Nullable ShardMap of(List<Shard> listing) {
        Map<String, HashKeyRange> ranges = new HashMap<>();
        List<OpenShard> open = new ArrayList<>();
        for (Shard shard : listing) {
            HashKeyRange range = HashKeyRange.parse(
                    shard.hashKeyRange().startingHashKey(), shard.hashKeyRange().endingHashKey());
            ranges.put(shard.shardId(), range);
            if (shard.sequenceNumberRange().endingSequenceNumber() == null) {
                open.add(new OpenShard(shard.shardId(), range));
            }
        }
        open.sort(Comparator.comparing(shard -> shard.range().start()));
        return coverEverything(open) ? new ShardMap(open, ranges) : null;
    }

    /** A map that has one shard for all hash keys, and knows no ranges. */
    static ShardMap ofOne(OpenShard shard) {
        return new ShardMap(List.of(shard), Map.of());
    }

    /** The open shards in the order of their ranges. */
    List<OpenShard> open() {
        return open;
    }

    /** The position in {@link #open()} of the shard that takes a hash key. */
    int indexOf(HashKey hashKey) {
        int low = 0;
        int high = startsHigh.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (beginsUpTo(middle, hashKey)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private boolean beginsUpTo(int index, HashKey hashKey) {
        int upper = Long.compareUnsigned(startsHigh[index], hashKey.high());
        return upper < 0 || (upper == 0 && Long.compareUnsigned(startsLow[index], hashKey.low()) <= 0);
    }

    /** The range of an open or closed shard; null if this map has not heard of it. */
    @Nullable
    HashKeyRange rangeOf(String shardId) {
        return ranges.get(shardId);
    }

    static boolean overlap(HashKeyRange one, HashKeyRange other) {
        return one.start().compareTo(other.end()) <= 0 && other.start().compareTo(one.end()) <= 0;
    }

    private static boolean coverEverything(List<OpenShard> sorted) {
        if (sorted.isEmpty()
                || !sorted.get(0).range().start().equals(HashKey.MIN)
                || !sorted.get(sorted.size() - 1).range().end().equals(HashKey.MAX)) {
            return false;
        }
        for (int i = 1; i < sorted.size(); i++) {
            HashKeyRange before = sorted.get(i - 1).range();
            HashKeyRange next = sorted.get(i).range();
            // Adjoining from above or overlapping shows in the starts, which are sorted.
            if (next.start().compareTo(before.end()) <= 0 || !before.adjoins(next)) {
                return false;
            }
        }
        return true;
    }
}
