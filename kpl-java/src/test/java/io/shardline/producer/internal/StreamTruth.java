package io.shardline.producer.internal;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.Decoded;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.producer.PutReceipt;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** What consumers get out of a stream: parents before children, and without entries that do not belong where they are. */
final class StreamTruth {

    /** A user record as a consumer sees it. */
    record Seen(String partitionKey, String data) {}

    private record Place(String shardId, String sequenceNumber, long subSequenceNumber) {}

    private static final AggregatorUtil KCL = new AggregatorUtil();

    private final Map<Place, Seen> entryWise = new LinkedHashMap<>();
    private final List<Seen> kclWise = new ArrayList<>();
    private final List<Seen> markWise = new ArrayList<>();
    private final Map<Seen, Integer> copies = new LinkedHashMap<>();

    StreamTruth(KinesisEmulator kinesis, String stream) {
        readOn(kinesis, stream);
    }

    /** Reads on in a stream of the same name that was made after the one read so far had been deleted. */
    void readOn(KinesisEmulator kinesis, String stream) {
        Map<String, HashKeyRange> ranges = new LinkedHashMap<>();
        for (Shard shard : kinesis.shards(stream)) {
            ranges.put(
                    shard.shardId(),
                    HashKeyRange.parse(
                            shard.hashKeyRange().startingHashKey(),
                            shard.hashKeyRange().endingHashKey()));
        }
        // In the order of shard numbers, and every parent has a smaller one than its children.
        for (StoredRecord stored : kinesis.records(stream)) {
            read(stored, Objects.requireNonNull(ranges.get(stored.shardId())));
        }
    }

    private void read(StoredRecord stored, HashKeyRange range) {
        byte[] data = stored.data().asByteArray();
        if (AggregateCodec.decode(data) instanceof Decoded.Aggregated aggregated) {
            List<AggregateEntry> entries = aggregated.entries();
            boolean straddles = entries.stream().anyMatch(entry -> !range.contains(entry.hashKey()));
            for (int i = 0; i < entries.size(); i++) {
                Seen seen = seen(entries.get(i).partitionKey(), entries.get(i).data());
                copies.merge(seen, 1, Integer::sum);
                if (range.contains(entries.get(i).hashKey())) {
                    entryWise.put(new Place(stored.shardId(), stored.sequenceNumber(), i), seen);
                    if (!straddles || !aggregated.putAgainWhole()) {
                        markWise.add(seen);
                    }
                }
            }
        } else {
            Seen seen = seen(stored.partitionKey(), data);
            copies.merge(seen, 1, Integer::sum);
            entryWise.put(new Place(stored.shardId(), stored.sequenceNumber(), 0), seen);
            markWise.add(seen);
        }
        readAsKclDoes(stored, range);
    }

    private void readAsKclDoes(StoredRecord stored, HashKeyRange range) {
        KinesisClientRecord record = KinesisClientRecord.builder()
                .data(stored.data().asByteBuffer())
                .partitionKey(stored.partitionKey())
                .sequenceNumber(stored.sequenceNumber())
                .build();
        List<KinesisClientRecord> userRecords = KCL.deaggregate(
                new ArrayList<>(List.of(record)),
                range.start().toString(),
                range.end().toString());
        for (KinesisClientRecord each : userRecords) {
            byte[] bytes = new byte[each.data().remaining()];
            each.data().get(bytes);
            kclWise.add(seen(each.partitionKey(), bytes));
        }
    }

    /** What tells a record from all others: its key and its number, with whatever stands before that. */
    static Seen seen(String partitionKey, byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        return new Seen(partitionKey, text.substring(0, text.indexOf(';') + 1));
    }

    /** The record that a receipt speaks of; null if a consumer never sees one there. */
    @Nullable
    Seen at(PutReceipt receipt) {
        return entryWise.get(new Place(receipt.shardId(), receipt.sequenceNumber(), receipt.subSequenceNumber()));
    }

    /** How often a record is stored, also where no consumer looks for it. */
    int copies(Seen seen) {
        return copies.getOrDefault(seen, 0);
    }

    /** First occurrences for a consumer that filters entry by entry. */
    Set<Seen> firstSeenEntryWise() {
        return new LinkedHashSet<>(entryWise.values());
    }

    /** Everything that Shardline's consumer delivers, which discards a marked aggregate as a whole if it straddles. */
    List<Seen> seenMarkWise() {
        return markWise;
    }

    /** First occurrences for Amazon's own deaggregator, given each shard's range: it drops an aggregate as a whole. */
    Set<Seen> firstSeenKclWise() {
        return new LinkedHashSet<>(kclWise);
    }
}
