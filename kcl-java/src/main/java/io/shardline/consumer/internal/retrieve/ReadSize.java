package io.shardline.consumer.internal.retrieve;

import org.jspecify.annotations.Nullable;

/**
 * How much the next read of a shard may bring, judged by what the last ones brought: how many bytes to reserve for it, and
 * how many records to ask for.
 *
 * <p>Confined to the consumer loop.
 */
final class ReadSize {

    /** The most records that one GetRecords gives. */
    static final int MAX_RECORDS = 10_000;

    /** After a read that was not answered in time fewer records are asked for, down to so many. */
    private static final int MIN_RECORDS = 100;

    private static final int LESS_AFTER_NO_ANSWER = 4;

    private static final long MIN_BYTES = 64L << 10;

    /** A record of a stream that takes no larger ones, as it came and taken apart: assumed while none is known. */
    private static final long UNKNOWN_RECORD_BYTES = 2L << 20;

    /** Whether the next read will surely bring something, as the last one did not bring all there was. */
    private boolean more = true;

    private long lastBytes;
    private long recordBytes = UNKNOWN_RECORD_BYTES;

    /** Fewer after trouble, and twice as many after each success. */
    private int maxRecords = MAX_RECORDS;

    /** How many records the next reads may bring together, or null if that does not matter. */
    private @Nullable Integer atMost;

    /** What a read would like to get. */
    long wanted() {
        long bytes = more ? recordBytes * maxRecords : 2 * lastBytes;
        return Math.max(least(), Math.min(PrefetchBudget.MAX_READ, bytes));
    }

    /** What a read can do with: one record, if there is one. */
    long least() {
        return more ? Math.min(PrefetchBudget.MAX_READ, Math.max(MIN_BYTES, recordBytes)) : MIN_BYTES;
    }

    /** How many records to ask for when so many bytes were reserved. */
    int records(long reserved) {
        boolean isAllThatComes = reserved >= PrefetchBudget.MAX_READ || (!more && reserved >= wanted());
        int most = atMost == null ? maxRecords : Math.min(maxRecords, atMost);
        return isAllThatComes ? most : (int) Math.max(1, Math.min(most, reserved / recordBytes));
    }

    /**
     * A read has succeeded.
     *
     * @param asked for how many records
     * @param behind whether the shard has more, as far as the answer says
     */
    void read(Arrived arrived, int asked, boolean behind) {
        more = arrived.records() > 0 && (behind || arrived.records() >= asked);
        maxRecords = Math.min(MAX_RECORDS, 2 * maxRecords);
        if (atMost != null) {
            atMost = atMost > arrived.records() ? Integer.valueOf(atMost - arrived.records()) : null;
        }
        take(arrived);
    }

    /** There was no room for what a read brought. */
    void tooLarge(Arrived arrived) {
        more = true;
        maxRecords = Math.max(1, arrived.records() / 2);
        take(arrived);
    }

    /** A read was not answered in time: the link may be slow. */
    void notAnswered() {
        maxRecords = Math.max(Math.min(maxRecords, MIN_RECORDS), maxRecords / LESS_AFTER_NO_ANSWER);
    }

    private void take(Arrived arrived) {
        lastBytes = arrived.heldBytes();
        if (arrived.records() > 0) {
            recordBytes = Math.max(1, lastBytes / arrived.records());
        }
    }

    /** The next reads bring at most so many records, until there have been so many. */
    void atMost(int records) {
        atMost = Math.max(1, records);
    }
}
