package io.shardline.producer.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * What one lane gives to one request: an aggregate, or raw records of different partition keys.
 *
 * <p>Immutable.
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

    /** How many records it has; a load of one cannot be split. */
    int count() {
        return entries.size() == 1 ? entries.get(0).records().size() : entries.size();
    }
}
