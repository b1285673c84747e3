package io.shardline.producer.internal;

/**
 * How fast one shard is written to: at most a share of what the service lets a shard take, and less after throttles.
 *
 * <p>Others write to the shard too, so the rate is searched for: times 0.7 after a throttle, at most once per round trip, and
 * up by 5 % of the whole for each second of success. Confined to the loop.
 */
final class LaneRate {

    /** What a shard takes in a second, by the quotas page of the Kinesis developer guide. */
    static final int RECORDS_PER_SECOND = 1_000;

    static final int BYTES_PER_SECOND = 1024 * 1024;

    static final double LEAST_SHARE = 0.01;
    private static final double AFTER_THROTTLE = 0.7;
    private static final double GAIN_PER_SECOND = 0.05;
    private static final double NANOS_PER_SECOND = 1e9;

    private final DebtBucket records;
    private final DebtBucket bytes;
    private double share = 1;
    private long changedAt;

    /**
     * Makes a rate.
     *
     * @param limit the share of a shard's quota that may be used, 1 for all of it
     */
    LaneRate(double limit, long now) {
        this.records = new DebtBucket(RECORDS_PER_SECOND * limit, now);
        this.bytes = new DebtBucket(BYTES_PER_SECOND * limit, now);
        this.changedAt = now;
    }

    /** The share of its limit that is used now, {@link #LEAST_SHARE} to 1. */
    double share() {
        return share;
    }

    /** When something may be sent. */
    long openAt() {
        return Math.max(records.positiveAt(), bytes.positiveAt());
    }

    /** How many Kinesis records may be sent without debt, at least 1. */
    int recordsAt(long now) {
        return (int) Math.min(Integer.MAX_VALUE, records.available(now));
    }

    /** How many bytes may be sent without debt, at least 1. */
    long bytesAt(long now) {
        return bytes.available(now);
    }

    void sent(int sentRecords, long sentBytes, long now) {
        records.take(sentRecords, now);
        bytes.take(sentBytes, now);
    }

    /**
     * The service refused some because it was too much; what it refused did not count for it.
     *
     * @param sentAt when the request was sent; if that was before the last change, the change has answered it already
     */
    void throttled(int refusedRecords, long refusedBytes, long sentAt, long now) {
        if (sentAt >= changedAt) {
            use(Math.max(LEAST_SHARE, share * AFTER_THROTTLE), now);
        }
        records.giveBack(refusedRecords, now);
        bytes.giveBack(refusedBytes, now);
    }

    /** Everything that was sent was taken. */
    void succeeded(long now) {
        if (share < 1) {
            use(Math.min(1, share + GAIN_PER_SECOND * ((now - changedAt) / NANOS_PER_SECOND)), now);
        }
    }

    private void use(double newShare, long now) {
        share = newShare;
        changedAt = now;
        records.scale(newShare, now);
        bytes.scale(newShare, now);
    }
}
