package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.shard;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.ExpiredNextTokenException;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/** ListShards on a stream of two shards, the first of which was split, and the first child once more. Confined to one thread. */
class ListShardsTest {
    private final SimulatedKinesis kinesis = new SimulatedKinesis();
    private Instant beforeFirstSplit = Instant.EPOCH;
    private Instant betweenSplits = Instant.EPOCH;

    @BeforeEach
    void createStream() {
        kinesis.emulator.createStream(STREAM, 2);
        kinesis.time.advance(Duration.ofMinutes(1));
        beforeFirstSplit = kinesis.service.wallClock().instant();
        kinesis.split(shard(0), "1000");
        betweenSplits = kinesis.service.wallClock().instant();
        kinesis.time.advance(Duration.ofMinutes(1));
        kinesis.split(shard(2), "500");
    }

    private List<String> list(ListShardsRequest.Builder request) {
        return kinesis.get(kinesis.client.listShards(request.streamName(STREAM).build())).shards().stream()
                .map(Shard::shardId)
                .map(id -> id.substring(id.length() - 1))
                .toList();
    }

    private List<String> filtered(ShardFilterType type) {
        return list(ListShardsRequest.builder().shardFilter(f -> f.type(type)));
    }

    private List<String> filtered(ShardFilterType type, Instant timestamp) {
        return list(ListShardsRequest.builder().shardFilter(f -> f.type(type).timestamp(timestamp)));
    }

    @Test
    void withoutAFilterAllShardsAreListedByNumber() {
        assertThat(list(ListShardsRequest.builder())).containsExactly("0", "1", "2", "3", "4", "5");
    }

    @Test
    void atLatestAreTheOpenShards() {
        assertThat(filtered(ShardFilterType.AT_LATEST)).containsExactly("1", "3", "4", "5");
    }

    @Test
    void atTrimHorizonAreTheFirstShardsAndFromItAll() {
        assertThat(filtered(ShardFilterType.AT_TRIM_HORIZON)).containsExactly("0", "1");
        assertThat(filtered(ShardFilterType.FROM_TRIM_HORIZON)).containsExactly("0", "1", "2", "3", "4", "5");
    }

    @Test
    void atATimestampAreTheShardsThatWereOpenThen() {
        assertThat(filtered(ShardFilterType.AT_TIMESTAMP, beforeFirstSplit)).containsExactly("0", "1");
        assertThat(filtered(ShardFilterType.AT_TIMESTAMP, betweenSplits)).containsExactly("1", "2", "3");
        assertThat(filtered(ShardFilterType.AT_TIMESTAMP, Instant.EPOCH)).containsExactly("0", "1");
    }

    @Test
    void fromATimestampAreTheShardsThatWereOpenThenOrLater() {
        assertThat(filtered(ShardFilterType.FROM_TIMESTAMP, betweenSplits)).containsExactly("1", "2", "3", "4", "5");
        assertThat(filtered(ShardFilterType.FROM_TIMESTAMP, Instant.EPOCH))
                .containsExactly("0", "1", "2", "3", "4", "5");
    }

    @Test
    void afterAShardAreThoseWithGreaterIds() {
        assertThat(list(ListShardsRequest.builder()
                        .shardFilter(f -> f.type(ShardFilterType.AFTER_SHARD_ID).shardId(shard(3)))))
                .containsExactly("4", "5");
        assertThat(list(ListShardsRequest.builder().exclusiveStartShardId(shard(4))))
                .containsExactly("5");
    }

    @Test
    void aFilterHasExactlyItsOwnArgument() {
        assertThat(kinesis.refusal(kinesis.client.listShards(
                        r -> r.streamName(STREAM).shardFilter(f -> f.type(ShardFilterType.AT_TIMESTAMP)))))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(kinesis.refusal(kinesis.client.listShards(r -> r.streamName(STREAM)
                        .shardFilter(f -> f.type(ShardFilterType.AT_LATEST).shardId(shard(1))))))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(kinesis.refusal(
                        kinesis.client.listShards(r -> r.streamName(STREAM).shardFilter(f -> f.type("SOMETIMES")))))
                .isInstanceOf(ValidationException.class);
    }

    @Test
    void aListingComesInPagesThatKeepTheFilter() {
        ListShardsResponse first = kinesis.get(kinesis.client.listShards(
                r -> r.streamName(STREAM).maxResults(3).shardFilter(f -> f.type(ShardFilterType.AT_LATEST))));
        ListShardsResponse second = kinesis.get(kinesis.client.listShards(r -> r.nextToken(first.nextToken())));

        assertThat(first.shards()).extracting(Shard::shardId).containsExactly(shard(1), shard(3), shard(4));
        assertThat(second.shards()).extracting(Shard::shardId).containsExactly(shard(5));
        assertThat(second.nextToken()).isNull();
    }

    @Test
    void aTokenExcludesEverythingThatItAlreadySays() {
        String token = kinesis.get(
                        kinesis.client.listShards(r -> r.streamName(STREAM).maxResults(1)))
                .nextToken();

        assertThat(kinesis.refusal(
                        kinesis.client.listShards(r -> r.streamName(STREAM).nextToken(token))))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("NextToken and StreamName cannot be provided together.");
        assertThat(kinesis.refusal(kinesis.client.listShards(
                        r -> r.exclusiveStartShardId(shard(1)).nextToken(token))))
                .isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void aTokenThatIsNoneIsRefusedAndAnOldOneHasExpired() {
        String token = kinesis.get(
                        kinesis.client.listShards(r -> r.streamName(STREAM).maxResults(1)))
                .nextToken();
        kinesis.time.advance(Duration.ofSeconds(301));

        assertThat(kinesis.refusal(kinesis.client.listShards(r -> r.nextToken(token))))
                .isInstanceOf(ExpiredNextTokenException.class);
        assertThat(kinesis.refusal(kinesis.client.listShards(r -> r.nextToken("nonsense"))))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("Invalid NextToken.");
        assertThat(kinesis.refusal(
                        kinesis.client.listShards(r -> r.streamName(STREAM).maxResults(10_001))))
                .isInstanceOf(ValidationException.class);
    }
}
