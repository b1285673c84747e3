package io.shardline.consumer.simulation;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.Decoded;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.testkit.StoredRecord;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * The places from which each value was handled, and so the causes of duplicates.
 *
 * <p>Confined to one thread.
 */
final class StraddlingCopies {

    private final FleetWorld world;
    private final Map<String, Map<String, ConsumerRecord>> handled = new HashMap<>();

    StraddlingCopies(FleetWorld world) {
        this.world = world;
    }

    /** Why a record is handled that was handled before. */
    enum Cause {
        /** It is the first time. */
        NONE,
        /** From the same place: after a failure of the handler, a crash or a lost lease. */
        TAKEN_AGAIN,
        /** From two places, one of which is in an aggregate that straddles a split. */
        SPLIT,
        /** From two places, both of which may be read. */
        PUT_AGAIN
    }

    /** A value is handled. */
    Cause handled(String value, ConsumerRecord record) {
        Map<String, ConsumerRecord> places = handled.computeIfAbsent(value, unseen -> new LinkedHashMap<>());
        boolean isFirst = places.isEmpty();
        boolean isNew = places.put(placeOf(record.shardId(), record.sequenceNumber()), record) == null;
        if (isFirst) {
            return Cause.NONE;
        }
        if (!isNew) {
            return Cause.TAKEN_AGAIN;
        }
        return places.values().stream().anyMatch(this::straddles) ? Cause.SPLIT : Cause.PUT_AGAIN;
    }

    /** Values that were handled from more than one place. */
    Set<String> putAgain() {
        Set<String> values = new LinkedHashSet<>();
        handled.forEach((value, places) -> {
            if (places.size() > 1) {
                values.add(value);
            }
        });
        return values;
    }

    /** Whether a record stands in an aggregate with entries of another shard, and its reader could know. */
    private boolean straddles(ConsumerRecord record) {
        StoredRecord source = world.stored.sourceOf(record);
        Shard shard = world.kinesis.shards(FleetWorld.STREAM).stream()
                .filter(any -> any.shardId().equals(record.shardId()))
                .findFirst()
                .orElseThrow();
        HashKeyRange range = PartlyRepairingProducer.rangeOf(shard);
        return hasKnownRange(record.shardId())
                && source != null
                && AggregateCodec.decode(source.data().asByteArray()) instanceof Decoded.Aggregated aggregate
                && aggregate.entries().stream().anyMatch(entry -> !range.contains(entry.hashKey()));
    }

    private boolean hasKnownRange(String shardId) {
        List<Lease> rows = world.table.readLeases(Set.of(shardId)).join();
        return rows.isEmpty() || rows.get(0).range() != null;
    }

    private static String placeOf(String shardId, String sequenceNumber) {
        return shardId + " " + sequenceNumber;
    }
}
