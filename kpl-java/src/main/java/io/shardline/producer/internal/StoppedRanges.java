package io.shardline.producer.internal;

import io.shardline.aggregation.HashKey;
import io.shardline.aggregation.HashKeyRange;
import java.util.ArrayList;
import java.util.List;

/**
 * The hash keys of lanes that stand still because a record of theirs was lost. They are kept as ranges, so that they survive
 * splits and merges.
 *
 * <p>Confined to the loop.
 */
final class StoppedRanges {

    static final String WHY = "a record before it was given up, and its lane stands still until resume() (onLoss)";

    private final List<HashKeyRange> ranges = new ArrayList<>();
    private boolean grown;

    /** Adds a range. There are never more than hash keys were lost between two calls of resume, one for each lane. */
    void add(HashKeyRange range) {
        if (!ranges.contains(range)) {
            ranges.add(range);
        }
        grown = true;
    }

    /** Something came back into a range that had been looked through. */
    void lookAgain() {
        grown = true;
    }

    /** Whether one was added since the last call, or is to be looked at again. */
    boolean hasGrown() {
        boolean was = grown;
        grown = false;
        return was;
    }

    boolean contains(HashKey hashKey) {
        // Asked for every record, and almost always empty.
        return !ranges.isEmpty() && ranges.stream().anyMatch(range -> range.contains(hashKey));
    }

    boolean overlaps(HashKeyRange other) {
        return ranges.stream().anyMatch(range -> ShardMap.overlap(range, other));
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    void clear() {
        ranges.clear();
    }
}
