package io.shardline.testkit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;

/**
 * GetShardIterator and GetRecords.
 *
 * <p>Limits are the service's (docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html). Confined to the engine's
 * lock.
 */
final class RecordReader {
    private static final int MAX_RECORDS = 10_000;
    private static final long MAX_BYTES = 10 * 1024 * 1024;
    private static final long ITERATOR_LIFE_MILLIS = 300_000;
    private static final int MAX_ITERATOR_LENGTH = 512;
    private static final int ITERATOR_KIND = 1;

    private final Streams streams;

    /**
     * A place in a shard, and when it was given out.
     *
     * @param least the first record that a reader who came here by iterators may have been given
     */
    private record Cursor(long generation, int shard, int ordinal, int least, long issuedMillis) {
        static @Nullable Cursor read(String iterator) {
            long[] values = Token.read(ITERATOR_KIND, 5, iterator);
            return values == null
                    ? null
                    : new Cursor(values[0], (int) values[1], (int) values[2], (int) values[3], values[4]);
        }

        String write() {
            return Token.write(ITERATOR_KIND, generation, shard, ordinal, least, issuedMillis);
        }

        Cursor at(int other, long nowMillis) {
            return new Cursor(generation, shard, other, least, nowMillis);
        }
    }

    RecordReader(Streams streams) {
        this.streams = streams;
    }

    GetShardIteratorResponse.Builder getShardIterator(GetShardIteratorRequest request) {
        Constraints.shardId(request.shardId(), "shardId");
        String type = Constraints.required(request.shardIteratorTypeAsString(), "", "shardIteratorType");
        EmulatedStream stream = streams.getReadable(request.streamName(), request.streamARN());
        long now = streams.nowMillis();
        EmulatedShard shard = Positions.shard(stream, request.shardId(), now);
        if (!shard.traffic().admitIterator(streams.quotas(), now)) {
            throw ServiceError.throughputExceeded(RecordWriter.rateExceeded(shard, stream));
        }
        Positions.Start start = new Positions.Start(
                request.shardIteratorType(), type, request.startingSequenceNumber(), request.timestamp());
        int ordinal = new Positions(stream, shard, now).ordinal(start);
        // Whoever names a record has read what stands before it; a time, or the tip, has nothing before it.
        int least = request.startingSequenceNumber() == null ? ordinal : 0;
        Cursor cursor = new Cursor(stream.generation(), shard.number(), ordinal, least, now);
        return GetShardIteratorResponse.builder().shardIterator(cursor.write());
    }

    /** @param repeated how many records before the iterator are given again */
    GetRecordsResponse.Builder getRecords(GetRecordsRequest request, int repeated) {
        int limit = Constraints.optional(request.limit(), "limit", MAX_RECORDS, MAX_RECORDS);
        String iterator = Constraints.required(request.shardIterator(), "", "shardIterator");
        Constraints.length(iterator, "", "shardIterator", MAX_ITERATOR_LENGTH);
        Cursor cursor = Cursor.read(iterator);
        if (cursor == null) {
            throw ServiceError.invalidArgument("Invalid ShardIterator.");
        }
        EmulatedStream stream = stream(cursor);
        EmulatedShard shard = stream.shards().get(cursor.shard());
        long now = streams.nowMillis();
        if (!shard.traffic().admitRead(streams.quotas(), now)) {
            throw ServiceError.throughputExceeded(RecordWriter.rateExceeded(shard, stream));
        }
        shard.log().trim(now - stream.settings().retentionMillis());
        ShardBatch batch =
                ShardBatch.read(shard, Math.max(cursor.least(), cursor.ordinal() - repeated), limit, MAX_BYTES);
        shard.traffic().read(batch.bytes(), now);
        GetRecordsResponse.Builder response = GetRecordsResponse.builder()
                .records(batch.records())
                .millisBehindLatest(batch.millisBehind(shard, now));
        return batch.isAtTheEndOf(shard)
                ? response.childShards(ShardBatch.childShards(stream, shard))
                : response.nextShardIterator(cursor.at(batch.next(), now).write());
    }

    /** Which stream and shard an iterator reads; neither if it is none, or of a stream that is gone. */
    CallTarget target(String iterator) {
        Cursor cursor = Cursor.read(iterator);
        EmulatedStream stream = cursor == null ? null : streams.find(cursor.generation());
        if (cursor == null || stream == null) {
            return new CallTarget(null, null);
        }
        return new CallTarget(
                stream.name().name(), stream.shards().get(cursor.shard()).id());
    }

    private EmulatedStream stream(Cursor cursor) {
        EmulatedStream stream = streams.find(cursor.generation());
        if (stream == null) {
            throw ServiceError.notFound("The stream of this ShardIterator has been deleted.");
        }
        long now = streams.nowMillis();
        if (streams.quotas().on(Quota.ITERATOR_AGE) && now - cursor.issuedMillis() > ITERATOR_LIFE_MILLIS) {
            throw ServiceError.clientError(
                    "ExpiredIteratorException",
                    "Iterator expired. The iterator was created at time " + Instant.ofEpochMilli(cursor.issuedMillis())
                            + " while right now it is " + Instant.ofEpochMilli(now)
                            + " which is further in the future than the tolerated delay of " + ITERATOR_LIFE_MILLIS
                            + " milliseconds.");
        }
        return stream;
    }
}
