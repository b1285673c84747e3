package io.shardline.testkit.contract;

import static io.shardline.testkit.contract.KinesisContract.shard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardFilter;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * ListShards: filters, pages and tokens.
 *
 * <p>Rules from docs.aws.amazon.com/kinesis/latest/APIReference: API_ListShards.html, API_ShardFilter.html. Confined to one
 * thread.
 */
interface ListShardsContract extends KinesisContract {

    private List<String> list(Consumer<ListShardsRequest.Builder> request) {
        kinesis().pace();
        return ids(get(ask(request)));
    }

    private CompletableFuture<ListShardsResponse> ask(Consumer<ListShardsRequest.Builder> request) {
        return client().listShards(request);
    }

    private static List<String> ids(ListShardsResponse answer) {
        return answer.shards().stream().map(Shard::shardId).toList();
    }

    private static ShardFilter filter(ShardFilterType type) {
        return ShardFilter.builder().type(type).build();
    }

    private static ShardFilter filter(ShardFilterType type, Instant time) {
        return ShardFilter.builder().type(type).timestamp(time).build();
    }

    /** A stream whose only shard was split; and a moment between, by the service's clock. */
    private Instant afterASplit(String stream) {
        put(stream, "before");
        Instant before = read(iterator(stream, shard(0), ShardIteratorType.TRIM_HORIZON))
                .records()
                .get(0)
                .approximateArrivalTimestamp();
        kinesis().pass(Duration.ofSeconds(1));
        split(stream, shard(0), MIDDLE);
        return before;
    }

    @Test
    default void withoutAFilterAllShardsAreListedInOrder() {
        String stream = newStream(2);
        split(stream, shard(0), "1000");

        assertThat(list(r -> r.streamName(stream))).containsExactly(shard(0), shard(1), shard(2), shard(3));
    }

    @Test
    default void atLatestAreTheOpenShards() {
        String stream = newStream(2);
        split(stream, shard(0), "1000");

        assertThat(list(r -> r.streamName(stream).shardFilter(filter(ShardFilterType.AT_LATEST))))
                .containsExactly(shard(1), shard(2), shard(3));
    }

    @Test
    default void atTrimHorizonAreTheShardsThatWereOpenThen() {
        String stream = newStream(1);
        kinesis().pass(Duration.ofMillis(20));
        split(stream, shard(0), MIDDLE);

        assertThat(list(r -> r.streamName(stream).shardFilter(filter(ShardFilterType.AT_TRIM_HORIZON))))
                .containsExactly(shard(0));
    }

    @Test
    default void fromTrimHorizonAreAllThatCanBeRead() {
        String stream = newStream(1);
        split(stream, shard(0), MIDDLE);

        assertThat(list(r -> r.streamName(stream).shardFilter(filter(ShardFilterType.FROM_TRIM_HORIZON))))
                .containsExactly(shard(0), shard(1), shard(2));
    }

    @Test
    default void atATimestampAreTheShardsThatWereOpenThen() {
        String stream = newStream(1);
        Instant before = afterASplit(stream);
        kinesis().pass(Duration.ofSeconds(2));
        put(stream, "after");
        Instant after = read(iterator(stream, shard(1), ShardIteratorType.TRIM_HORIZON))
                .records()
                .get(0)
                .approximateArrivalTimestamp();

        assertThat(list(r -> r.streamName(stream).shardFilter(filter(ShardFilterType.AT_TIMESTAMP, before))))
                .containsExactly(shard(0));
        assertThat(list(r -> r.streamName(stream).shardFilter(filter(ShardFilterType.AT_TIMESTAMP, after))))
                .containsExactly(shard(1), shard(2));
    }

    @Test
    default void fromATimestampAreTheShardsThatWereOpenThenOrLater() {
        String stream = newStream(1);
        Instant before = afterASplit(stream);

        assertThat(list(r -> r.streamName(stream).shardFilter(filter(ShardFilterType.FROM_TIMESTAMP, before))))
                .containsExactly(shard(0), shard(1), shard(2));
    }

    @Test
    default void afterAShardIdAreThoseBehindIt() {
        String stream = newStream(3);

        assertThat(list(r -> r.streamName(stream)
                        .shardFilter(ShardFilter.builder()
                                .type(ShardFilterType.AFTER_SHARD_ID)
                                .shardId(shard(0))
                                .build())))
                .containsExactly(shard(1), shard(2));
        assertThat(list(r -> r.streamName(stream).exclusiveStartShardId(shard(1))))
                .containsExactly(shard(2));
    }

    @Test
    default void aFilterNeedsWhatBelongsToIt() {
        String stream = anyStream();

        assertRefused(
                ask(r -> r.streamName(stream).shardFilter(filter(ShardFilterType.AT_TIMESTAMP))),
                "InvalidArgumentException");
        assertRefused(
                ask(r -> r.streamName(stream).shardFilter(filter(ShardFilterType.FROM_TIMESTAMP))),
                "InvalidArgumentException");
        assertRefused(
                ask(r -> r.streamName(stream).shardFilter(filter(ShardFilterType.AFTER_SHARD_ID))),
                "InvalidArgumentException");
    }

    @Test
    default void pagesFollowEachOtherByToken() {
        String stream = newStream(3);

        ListShardsResponse first =
                get(client().listShards(r -> r.streamName(stream).maxResults(2)));
        ListShardsResponse second =
                get(client().listShards(r -> r.nextToken(first.nextToken()).maxResults(2)));

        assertThat(ids(first)).containsExactly(shard(0), shard(1));
        assertThat(ids(second)).containsExactly(shard(2));
        assertThat(second.nextToken()).isNull();
    }

    @Test
    default void aTokenKeepsTheFilter() {
        String stream = newStream(2);
        split(stream, shard(0), "1000");

        ListShardsResponse first = get(client().listShards(
                        r -> r.streamName(stream).maxResults(2).shardFilter(filter(ShardFilterType.AT_LATEST))));

        assertThat(ids(first)).containsExactly(shard(1), shard(2));
        assertThat(list(r -> r.nextToken(first.nextToken()))).containsExactly(shard(3));
    }

    @Test
    default void aTokenStandsAlone() {
        String stream = newStream(3);
        String token = get(client().listShards(r -> r.streamName(stream).maxResults(1)))
                .nextToken();

        assertRefused(
                ask(r -> r.nextToken(token).streamName(stream)),
                "InvalidArgumentException",
                "NextToken and StreamName cannot be provided together.");
        assertRefused(ask(r -> r.nextToken(token).exclusiveStartShardId(shard(0))), "InvalidArgumentException");
    }

    @Test
    default void eitherATokenOrAStreamIsNeeded() {
        assertRefused(ask(r -> {}), "InvalidArgumentException", "Either NextToken or StreamName should be provided.");
    }

    @Test
    default void whatIsNoTokenIsRefused() {
        assertRefused(ask(r -> r.nextToken("nonsense")), "InvalidArgumentException");
    }

    @Test
    default void aTokenLivesForFiveMinutes() {
        assumeTrue(kinesis().hasClock(), "five minutes are too long to wait");
        String stream = newStream(2);
        String token = get(client().listShards(r -> r.streamName(stream).maxResults(1)))
                .nextToken();
        kinesis().pass(Duration.ofMinutes(5).plusSeconds(1));

        assertRefused(ask(r -> r.nextToken(token)), "ExpiredNextTokenException");
    }

    @Test
    default void aPageHasOneTo10000Shards() {
        String stream = anyStream();

        assertInvalid(
                ask(r -> r.streamName(stream).maxResults(0)),
                "'0' at 'maxResults'",
                "have value greater than or equal to 1");
        assertInvalid(
                ask(r -> r.streamName(stream).maxResults(10_001)),
                "'10001' at 'maxResults'",
                "have value less than or equal to 10000");
    }

    @Test
    default void anUnknownStreamHasNoShardsToList() {
        assertRefused(
                ask(r -> r.streamName("no-such-stream")),
                "ResourceNotFoundException",
                "Stream no-such-stream under account ");
    }

    @Test
    default void aStreamOfAnotherTimeIsNotFound() {
        String stream = anyStream();
        Instant created = summary(stream).streamCreationTimestamp();

        assertThat(list(r -> r.streamName(stream).streamCreationTimestamp(created)))
                .hasSize(1);
        assertRefused(
                ask(r -> r.streamName(stream).streamCreationTimestamp(created.minusSeconds(3600))),
                "ResourceNotFoundException");
    }
}
