package io.shardline.consumer.internal.retrieve;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.Decoded;
import io.shardline.aggregation.HashKey;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.ForeignEntries;
import io.shardline.consumer.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Turns the Kinesis records of a shard into user records.
 *
 * <p>Data that is no sound aggregate is delivered as it came. The sub-sequence number is the entry's index before
 * anything is dropped, so a position means the same whatever the setting. Immutable.
 */
public final class Deaggregator {

    /** The partition key of aggregated records whose producer puts entries again that landed in the wrong shard. */
    private static final String REPAIRING_PRODUCER = "a";

    private final ShardName shard;
    private final @Nullable HashKeyRange range;
    private final ForeignEntries treatment;

    /**
     * For one shard.
     *
     * @param range its hash keys; if they are not known nothing is foreign
     */
    public Deaggregator(ShardName shard, @Nullable HashKeyRange range, ForeignEntries treatment) {
        this.shard = shard;
        this.range = range;
        this.treatment = treatment;
    }

    /**
     * User records in order.
     *
     * @param records what is to be handled
     * @param last where the last Kinesis record ends, whether or not its entries are delivered, but not before what was handled
     *     already
     * @param dropped how many entries were foreign and are not among the records
     * @param replaced how many of these were in marked aggregates, which their producer puts again as a whole
     */
    public record Expanded(List<ConsumerRecord> records, Position last, int dropped, int replaced) {}

    /**
     * Expands a batch.
     *
     * @param batch at least one Kinesis record
     * @param after records up to and including this position are handled already, or null
     */
    public Expanded expand(List<Record> batch, @Nullable Position after) {
        List<ConsumerRecord> found = new ArrayList<>(batch.size());
        int dropped = 0;
        int replaced = 0;
        int lastIndex = 0;
        for (Record record : batch) {
            long handledTo = handledTo(record, after);
            if (handledTo == Long.MAX_VALUE) {
                continue;
            }
            Decoded decoded = AggregateCodec.decode(record.data().asByteArrayUnsafe());
            if (decoded instanceof Decoded.Aggregated aggregate) {
                lastIndex = aggregate.entries().size() - 1;
                int count = expand(record, aggregate, handledTo, found);
                dropped += count;
                replaced += isTreatedAsAWhole(record, aggregate) && aggregate.putAgainWhole() ? count : 0;
            } else {
                lastIndex = 0;
                if (handledTo < 0) {
                    found.add(ConsumerRecord.plain(
                            sourceOf(record),
                            record.partitionKey(),
                            record.data().asByteArrayUnsafe()));
                }
            }
        }
        Position last = new Position(batch.get(batch.size() - 1).sequenceNumber(), lastIndex);
        return new Expanded(found, after == null || last.compareTo(after) >= 0 ? last : after, dropped, replaced);
    }

    /** Adds the entries that are to be handled and returns how many were dropped. */
    private int expand(Record record, Decoded.Aggregated aggregate, long handledTo, List<ConsumerRecord> found) {
        List<AggregateEntry> entries = aggregate.entries();
        boolean isWhole = isTreatedAsAWhole(record, aggregate);
        if (isWhole && entries.stream().anyMatch(this::isForeign)) {
            return entries.size();
        }
        boolean mayDrop = !isWhole && range != null && isDropping(record, entries);
        ConsumerRecord.Source source = sourceOf(record);
        int dropped = 0;
        for (int i = 0; i < entries.size(); i++) {
            AggregateEntry entry = entries.get(i);
            if (i <= handledTo) {
                continue;
            }
            if (mayDrop && isForeign(entry)) {
                dropped++;
            } else {
                found.add(recordOf(source, entry, i));
            }
        }
        return dropped;
    }

    /**
     * A marked aggregate is put again whole before one of its entries is acknowledged, so a copy that straddles is not needed. The
     * mark is the word of the producer that wrote it: a program that copies data into another stream, under a key of its own,
     * puts nothing again.
     */
    private boolean isTreatedAsAWhole(Record record, Decoded.Aggregated aggregate) {
        return treatment == ForeignEntries.DROP_AGGREGATE
                || (treatment == ForeignEntries.AUTO
                        && aggregate.putAgainWhole()
                        && record.partitionKey().equals(REPAIRING_PRODUCER));
    }

    private boolean isDropping(Record record, List<AggregateEntry> entries) {
        return treatment == ForeignEntries.AUTO
                ? isByRepairingProducer(record, entries)
                : treatment != ForeignEntries.DELIVER;
    }

    /** Other producers take the first entry's key for the whole record, and that may happen to be the same one. */
    private static boolean isByRepairingProducer(Record record, List<AggregateEntry> entries) {
        return record.partitionKey().equals(REPAIRING_PRODUCER)
                && !entries.get(0).partitionKey().equals(REPAIRING_PRODUCER);
    }

    private boolean isForeign(AggregateEntry entry) {
        return range != null && !range.contains(entry.hashKey());
    }

    /**
     * The index of the record's last entry that is handled, or -1; the largest number if the whole record is: it stands before
     * the position, so it has been given twice.
     */
    private static long handledTo(Record record, @Nullable Position after) {
        if (after == null) {
            return -1;
        }
        int order = new Position(record.sequenceNumber(), after.subSequenceNumber()).compareTo(after);
        return order < 0 ? Long.MAX_VALUE : order == 0 ? after.subSequenceNumber() : -1;
    }

    private ConsumerRecord.Source sourceOf(Record record) {
        return new ConsumerRecord.Source(
                shard.streamName(), shard.shardId(), record.sequenceNumber(), record.approximateArrivalTimestamp());
    }

    private static ConsumerRecord recordOf(ConsumerRecord.Source source, AggregateEntry entry, int index) {
        ConsumerRecord record = ConsumerRecord.entry(source, index, entry.partitionKey(), entry.data());
        HashKey explicit = entry.explicitHashKey();
        ConsumerRecord keyed = explicit == null ? record : record.withExplicitHashKey(explicit.toString());
        return entry.headers().isEmpty() ? keyed : keyed.withHeaders(entry.headers());
    }
}
