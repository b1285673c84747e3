package io.shardline.testkit;

import io.shardline.testkit.EmulatedShard.LogEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * GetShardIterator and GetRecords.
 *
 * <p>Limits are the service's (docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html). Confined to the engine's
 * lock.
 */
final class RecordReader {
    private static final int MAX_RECORDS = 10_000;
    private static final int MAX_BYTES = 10 * 1024 * 1024;
    private static final long ITERATOR_LIFE_MILLIS = 300_000;
    private static final int ITERATOR_KIND = 1;

    private final Streams streams;

    /** A place in a shard, and when it was given out. */
    private record Cursor(long generation, int shard, int ordinal, long issuedMillis) {
        static @Nullable Cursor read(String iterator) {
            long[] values = Token.read(ITERATOR_KIND, 4, iterator);
            return values == null ? null : new Cursor(values[0], (int) values[1], (int) values[2], values[3]);
        }

        String write() {
            return Token.write(ITERATOR_KIND, generation, shard, ordinal, issuedMillis);
        }
    }

    RecordReader(Streams streams) {
        this.streams = streams;
    }

    GetShardIteratorResponse.Builder getShardIterator(GetShardIteratorRequest request) {
        Constraints.shardId(request.shardId(), "shardId");
        String typeName = Constraints.required(request.shardIteratorTypeAsString(), "", "shardIteratorType");
        EmulatedStream stream = streams.getReadable(request.streamName(), request.streamARN());
        EmulatedShard shard = stream.shard(request.shardId());
        if (shard == null) {
            throw ServiceError.notFound(
                    "Shard " + request.shardId() + " in stream " + stream.name().inMessages() + " does not exist");
        }
        int ordinal = switch (request.shardIteratorType()) {
            case TRIM_HORIZON -> 0;
            case LATEST -> shard.size();
            case AT_TIMESTAMP -> shard.ordinalAt(timestamp(request.timestamp()));
            case AT_SEQUENCE_NUMBER -> shard.ordinalAt(sequence(request, shard, stream));
            case AFTER_SEQUENCE_NUMBER -> shard.ordinalAfter(sequence(request, shard, stream));
            default ->
                throw Constraints.violation(
                        typeName, "shardIteratorType", "satisfy enum value set: " + ShardIteratorType.knownValues());
        };
        return GetShardIteratorResponse.builder().shardIterator(iterator(stream, shard, ordinal));
    }

    private String iterator(EmulatedStream stream, EmulatedShard shard, int ordinal) {
        return new Cursor(stream.generation(), shard.number(), ordinal, streams.nowMillis()).write();
    }

    private long timestamp(@Nullable Instant timestamp) {
        if (timestamp == null) {
            throw ServiceError.invalidArgument("Must either specify a timestamp or another ShardIteratorType.");
        }
        long now = streams.nowMillis();
        if (timestamp.toEpochMilli() > now) {
            throw ServiceError.invalidArgument(
                    "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: "
                            + timestamp.toEpochMilli() + ", currentTimestampInMillis: " + now);
        }
        return timestamp.toEpochMilli();
    }

    private static SequenceNumber sequence(
            GetShardIteratorRequest request, EmulatedShard shard, EmulatedStream stream) {
        String text = request.startingSequenceNumber();
        if (text == null) {
            throw ServiceError.invalidArgument("Must specify StartingSequenceNumber for ShardIteratorType "
                    + request.shardIteratorTypeAsString() + ".");
        }
        SequenceNumber sequence = SequenceNumber.parse(text);
        if (sequence != null && shard.issued(sequence)) {
            return sequence;
        }
        throw ServiceError.invalidArgument("StartingSequenceNumber " + text + " used in GetShardIterator on shard "
                + shard.id() + " in stream " + stream.name().inMessages()
                + " is invalid because it did not come from this stream and shard.");
    }

    GetRecordsResponse.Builder getRecords(GetRecordsRequest request) {
        int limit = Constraints.optional(request.limit(), "limit", MAX_RECORDS, MAX_RECORDS);
        Cursor cursor = Cursor.read(Constraints.required(request.shardIterator(), "", "shardIterator"));
        if (cursor == null) {
            throw ServiceError.invalidArgument("Invalid ShardIterator.");
        }
        EmulatedStream stream = stream(cursor);
        EmulatedShard shard = stream.shards().get(cursor.shard());
        List<Record> records = new ArrayList<>(Math.min(limit, shard.size() - cursor.ordinal()));
        int next = cursor.ordinal();
        long bytes = 0;
        while (next < shard.size() && records.size() < limit) {
            LogEntry entry = shard.entry(next);
            bytes += entry.data().asByteArrayUnsafe().length
                    + entry.partitionKey().length();
            if (bytes > MAX_BYTES && !records.isEmpty()) {
                break;
            }
            records.add(record(shard.sequenceNumber(next), entry));
            next++;
        }
        GetRecordsResponse.Builder response =
                GetRecordsResponse.builder().records(records).millisBehindLatest(behind(shard, next));
        return next == shard.size() && !shard.isOpen()
                ? response.childShards(childShards(stream, shard))
                : response.nextShardIterator(iterator(stream, shard, next));
    }

    private EmulatedStream stream(Cursor cursor) {
        EmulatedStream stream = streams.find(cursor.generation());
        if (stream == null) {
            throw ServiceError.notFound("The stream of this ShardIterator has been deleted.");
        }
        long now = streams.nowMillis();
        if (now - cursor.issuedMillis() > ITERATOR_LIFE_MILLIS) {
            throw ServiceError.clientError(
                    "ExpiredIteratorException",
                    "Iterator expired. The iterator was created at time " + Instant.ofEpochMilli(cursor.issuedMillis())
                            + " while right now it is " + Instant.ofEpochMilli(now)
                            + " which is further in the future than the tolerated delay of " + ITERATOR_LIFE_MILLIS
                            + " milliseconds.");
        }
        return stream;
    }

    private static Record record(String sequenceNumber, LogEntry entry) {
        // anyway.
        return Record.builder()
                .sequenceNumber(sequenceNumber)
                .approximateArrivalTimestamp(Instant.ofEpochMilli(entry.arrivalMillis()))
                .data(entry.data())
                .partitionKey(entry.partitionKey())
                .build();
    }

    /** How long ago the first record not yet read arrived, at least 1; 0 if there is none, and only then. */
    private long behind(EmulatedShard shard, int next) {
        if (next == shard.size()) {
            return 0;
        }
        return Math.max(1, streams.nowMillis() - shard.entry(next).arrivalMillis());
    }

    private static List<ChildShard> childShards(EmulatedStream stream, EmulatedShard parent) {
        return stream.children(parent).stream()
                .map(child -> ChildShard.builder()
                        .shardId(child.id())
                        .parentShards(
                                child.parents().stream().map(EmulatedShard::id).toList())
                        .hashKeyRange(child.hashKeyRange())
                        .build())
                .toList();
    }
}
