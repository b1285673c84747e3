package io.shardline.testkit;

/**
 * What one shard may still take and give.
 *
 * <p>Confined to the engine's lock.
 */
final class ShardTraffic {
    private final Allowance writeRecords;
    private final Allowance writeBytes;
    private final Allowance readCalls;
    private final Allowance readBytes;
    private final Allowance iteratorCalls;

    ShardTraffic(long nowMillis) {
        this.writeRecords = new Allowance(Quotas.WRITE_RECORDS_PER_SECOND, nowMillis);
        this.writeBytes = new Allowance(Quotas.WRITE_BYTES_PER_SECOND, nowMillis);
        this.readCalls = new Allowance(Quotas.READ_CALLS_PER_SECOND, nowMillis);
        this.readBytes = new Allowance(Quotas.READ_BYTES_PER_SECOND, nowMillis);
        this.iteratorCalls = new Allowance(Quotas.READ_CALLS_PER_SECOND, nowMillis);
    }

    /** Whether a record of so many bytes, partition key included, gets in; it counts if it does. */
    boolean admitWrite(int bytes, Quotas quotas, long nowMillis) {
        boolean countRecords = quotas.on(Quota.WRITE_RECORDS);
        boolean countBytes = quotas.on(Quota.WRITE_BYTES);
        boolean admitted =
                (!countRecords || writeRecords.has(1, nowMillis)) && (!countBytes || writeBytes.has(bytes, nowMillis));
        if (admitted && countRecords) {
            writeRecords.take(1, nowMillis);
        }
        if (admitted && countBytes) {
            writeBytes.take(bytes, nowMillis);
        }
        return admitted;
    }

    /** Whether a GetRecords call gets in; it counts if it does. */
    boolean admitRead(Quotas quotas, long nowMillis) {
        return (!quotas.on(Quota.READ_BYTES) || readBytes.isOpen(nowMillis))
                && (!quotas.on(Quota.READ_CALLS) || readCalls.take(1, nowMillis));
    }

    /** Counts the answer of a GetRecords call. */
    void read(long bytes, long nowMillis) {
        readBytes.spend(bytes, nowMillis);
    }

    /** Whether a GetShardIterator call gets in; it counts if it does. */
    boolean admitIterator(Quotas quotas, long nowMillis) {
        return !quotas.on(Quota.ITERATOR_CALLS) || iteratorCalls.take(1, nowMillis);
    }
}
