package io.shardline.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Plans the way from any set of open shards to an even one, by splits and merges only.
 *
 * <p>All splits come first, at every boundary that the target has and the stream has not; then neighbours inside one target
 * range merge pairwise. Each round's steps are independent of each other. Immutable.
 */
final class UniformScaling {
    private UniformScaling() {}

    /** One change of one or two shards. */
    sealed interface Step {}

    /** Split a shard; {@code middle} starts the second child. */
    record Split(EmulatedShard shard, HashKey middle) implements Step {}

    /** Merge a shard with the next one. */
    record Merge(EmulatedShard shard, EmulatedShard adjacent) implements Step {}

    /**
     * The next round.
     *
     * @param open the open shards, by hash key
     * @return empty when there are {@code target} even shards
     */
    static List<Step> nextRound(List<EmulatedShard> open, int target) {
        NavigableSet<HashKey> boundaries = new TreeSet<>();
        for (int i = 0; i < target; i++) {
            boundaries.add(HashKey.boundary(i, target));
        }
        List<Step> splits = splits(open, boundaries);
        return splits.isEmpty() ? merges(open, boundaries) : splits;
    }

    private static List<Step> splits(List<EmulatedShard> open, NavigableSet<HashKey> boundaries) {
        List<Step> steps = new ArrayList<>();
        for (EmulatedShard shard : open) {
            HashKey inside = boundaries.higher(shard.start());
            if (inside != null && inside.compareTo(shard.end()) <= 0) {
                steps.add(new Split(shard, inside));
            }
        }
        return steps;
    }

    private static List<Step> merges(List<EmulatedShard> open, NavigableSet<HashKey> boundaries) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i + 1 < open.size(); i++) {
            EmulatedShard next = open.get(i + 1);
            if (!boundaries.contains(next.start())) {
                steps.add(new Merge(open.get(i), next));
                i++;
            }
        }
        return steps;
    }
}
