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
 * @param companyNanos lanes that would linger no longer than this go along with others of their stream
 * @param ttlNanos {@link Ticks#NEVER} if records do not expire
 * @param ttlGrainNanos records that are put within this time may expire together, when the first of them does
 * @param idleAggregate the largest aggregate of a lane that has nothing in flight, in bytes
 * @param rateShare what may be used of a shard's quota; 1 is all of it
 * @param busyAggregate the largest aggregate of any lane, in bytes
 * @param maxRecordSize what {@code put} takes at most, whatever a stream takes
 * @param untoldRecordSize what is sent at most to a stream that nobody may ask what it takes
 */
record ProducerSettings(
        long lingerNanos,
        long companyNanos,
        long ttlNanos,
        long ttlGrainNanos,
        int idleAggregate,
        int busyAggregate,
        boolean aggregationEnabled,
        boolean ordered,
        long requestTimeoutNanos,
        int maxInFlightRequests,
        int maxAggregateCount,
        int maxRecordSize,
        int untoldRecordSize,
        double rateShare,
        boolean failIfThrottled,
        boolean stopOnLoss,
        FullBudget fullBudget,
        long maxBlockNanos) {

    /** So many times in its linger at most a stream sends because something has lingered, however many lanes it has. */
    private static final int COMPANY_SHARE = 10;

    private static final Duration MOST_COMPANY = Duration.ofMillis(100);

    /** The part of the time to live by which a record may expire early. */
    private static final int TTL_GRAIN_SHARE = 1_000;

    private static final Duration MAX_TTL_GRAIN = Duration.ofMillis(10);

    /** Two of the 25 KB units that PUT payloads are billed in. */
    static final int IDLE_AGGREGATE = 51_200;

    /** The most that a stream can be made to take, by the UpdateMaxRecordSize reference. */
    static final int LARGEST_RECORD = 10 * 1024 * 1024;

    static ProducerSettings of(ProducerConfig config) {
        return new ProducerSettings(
                config.linger().toNanos(),
                Math.min(config.linger().toNanos() / COMPANY_SHARE, MOST_COMPANY.toNanos()),
                config.recordTtl().map(Duration::toNanos).orElse(Ticks.NEVER),
                config.recordTtl().map(ProducerSettings::grainOf).orElse(1L),
                Math.min(IDLE_AGGREGATE, config.maxAggregateSize()),
                config.maxAggregateSize(),
                config.aggregationEnabled(),
                config.ordering() == Ordering.PER_KEY,
                config.requestTimeout().toNanos(),
                config.maxInFlightRequests(),
                config.maxAggregateCount(),
                config.maxRecordSize().orElse((int) Math.min(LARGEST_RECORD, config.memoryBudget() / 3)),
                config.maxRecordSize().orElse(RecordSizeLimit.OF_EVERY_STREAM),
                config.rateLimitPercent() / 100.0,
                config.failIfThrottled(),
                config.onLoss() == OnLoss.STOP_LANE,
                config.fullBudget(),
                config.maxBlock().toNanos());
    }

    private static long grainOf(Duration ttl) {
        return Math.min(ttl.toNanos() / TTL_GRAIN_SHARE, MAX_TTL_GRAIN.toNanos());
    }

    /**
     * When a record expires that was put then; never if records do not. Rounded down, because nothing may be sent later: in an
     * outage the loop would otherwise be woken for each record alone.
     */
    long expiresAt(long putAt) {
        long end = Ticks.after(putAt, ttlNanos);
        return end == Ticks.NEVER ? end : end - end % ttlGrainNanos;
    }
}
