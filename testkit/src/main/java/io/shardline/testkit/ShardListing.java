package io.shardline.testkit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ShardFilter;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * ListShards, with its filters and its paging.
 *
 * <p>What the filters mean is written at docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html; both ends of a
 * shard's life count as part of it, so a time stamp of a split finds parent and children. Confined to the engine's lock.
 */
final class ShardListing {
    private static final int DEFAULT_PAGE = 1000;
    private static final int MAX_PAGE = 10_000;
    private static final int TOKEN_KIND = 2;
    private static final int TOKEN_VALUES = 5;

    private final Streams streams;

    /** What is left to list: the shards from that number on that lived within that time. */
    private record Listing(EmulatedStream stream, int from, Life life) {}

    /**
     * A filter: every one of the service's is of this form.
     *
     * @param createdBy the latest creation
     * @param closedFrom the earliest closing; open shards close at the end of time
     */
    private record Life(long createdBy, long closedFrom) {
        static final Life ANY = new Life(Long.MAX_VALUE, Long.MIN_VALUE);

        static Life at(long millis) {
            return new Life(millis, millis);
        }

        static Life from(long millis) {
            return new Life(Long.MAX_VALUE, millis);
        }

        boolean includes(EmulatedShard shard, long asOfMillis) {
            long closed = shard.isClosedBy(asOfMillis) ? shard.closedMillis() : Long.MAX_VALUE;
            return shard.createdMillis() <= Math.min(createdBy, asOfMillis) && closed >= closedFrom;
        }
    }

    ShardListing(Streams streams) {
        this.streams = streams;
    }

    /**
     * The shards, as they were at a time that is now unless something is wrong.
     *
     * @param asOfMillis later shards are not listed, and those that closed later are listed as open
     */
    ListShardsResponse.Builder listShards(ListShardsRequest request, long asOfMillis) {
        int page = Constraints.optional(request.maxResults(), "maxResults", MAX_PAGE, DEFAULT_PAGE);
        Listing listing = request.nextToken() == null ? begin(request) : resume(request);
        List<EmulatedShard> found = listing.stream().keptShards(streams.nowMillis()).stream()
                .filter(shard ->
                        shard.number() >= listing.from() && listing.life().includes(shard, asOfMillis))
                .limit(page + 1L)
                .toList();
        List<EmulatedShard> listed = found.subList(0, Math.min(page, found.size()));
        return ListShardsResponse.builder()
                .shards(listed.stream().map(shard -> shard.describe(asOfMillis)).toList())
                .nextToken(found.size() > page ? token(listing, found.get(page).number()) : null);
    }

    private Listing begin(ListShardsRequest request) {
        if (request.streamName() == null && request.streamARN() == null) {
            throw ServiceError.invalidArgument("Either NextToken or StreamName should be provided.");
        }
        EmulatedStream stream = streams.get(request.streamName(), request.streamARN());
        if (stream.status() == StreamStatus.CREATING || stream.status() == StreamStatus.DELETING) {
            throw ServiceError.inUse(
                    "Stream " + stream.name().inMessages() + " not ACTIVE, instead in state " + stream.status());
        }
        stream.refuseOtherCreation(request.streamCreationTimestamp());
        int from = request.exclusiveStartShardId() == null ? 0 : after(request.exclusiveStartShardId(), stream);
        ShardFilter filter = request.shardFilter();
        if (filter == null) {
            return new Listing(stream, from, Life.ANY);
        }
        return filtered(filter, new Listing(stream, from, Life.ANY));
    }

    private Listing filtered(ShardFilter filter, Listing all) {
        ShardFilterType type = filter.type();
        if (type == null || type == ShardFilterType.UNKNOWN_TO_SDK_VERSION) {
            throw Constraints.violation(
                    filter.typeAsString(),
                    "shardFilter.type",
                    "satisfy enum value set: " + ShardFilterType.knownValues());
        }
        boolean byTime = type == ShardFilterType.AT_TIMESTAMP || type == ShardFilterType.FROM_TIMESTAMP;
        if (byTime != (filter.timestamp() != null)) {
            throw ServiceError.invalidArgument("Timestamp must be given for the shard filters AT_TIMESTAMP and"
                    + " FROM_TIMESTAMP, and only for them: " + type);
        }
        boolean byShard = type == ShardFilterType.AFTER_SHARD_ID;
        if (byShard != (filter.shardId() != null)) {
            throw ServiceError.invalidArgument(
                    "ShardId must be given for the shard filter AFTER_SHARD_ID, and only for it: " + type);
        }
        int from = byShard ? Math.max(all.from(), after(filter.shardId(), all.stream())) : all.from();
        return new Listing(all.stream(), from, life(filter, all.stream().trimHorizonMillis(streams.nowMillis())));
    }

    private static Life life(ShardFilter filter, long horizon) {
        long time = filter.timestamp() == null
                ? horizon
                : Math.max(horizon, filter.timestamp().toEpochMilli());
        return switch (filter.type()) {
            case AT_LATEST -> Life.from(Long.MAX_VALUE);
            case AT_TRIM_HORIZON, AT_TIMESTAMP -> Life.at(time);
            case FROM_TRIM_HORIZON, FROM_TIMESTAMP -> Life.from(time);
            case AFTER_SHARD_ID, UNKNOWN_TO_SDK_VERSION -> Life.ANY;
        };
    }

    private static int after(String shardId, EmulatedStream stream) {
        Constraints.shardId(shardId, "exclusiveStartShardId");
        EmulatedShard shard = stream.shard(shardId);
        if (shard == null) {
            throw ServiceError.invalidArgument(
                    "Shard " + shardId + " in stream " + stream.name().inMessages() + " does not exist");
        }
        return shard.number() + 1;
    }

    private Listing resume(ListShardsRequest request) {
        refuseWithToken(request.streamName(), "StreamName");
        refuseWithToken(request.exclusiveStartShardId(), "ExclusiveStartShardId");
        refuseWithToken(request.streamCreationTimestamp(), "StreamCreationTimestamp");
        refuseWithToken(request.shardFilter(), "ShardFilter");
        long[] values = Token.read(TOKEN_KIND, TOKEN_VALUES, request.nextToken());
        EmulatedStream stream = values == null ? null : streams.find(values[0]);
        if (values == null || stream == null) {
            throw ServiceError.invalidArgument("Invalid NextToken.");
        }
        Token.refuseOld(values[4], streams.nowMillis());
        return new Listing(stream, (int) values[1], new Life(values[2], values[3]));
    }

    private static void refuseWithToken(@Nullable Object value, String name) {
        if (value != null) {
            throw ServiceError.invalidArgument("NextToken and " + name + " cannot be provided together.");
        }
    }

    private String token(Listing listing, int from) {
        return Token.write(
                TOKEN_KIND,
                listing.stream().generation(),
                from,
                listing.life().createdBy(),
                listing.life().closedFrom(),
                streams.nowMillis());
    }
}
