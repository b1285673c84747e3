package io.shardline.testkit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * Where in a shard a reader begins, by iterator or by subscription.
 *
 * <p>Confined to the engine's lock.
 */
record Positions(EmulatedStream stream, EmulatedShard shard, long nowMillis) {

    /**
     * A starting position as it was asked for.
     *
     * @param typeName as in the request, also if it is unknown
     */
    record Start(
            ShardIteratorType type,
            String typeName,
            @Nullable String sequenceNumber,
            @Nullable Instant timestamp) {}

    /** The shard of that id, if the service still speaks of it. */
    static EmulatedShard shard(EmulatedStream stream, String id, long nowMillis) {
        EmulatedShard shard = stream.shard(id);
        if (shard == null || shard.closedMillis() < stream.trimHorizonMillis(nowMillis)) {
            throw ServiceError.notFound(
                    "Shard " + id + " in stream " + stream.name().inMessages() + " does not exist");
        }
        shard.log().trim(nowMillis - stream.settings().retentionMillis());
        return shard;
    }

    /** The ordinal of the first record to read. */
    int ordinal(Start start) {
        return switch (start.type()) {
            case TRIM_HORIZON -> unnumbered(start, shard.log().first());
            case LATEST -> unnumbered(start, shard.log().end());
            case AT_TIMESTAMP -> shard.log().firstAt(timestamp(start.timestamp()));
            case AT_SEQUENCE_NUMBER -> shard.ordinalAt(sequence(start));
            case AFTER_SEQUENCE_NUMBER -> shard.ordinalAfter(sequence(start));
            default ->
                throw Constraints.violation(
                        start.typeName(),
                        "shardIteratorType",
                        "satisfy enum value set: " + ShardIteratorType.knownValues());
        };
    }

    private static int unnumbered(Start start, int ordinal) {
        if (start.sequenceNumber() != null) {
            throw mismatch(start.typeName() + " and also a StartingSequenceNumber.");
        }
        return ordinal;
    }

    private static ServiceError mismatch(String specified) {
        return ServiceError.invalidArgument(
                "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or"
                        + " (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified " + specified);
    }

    private long timestamp(@Nullable Instant timestamp) {
        if (timestamp == null) {
            throw ServiceError.invalidArgument("Must specify timestampInMillis parameter for iterator of type"
                    + " AT_TIMESTAMP. Current request has no timestamp parameter.");
        }
        if (timestamp.toEpochMilli() > nowMillis) {
            throw ServiceError.invalidArgument(
                    "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: "
                            + timestamp.toEpochMilli() + ", currentTimestampInMillis: " + nowMillis);
        }
        return timestamp.toEpochMilli();
    }

    private SequenceNumber sequence(Start start) {
        String text = start.sequenceNumber();
        if (text == null) {
            throw mismatch(start.typeName() + " and no StartingSequenceNumber.");
        }
        Constraints.sequenceNumber(text, "startingSequenceNumber");
        SequenceNumber sequence = SequenceNumber.parse(text);
        if (sequence != null && shard.issued(sequence)) {
            return sequence;
        }
        if (sequence != null && sequence.shard() != shard.number()) {
            throw ServiceError.invalidArgument(
                    "Invalid StartingSequenceNumber. It encodes " + EmulatedShard.id(sequence.shard())
                            + ", while it was used in a call to a shard with " + shard.id());
        }
        throw ServiceError.invalidArgument("StartingSequenceNumber " + text + " used in GetShardIterator on shard "
                + shard.id() + " in stream " + stream.name().inMessages()
                + " is invalid because it did not come from this stream.");
    }
}
