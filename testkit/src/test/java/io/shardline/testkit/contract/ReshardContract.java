package io.shardline.testkit.contract;

import static io.shardline.testkit.contract.KinesisContract.number;
import static io.shardline.testkit.contract.KinesisContract.shard;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.MergeShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.SplitShardResponse;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountResponse;

/**
 * Splits, merges, UpdateShardCount, and how a shard ends.
 *
 * <p>Rules from docs.aws.amazon.com/kinesis/latest/APIReference: API_SplitShard.html, API_MergeShards.html,
 * API_UpdateShardCount.html, API_GetRecords.html (NextShardIterator, ChildShards), API_Shard.html. Confined to one thread.
 */
interface ReshardContract extends KinesisContract {

    private CompletableFuture<SplitShardResponse> askSplit(String stream, String shard, String hashKey) {
        return client().splitShard(r -> r.streamName(stream).shardToSplit(shard).newStartingHashKey(hashKey));
    }

    private CompletableFuture<MergeShardsResponse> askMerge(String stream, String shard, String adjacent) {
        return client().mergeShards(
                        r -> r.streamName(stream).shardToMerge(shard).adjacentShardToMerge(adjacent));
    }

    private CompletableFuture<UpdateShardCountResponse> askCount(String stream, int target) {
        return client().updateShardCount(
                        r -> r.streamName(stream).targetShardCount(target).scalingType(ScalingType.UNIFORM_SCALING));
    }

    private HashKeyRange range(String start, String end) {
        return HashKeyRange.builder().startingHashKey(start).endingHashKey(end).build();
    }

    private List<Shard> open(String stream) {
        return shards(stream).stream()
                .filter(shard -> shard.sequenceNumberRange().endingSequenceNumber() == null)
                .toList();
    }

    @Test
    @Tag(WHILE_IT_CHANGES)
    default void aSplitClosesTheShardAndOpensTwoThatShareItsHashKeys() {
        String stream = newStream(1);
        get(askSplit(stream, shard(0), "1000"));
        assertThat(summary(stream).streamStatus()).isEqualTo(StreamStatus.UPDATING);
        awaitActive(stream);

        List<Shard> shards = shards(stream);

        assertThat(shards).extracting(Shard::shardId).containsExactly(shard(0), shard(1), shard(2));
        assertThat(shards.get(0).sequenceNumberRange().endingSequenceNumber()).isNotNull();
        assertThat(shards.get(1).hashKeyRange()).isEqualTo(range("0", "999"));
        assertThat(shards.get(2).hashKeyRange()).isEqualTo(range("1000", LAST_HASH_KEY));
        assertThat(shards.subList(1, 3)).allSatisfy(child -> {
            assertThat(child.parentShardId()).isEqualTo(shard(0));
            assertThat(child.adjacentParentShardId()).isNull();
            assertThat(child.sequenceNumberRange().endingSequenceNumber()).isNull();
        });
        assertThat(summary(stream).openShardCount()).isEqualTo(2);
    }

    @Test
    default void aMergeClosesBothShardsAndOpensOneThatHasBothAsParents() {
        String stream = newStream(3);
        merge(stream, shard(0), shard(1));

        List<Shard> shards = shards(stream);

        Shard child = shards.get(3);
        assertThat(child.shardId()).isEqualTo(shard(3));
        assertThat(List.of(child.parentShardId(), child.adjacentParentShardId()))
                .containsExactly(shard(0), shard(1));
        assertThat(child.hashKeyRange()).isEqualTo(range("0", "226854911280625642308916404954512140969"));
        assertThat(open(stream)).extracting(Shard::shardId).containsExactly(shard(2), shard(3));
    }

    @Test
    default void aMergeNamesTheLowerShardFirst() {
        String stream = newStream(2);

        assertRefused(
                askMerge(stream, shard(1), shard(0)),
                "InvalidArgumentException",
                "Shards shardId-000000000001 and shardId-000000000000 in stream " + stream + " under account ");
    }

    @Test
    default void theEndOfAClosedShardIsAfterItsRecordsAndBeforeItsChildren() {
        String stream = newStream(1);
        String last = put(stream, "last").sequenceNumber();
        split(stream, shard(0), MIDDLE);
        String first = put(stream, "first").sequenceNumber();

        List<Shard> shards = shards(stream);
        String end = shards.get(0).sequenceNumberRange().endingSequenceNumber();

        assertThat(end).matches("\\d{56}");
        assertThat(number(end)).isGreaterThan(number(last));
        assertThat(number(shards.get(1).sequenceNumberRange().startingSequenceNumber()))
                .isGreaterThan(number(end))
                .isLessThan(number(first));
    }

    @Test
    default void theChildOfAMergeStartsAfterBothItsParents() {
        String stream = newStream(2);
        merge(stream, shard(0), shard(1));
        List<Shard> shards = shards(stream);

        assertThat(number(shards.get(2).sequenceNumberRange().startingSequenceNumber()))
                .isGreaterThan(number(shards.get(0).sequenceNumberRange().endingSequenceNumber()))
                .isGreaterThan(number(shards.get(1).sequenceNumberRange().endingSequenceNumber()));
    }

    @Test
    default void recordsGoToTheChildrenAndThoseBeforeStayInTheParent() {
        String stream = newStream(1);
        put(stream, "before");
        split(stream, shard(0), MIDDLE);

        assertThat(put(stream, "low", "0").shardId()).isEqualTo(shard(1));
        assertThat(put(stream, "high", MIDDLE).shardId()).isEqualTo(shard(2));
        assertThat(texts(iterator(stream, shard(0), ShardIteratorType.TRIM_HORIZON), 2))
                .containsExactly("before");
        assertThat(texts(iterator(stream, shard(2), ShardIteratorType.TRIM_HORIZON), 1))
                .containsExactly("high");
    }

    @Test
    default void aClosedShardEndsWithItsChildrenAndWithoutAnIterator() {
        String stream = newStream(1);
        put(stream, "last");
        split(stream, shard(0), MIDDLE);
        GetRecordsResponse answer = read(iterator(stream, shard(0), ShardIteratorType.TRIM_HORIZON));
        for (int i = 0; i < 20 && answer.nextShardIterator() != null; i++) {
            answer = read(answer.nextShardIterator());
        }

        assertThat(answer.nextShardIterator()).isNull();
        assertThat(answer.childShards())
                .containsExactlyInAnyOrder(
                        child(shard(1), List.of(shard(0)), range("0", minusOne(MIDDLE))),
                        child(shard(2), List.of(shard(0)), range(MIDDLE, LAST_HASH_KEY)));
    }

    @Test
    default void bothParentsOfAMergeEndWithTheSameChild() {
        String stream = newStream(2);
        merge(stream, shard(0), shard(1));

        for (int parent = 0; parent < 2; parent++) {
            GetRecordsResponse answer = read(iterator(stream, shard(parent), ShardIteratorType.TRIM_HORIZON));
            for (int i = 0; i < 20 && answer.nextShardIterator() != null; i++) {
                answer = read(answer.nextShardIterator());
            }
            assertThat(answer.childShards()).singleElement().satisfies(child -> {
                assertThat(child.shardId()).isEqualTo(shard(2));
                assertThat(child.parentShards()).containsExactlyInAnyOrder(shard(0), shard(1));
                assertThat(child.hashKeyRange()).isEqualTo(range("0", LAST_HASH_KEY));
            });
        }
    }

    @Test
    default void anOpenShardHasNoChildren() {
        String stream = anyStream();
        put(stream, "x");
        GetRecordsResponse answer = read(iterator(stream, shard(0), ShardIteratorType.TRIM_HORIZON));

        assertThat(answer.childShards()).isEmpty();
        assertThat(answer.nextShardIterator()).isNotNull();
    }

    private static ChildShard child(String id, List<String> parents, HashKeyRange range) {
        return ChildShard.builder()
                .shardId(id)
                .parentShards(parents)
                .hashKeyRange(range)
                .build();
    }

    private static String minusOne(String decimal) {
        return number(decimal).subtract(BigInteger.ONE).toString();
    }

    @Test
    default void aSplitNeedsAHashKeyInsideTheShard() {
        String stream = newStream(2);

        for (String key : List.of("0", "1", minusOne(MIDDLE), MIDDLE, LAST_HASH_KEY)) {
            assertRefused(
                    askSplit(stream, shard(0), key),
                    "InvalidArgumentException",
                    "NewStartingHashKey " + key + " used in SplitShard() on shard shardId-000000000000 in stream "
                            + stream + " under account ");
            kinesis().pace();
        }
        get(askSplit(stream, shard(0), "2"));
    }

    @Test
    default void whatIsClosedCanNotBeSplitOrMerged() {
        String stream = newStream(2);
        split(stream, shard(0), "1000");

        assertRefused(askSplit(stream, shard(0), "500"), "ResourceInUseException");
        assertRefused(askMerge(stream, shard(0), shard(1)), "ResourceInUseException");
    }

    @Test
    default void onlyNeighboursCanBeMerged() {
        String stream = newStream(3);

        assertRefused(
                askMerge(stream, shard(0), shard(2)),
                "InvalidArgumentException",
                "Shards shardId-000000000000 and shardId-000000000002 in stream " + stream + " under account ");
    }

    @Test
    default void anUnknownShardCanNotBeSplitOrMerged() {
        String stream = anyStream();

        assertRefused(
                askSplit(stream, shard(7), MIDDLE),
                "ResourceNotFoundException",
                "Could not find shard shardId-000000000007 in stream " + stream + " under account ");
        assertRefused(askMerge(stream, shard(0), shard(7)), "ResourceNotFoundException");
    }

    @Test
    @Tag(WHILE_IT_CHANGES)
    default void aStreamChangesOneThingAtATime() {
        String stream = newStream(2);
        get(askSplit(stream, shard(0), "1000"));

        assertRefused(
                askSplit(stream, shard(1), LAST_HASH_KEY.replaceFirst("5$", "0")),
                "ResourceInUseException",
                "not ACTIVE, instead in state UPDATING");
    }

    @Test
    default void theShardCountCanBeDoubledAndHalved() {
        String stream = newStream(2);

        UpdateShardCountResponse answer = get(askCount(stream, 4));
        assertThat(answer.streamName()).isEqualTo(stream);
        assertThat(answer.currentShardCount()).isEqualTo(2);
        assertThat(answer.targetShardCount()).isEqualTo(4);
        awaitActive(stream);
        assertThat(open(stream))
                .extracting(shard -> shard.hashKeyRange().startingHashKey())
                .containsExactlyInAnyOrder(
                        "0",
                        "85070591730234615865843651857942052864",
                        MIDDLE,
                        "255211775190703847597530955573826158592");
        get(askCount(stream, 2));
        awaitActive(stream);
        assertThat(open(stream))
                .extracting(shard -> shard.hashKeyRange().startingHashKey())
                .containsExactlyInAnyOrder("0", MIDDLE);
    }

    @Test
    default void theShardCountChangesByAFactorOfTwoAtMost() {
        String stream = newStream(4);

        assertRefused(askCount(stream, 9), "InvalidArgumentException");
        assertRefused(askCount(stream, 1), "InvalidArgumentException");
        assertThat(summary(stream).streamStatus()).isEqualTo(StreamStatus.ACTIVE);
    }
}
