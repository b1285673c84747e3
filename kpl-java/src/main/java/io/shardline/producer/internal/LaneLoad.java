package io.shardline.producer.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * What one lane gives to one request: aggregates, or raw records. In order, a partition key is in one entry only.
 *
 * <p>Filled by the lane when it is already expected by the {@link AnswerJudge}; from then on it does not change.
 */
record LaneLoad(ShardLane lane, List<RequestEntry> entries) {

    /** The records in the order in which they were to be sent. */
    List<PendingRecord> records() {
        if (entries.size() == 1) {
            return entries.get(0).records();
        }
        List<PendingRecord> all = new ArrayList<>();
        entries.forEach(entry -> all.addAll(entry.records()));
        return all;
    }

    /** Data and partition keys, as the service counts them. */
    long bytes() {
        return entries.stream().mapToLong(RequestEntry::size).sum();
    }

    /** Whether it has an aggregate that may straddle shards. */
    boolean isMixed() {
        return entries.stream().anyMatch(RequestEntry::isMixed);
    }

    /** How many records it has; a load of one cannot be split. */
    int count() {
        int count = 0;
        for (RequestEntry entry : entries) {
            count += entry.records().size();
        }
        return count;
    }
}
