package io.shardline.testkit;

import java.util.EnumSet;
import java.util.Set;

/**
 * Which quotas an emulator keeps to.
 *
 * <p>Immutable.
 */
final class Quotas {
    static final int MAX_REQUEST_ENTRIES = 500;
    static final int MAX_REQUEST_BYTES = 10 * 1024 * 1024;
    static final long WRITE_RECORDS_PER_SECOND = 1000;
    static final long WRITE_BYTES_PER_SECOND = 1024 * 1024;
    static final long READ_CALLS_PER_SECOND = 5;
    static final long READ_BYTES_PER_SECOND = 2 * 1024 * 1024;
    static final long FAN_OUT_BYTES_PER_SECOND = 2 * 1024 * 1024;
    static final int MAX_SHARDS = 20_000;
    static final int MAX_SCALED_SHARDS = 10_000;
    static final int MAX_STREAMS_IN_CREATION = 5;
    static final int MAX_ON_DEMAND_STREAMS = 50;
    static final int MAX_TAGS = 50;
    static final int MAX_CONSUMERS = 20;
    static final int MAX_CONSUMERS_IN_CREATION = 5;
    static final int SCALINGS_PER_DAY = 10;
    static final int MODE_CHANGES_PER_DAY = 2;
    static final int ENCRYPTION_CHANGES_PER_DAY = 25;
    static final long DAY_MILLIS = 24L * 60 * 60 * 1000;

    private final Set<Quota> lifted;

    Quotas(Set<Quota> lifted) {
        this.lifted = lifted.isEmpty() ? EnumSet.noneOf(Quota.class) : EnumSet.copyOf(lifted);
    }

    boolean on(Quota quota) {
        return !lifted.contains(quota);
    }

    /** Refuses with a {@code LimitExceededException} if the quota is on and that many are too many. */
    void limit(Quota quota, long wanted, long most, String what) {
        if (on(quota) && wanted > most) {
            throw ServiceError.limitExceeded(what + " Limit: " + most + ", requested: " + wanted + ".");
        }
    }
}
