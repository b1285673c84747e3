package io.shardline.consumer.internal.lease;

/**
 * What a fleet asks of DynamoDB: calls, and the capacity units that the service charges for them.
 *
 * <p>Confined to the simulation.
 */
final class Meter {

    /** A write of up to 1 KB is one unit, a consistent read of up to 4 KB as well, any other read half of one. */
    private static final int READ_UNIT = 4 * 1024;

    /** What one page of a scan may hold. */
    private static final int PAGE = 1024 * 1024;

    private long calls;
    private double writeUnits;
    private double readUnits;

    /** What was asked for up to a moment, or between two. */
    record Reading(long calls, double writeUnits, double readUnits) {
        Reading since(Reading before) {
            return new Reading(calls - before.calls, writeUnits - before.writeUnits, readUnits - before.readUnits);
        }
    }

    void writes(double units) {
        calls++;
        writeUnits += units;
    }

    void reads(int rows, double unitsPerRow) {
        calls++;
        readUnits += rows * unitsPerRow;
    }

    /** A scan or a query. */
    void scans(long bytes, boolean consistent) {
        calls += Math.max(1, (bytes + PAGE - 1) / PAGE);
        readUnits += Math.max(1, (bytes + READ_UNIT - 1) / READ_UNIT) * (consistent ? 1 : 0.5);
    }

    Reading now() {
        return new Reading(calls, writeUnits, readUnits);
    }
}
