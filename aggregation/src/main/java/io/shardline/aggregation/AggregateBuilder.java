package io.shardline.aggregation;

import io.shardline.aggregation.AggregateLayout.HashKeys;
import java.util.List;

/**
 * Collects entries into one aggregate and knows its exact size at any time.
 *
 * <p>If any entry has an explicit hash key, all entries get their hash key written, because some deaggregators give the
 * first one of the table to every entry without; the size accounts for it from that moment on. Confined to its user; may be
 * handed to another thread as a whole.
 */
public final class AggregateBuilder {
    private AggregateLayout layout;

    /** Makes an empty builder. */
    public AggregateBuilder() {
        this(0, 0);
    }

    /**
     * Makes an empty builder with room for about as much as is expected, which spares it growing.
     *
     * @param expectedEntries about how many entries, 0 or more; no limit
     * @param expectedPartitionKeys about how many different partition keys they have, 0 or more; no limit
     * @throws IllegalArgumentException if one of them is negative
     */
    public AggregateBuilder(int expectedEntries, int expectedPartitionKeys) {
        this(false, expectedEntries, expectedPartitionKeys);
    }

    private AggregateBuilder(boolean putAgainWhole, int expectedEntries, int expectedPartitionKeys) {
        if (expectedEntries < 0 || expectedPartitionKeys < 0) {
            throw new IllegalArgumentException("expected are 0 or more entries and partition keys, was "
                    + expectedEntries + " and " + expectedPartitionKeys);
        }
        layout = new AggregateLayout(HashKeys.AS_GIVEN, putAgainWhole, expectedEntries, expectedPartitionKeys);
    }

    /**
     * Makes an empty builder of an aggregate with a mark, for producers that put an aggregate again <em>as a whole</em>, before
     * they acknowledge any of its entries, if one entry belongs to another shard than the one that stores the aggregate.
     * Shardline's consumer then discards the first copy as a whole ({@link Decoded.Aggregated#putAgainWhole}); other readers of
     * the format ignore the mark. It takes three bytes, which {@link #size()} counts.
     *
     * @param expectedEntries about how many entries, 0 or more; no limit
     * @param expectedPartitionKeys about how many different partition keys they have, 0 or more; no limit
     * @return an empty builder
     * @throws IllegalArgumentException if one of them is negative
     */
    public static AggregateBuilder putAgainWhole(int expectedEntries, int expectedPartitionKeys) {
        return new AggregateBuilder(true, expectedEntries, expectedPartitionKeys);
    }

    /**
     * Adds an entry if the aggregate then still has at most {@code maxBytes} bytes. The first entry is always added.
     *
     * @param entry the entry
     * @param maxBytes the greatest size of the aggregate with this entry
     * @return true if it was added; false if there is no room, and then nothing has changed
     */
    public boolean tryAdd(AggregateEntry entry, int maxBytes) {
        AggregateLayout candidate = layoutFor(entry);
        if (!candidate.tryAdd(entry, maxBytes)) {
            return false;
        }
        layout = candidate;
        return true;
    }

    /**
     * The exact number of bytes of what {@link #build()} would return now. That is the aggregated form also for a single
     * entry, although the producer sends such a record raw, without any of the format around it.
     *
     * @return the size in bytes, 0 if there is no entry
     * @throws ArithmeticException if it does not fit an int
     */
    public int size() {
        return layout.entries().isEmpty() ? 0 : Math.toIntExact(layout.size());
    }

    /**
     * The number of entries.
     *
     * @return 0 or more
     */
    public int count() {
        return layout.entries().size();
    }

    /**
     * The number of different partition keys of the entries.
     *
     * @return 0 or more
     */
    public int partitionKeyCount() {
        return layout.partitionKeyCount();
    }

    /**
     * Whether an entry has this partition key.
     *
     * @param partitionKey the key
     * @return true if one has
     */
    public boolean hasPartitionKey(String partitionKey) {
        return layout.hasPartitionKey(partitionKey);
    }

    /**
     * The entries in the order they were added.
     *
     * @return a list that cannot be changed; do not keep it while adding
     */
    public List<AggregateEntry> entries() {
        return layout.entries();
    }

    /**
     * The aggregate. The builder stays as it is.
     *
     * @return a new array
     * @throws IllegalStateException if there is no entry
     * @throws ArithmeticException if the size does not fit an int
     */
    public byte[] build() {
        if (layout.entries().isEmpty()) {
            throw new IllegalStateException("an aggregate has at least one entry, this builder has none");
        }
        return layout.write();
    }

    private AggregateLayout layoutFor(AggregateEntry entry) {
        if (entry.explicitHashKey() == null || layout.hashKeyPolicy() == HashKeys.ALL) {
            return layout;
        }
        // Happens once in the life of an aggregate: from then on the policy is ALL, or there was no room and it is
        // full.
        AggregateLayout withAll = new AggregateLayout(
                HashKeys.ALL, layout.isPutAgainWhole(), layout.entries().size(), layout.partitionKeyCount());
        layout.entries().forEach(withAll::add);
        return withAll;
    }
}
