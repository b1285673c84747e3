package io.shardline.consumer.simulation;

import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.ForeignEntries;
import io.shardline.consumer.Position;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.retrieve.Deaggregator;
import io.shardline.consumer.internal.retrieve.ShardName;
import io.shardline.testkit.StoredRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * The records of each shard that may be written down as handled: calls have returned from them normally, or the handler itself has
 * checkpointed them.
 *
 * <p>Confined to one thread.
 */
final class HandledRecords {

    private final FleetWorld world;
    private final Map<String, Set<Position>> returned = new HashMap<>();
    private final Map<String, Position> checkpointed = new HashMap<>();
    private final Map<String, Integer> checked = new HashMap<>();

    HandledRecords(FleetWorld world) {
        this.world = world;
    }

    /** A call that was given the record returns. */
    void returned(ConsumerRecord record) {
        handledBefore(record.shardId(), record.position());
    }

    /** The record is not for this fleet to handle. */
    void handledBefore(String shardId, Position position) {
        returned.computeIfAbsent(shardId, shard -> new HashSet<>()).add(position);
    }

    /** The handler says that it has handled everything up to this record. */
    void checkpoints(ConsumerRecord record) {
        checkpointed.merge(record.shardId(), record.position(), (one, other) -> one.compareTo(other) > 0 ? one : other);
    }

    /** The first record of the shard that its row counts as handled and that is not, or null. */
    @Nullable
    ConsumerRecord writtenTooEarly(Lease row) {
        if (!row.checkpoint().hasBegun()) {
            return null;
        }
        Position limit = row.checkpoint() instanceof Checkpoint.At at ? at.position() : null;
        Deaggregator deaggregator =
                new Deaggregator(new ShardName(FleetWorld.STREAM, row.key()), row.range(), ForeignEntries.AUTO);
        List<StoredRecord> stored = world.stored.of(row.key());
        for (int i = checked.getOrDefault(row.key(), 0); i < stored.size(); i++) {
            Deaggregator.Expanded expanded = deaggregator.expand(List.of(asRead(stored.get(i))), null);
            for (ConsumerRecord record : expanded.records()) {
                if (limit != null && record.position().compareTo(limit) > 0) {
                    return null;
                }
                if (!isHandled(record)) {
                    return record;
                }
            }
            if (limit == null || expanded.last().compareTo(limit) <= 0) {
                checked.put(row.key(), i + 1);
            }
        }
        return null;
    }

    private boolean isHandled(ConsumerRecord record) {
        Position upTo = checkpointed.get(record.shardId());
        return returned.getOrDefault(record.shardId(), Set.of()).contains(record.position())
                || (upTo != null && record.position().compareTo(upTo) <= 0);
    }

    private static Record asRead(StoredRecord stored) {
        return Record.builder()
                .sequenceNumber(stored.sequenceNumber())
                .partitionKey(stored.partitionKey())
                .data(stored.data())
                .approximateArrivalTimestamp(stored.arrival())
                .build();
    }
}
