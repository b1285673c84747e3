package io.shardline.producer.internal;

import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.ShardListing;
import java.util.random.RandomGenerator;

/**
 * What the parts of the loop share.
 *
 * <p>Immutable; the parts themselves are confined to the loop, except settings and ticks.
 */
record LoopContext(
        ProducerSettings settings,
        Ticks ticks,
        EventLoop loop,
        RandomGenerator random,
        ShardListing listing,
        StreamSummary summary,
        LaneSchedule schedule,
        UnfinishedRecords unfinished,
        Outcomes outcomes,
        Admission admission) {

    /** What becomes of a record that reaches the loop. */
    @FunctionalInterface
    interface Admission {

        /** Whether the producer still takes records; if not, this one's failure has been decided. */
        boolean admit(PendingRecord pending);
    }
}
