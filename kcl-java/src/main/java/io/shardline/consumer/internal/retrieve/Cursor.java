package io.shardline.consumer.internal.retrieve;

import io.shardline.consumer.Position;
import io.shardline.consumer.internal.lease.Checkpoint;
import java.time.Instant;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Where the reading of a shard begins.
 *
 * <p>Immutable.
 */
public sealed interface Cursor permits Cursor.Start, Cursor.AtTime, Cursor.At, Cursor.After {

    /** Where a shard is read on from a checkpoint. */
    static Cursor of(Checkpoint checkpoint) {
        if (checkpoint instanceof Checkpoint.At at) {
            return new At(at.position());
        }
        return checkpoint instanceof Checkpoint.AtStart start && start.startAt() != null
                ? new AtTime(start.startAt())
                : new Start();
    }

    /** Whether it names a record, which the service may not know any more. */
    default boolean hasNumber() {
        return false;
    }

    /** Those of the shard's records, given in order, that have not been read. */
    default List<Record> unread(List<Record> records) {
        return records;
    }

    /** The oldest record that is there. */
    record Start() implements Cursor {}

    /** The first record that arrived at a time, or later. */
    record AtTime(Instant time) implements Cursor {}

    /** The record at a position: it may be an aggregate, of which entries behind the position are still to be handled. */
    record At(Position position) implements Cursor {

        @Override
        public boolean hasNumber() {
            return true;
        }
    }

    /** The record after one that has been read whole. */
    record After(String sequenceNumber) implements Cursor {

        @Override
        public boolean hasNumber() {
            return true;
        }

        @Override
        public List<Record> unread(List<Record> records) {
            boolean areAll = records.isEmpty() || isBehind(records.get(0));
            return areAll ? records : records.stream().filter(this::isBehind).toList();
        }

        private boolean isBehind(Record record) {
            return new Position(record.sequenceNumber(), 0).compareTo(new Position(sequenceNumber, 0)) > 0;
        }
    }
}
