package io.shardline.consumer.internal.retrieve;

import java.time.Duration;
import java.util.Set;

/**
 * By what times streams that are read automatically are judged.
 *
 * <p>Immutable.
 *
 * @param interval the time over which each shard is judged, five times in a row
 * @param minThrottles how many reads must be refused in an interval
 * @param firstStay how long dedicated throughput is kept at least; it is billed by the hour
 * @param maxStay how long at most, after it was given up too early again and again
 * @param relapse so soon after it was given up its next use shows that this was too early
 * @param grace after it was given up, until its consumer is deregistered: by then all workers know
 * @param throttlesCountIn the modes in which dedicated throughput costs so little that refused reads alone are a reason for it
 */
public record RetrievalRules(
        Duration interval,
        int minThrottles,
        Duration firstStay,
        Duration maxStay,
        Duration relapse,
        Duration grace,
        Set<RetrievalPlanner.Mode> throttlesCountIn) {

    /** Those of a worker that is not simulated. */
    public static final RetrievalRules DEFAULT = new RetrievalRules(
            Duration.ofMinutes(1),
            3,
            Duration.ofHours(1),
            Duration.ofHours(24),
            Duration.ofHours(24),
            Duration.ofMinutes(15),
            Set.of(RetrievalPlanner.Mode.ON_DEMAND));

    /** One refused read in so many is no accident. */
    static final int READS_A_THROTTLE = 5;

    /** A share of what a shard gives that counts as all of it. */
    static final double FULL = 0.8;

    /** A share of what a shard gives that polling may not have once others read too. */
    static final double BUSY = 0.5;
}
