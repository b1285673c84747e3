package io.shardline.producer.internal;

import io.shardline.producer.FullBudget;
import io.shardline.producer.OnLoss;
import io.shardline.producer.Ordering;
import io.shardline.producer.ProducerConfig;
import java.time.Duration;

/**
 * The configuration as the loop uses it: durations in nanoseconds, derived limits worked out.
 *
 * <p>Immutable.
 *
 * @param ttlNanos {@link Ticks#NEVER} if records do not expire
 * @param idleAggregate the largest aggregate of a lane that has nothing in flight, in bytes
 * @param rateShare what may be used of a shard's quota; 1 is all of it
 * @param busyAggregate the largest aggregate of any lane, in bytes
 */
record ProducerSettings(
        long lingerNanos,
        long ttlNanos,
        int idleAggregate,
        int busyAggregate,
        boolean aggregationEnabled,
        boolean ordered,
        long requestTimeoutNanos,
        int maxInFlightRequests,
        int maxAggregateCount,
        int maxRecordSize,
        double rateShare,
        boolean failIfThrottled,
        boolean stopOnLoss,
        FullBudget fullBudget,
        long maxBlockNanos) {

    /** Two of the 25 KB units that PUT payloads are billed in. */
    static final int IDLE_AGGREGATE = 51_200;

    static ProducerSettings of(ProducerConfig config) {
        return new ProducerSettings(
                config.linger().toNanos(),
                config.recordTtl().map(Duration::toNanos).orElse(Ticks.NEVER),
                Math.min(IDLE_AGGREGATE, config.maxAggregateSize()),
                config.maxAggregateSize(),
                config.aggregationEnabled(),
                config.ordering() == Ordering.PER_KEY,
                config.requestTimeout().toNanos(),
                config.maxInFlightRequests(),
                config.maxAggregateCount(),
                config.maxRecordSize(),
                config.rateLimitPercent() / 100.0,
                config.failIfThrottled(),
                config.onLoss() == OnLoss.STOP_LANE,
                config.fullBudget(),
                config.maxBlock().toNanos());
    }
}
