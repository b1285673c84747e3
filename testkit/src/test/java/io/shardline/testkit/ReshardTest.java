package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.shard;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountResponse;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/** SplitShard, MergeShards and UpdateShardCount. Confined to one thread. */
class ReshardTest {
    private static final String QUARTER = "85070591730234615865843651857942052864";

    private final SimulatedKinesis kinesis = new SimulatedKinesis();

    @BeforeEach
    void createStream() {
        kinesis.emulator.createStream(STREAM, 2);
    }

    private Shard describe(int number) {
        return kinesis.emulator.shards(STREAM).get(number);
    }

    private KinesisException splitRefusal(String shardId, String hashKey) {
        return kinesis.refusal(kinesis.client.splitShard(
                r -> r.streamName(STREAM).shardToSplit(shardId).newStartingHashKey(hashKey)));
    }

    private KinesisException mergeRefusal(String shardId, String adjacent) {
        return kinesis.refusal(kinesis.client.mergeShards(
                r -> r.streamName(STREAM).shardToMerge(shardId).adjacentShardToMerge(adjacent)));
    }

    private StreamStatus status() {
        return kinesis.get(kinesis.client.describeStreamSummary(r -> r.streamName(STREAM)))
                .streamDescriptionSummary()
                .streamStatus();
    }

    @Test
    void aSplitMakesTwoChildrenOfOneParent() {
        kinesis.split(shard(0), QUARTER);

        assertThat(describe(2).parentShardId()).isEqualTo(shard(0));
        assertThat(describe(3).parentShardId()).isEqualTo(shard(0));
        assertThat(describe(3).adjacentParentShardId()).isNull();
        assertThat(describe(2).hashKeyRange().startingHashKey()).isEqualTo("0");
        assertThat(describe(2).hashKeyRange().endingHashKey()).isEqualTo("85070591730234615865843651857942052863");
        assertThat(describe(3).hashKeyRange().startingHashKey()).isEqualTo(QUARTER);
        assertThat(describe(3).hashKeyRange().endingHashKey()).isEqualTo("170141183460469231731687303715884105727");
    }

    @Test
    void aMergeMakesOneChildOfTwoParents() {
        kinesis.merge(shard(0), shard(1));

        assertThat(describe(2).parentShardId()).isEqualTo(shard(0));
        assertThat(describe(2).adjacentParentShardId()).isEqualTo(shard(1));
        assertThat(describe(2).hashKeyRange()).satisfies(range -> {
            assertThat(range.startingHashKey()).isEqualTo("0");
            assertThat(range.endingHashKey()).isEqualTo("340282366920938463463374607431768211455");
        });
    }

    @Test
    void closedShardsEndBeforeTheirChildrenBeginAndAfterTheirRecords() {
        String written = kinesis.put("a").sequenceNumber();
        assertThat(describe(0).sequenceNumberRange().endingSequenceNumber()).isNull();
        kinesis.split(shard(0), QUARTER);
        String child = kinesis.put("a").sequenceNumber();

        BigInteger ending = new BigInteger(describe(0).sequenceNumberRange().endingSequenceNumber());

        assertThat(ending.toString()).matches("49[0-9]{54}");
        assertThat(ending)
                .isGreaterThan(new BigInteger(written))
                .isLessThan(new BigInteger(describe(2).sequenceNumberRange().startingSequenceNumber()));
        assertThat(new BigInteger(child)).isGreaterThan(ending);
    }

    @Test
    void whileTheStreamIsUpdatingTheOldShardsGoOnAndNothingElseCanBeResharded() {
        kinesis.get(kinesis.client.splitShard(
                r -> r.streamName(STREAM).shardToSplit(shard(0)).newStartingHashKey(QUARTER)));

        assertThat(status()).isEqualTo(StreamStatus.UPDATING);
        assertThat(kinesis.put("a").shardId()).isEqualTo(shard(0));
        assertThat(mergeRefusal(shard(0), shard(1)))
                .isInstanceOf(ResourceInUseException.class)
                .hasMessageContaining(
                        "Stream flights under account 123456789012 not ACTIVE, instead in state UPDATING");

        kinesis.letTransitionsEnd();
        assertThat(status()).isEqualTo(StreamStatus.ACTIVE);
        // MD5("a") begins with 0c: the lower child.
        assertThat(kinesis.put("a").shardId()).isEqualTo(shard(2));
    }

    @Test
    void aSplitPointLiesInsideTheShard() {
        for (String outside : List.of(
                "0", "1", "170141183460469231731687303715884105727", "340282366920938463463374607431768211455")) {
            assertThat(splitRefusal(shard(0), outside))
                    .isInstanceOf(InvalidArgumentException.class)
                    .hasMessageContaining(
                            "NewStartingHashKey " + outside + " used in SplitShard() on shard " + shard(0))
                    .hasMessageContaining("is not both greater than one plus the shard's StartingHashKey 0"
                            + " and less than the shard's EndingHashKey 170141183460469231731687303715884105727.");
        }
        assertThat(splitRefusal(shard(0), "half")).isInstanceOf(ValidationException.class);
        kinesis.split(shard(0), "2");
    }

    @Test
    void onlyOpenShardsCanBeReshardedAgain() {
        kinesis.split(shard(0), QUARTER);

        assertThat(splitRefusal(shard(0), QUARTER))
                .isInstanceOf(ResourceInUseException.class)
                .hasMessageContaining("has already been merged or split");
        assertThat(mergeRefusal(shard(1), shard(0))).isInstanceOf(ResourceInUseException.class);
    }

    @Test
    void onlyNeighboursCanBeMerged() {
        kinesis.split(shard(0), QUARTER);

        assertThat(mergeRefusal(shard(2), shard(1)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("Shards shardId-000000000002 and shardId-000000000001 in stream flights"
                        + " under account 123456789012 are not an adjacent pair of shards eligible for merging");
        assertThat(mergeRefusal(shard(1), shard(1))).isInstanceOf(InvalidArgumentException.class);
        kinesis.merge(shard(3), shard(1));
    }

    @Test
    void anUnknownShardIsNotFound() {
        assertThat(splitRefusal(shard(9), QUARTER))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining(shard(9));
    }

    @Test
    void theShardCountAtMostDoublesAndAtLeastHalves() {
        kinesis.get(kinesis.client.deleteStream(r -> r.streamName(STREAM)));
        kinesis.letTransitionsEnd();
        kinesis.emulator.createStream(STREAM, 4);

        assertThat(scaleRefusal(9))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("UpdateShardCount cannot scale up over double your current open shard count."
                        + " Current open shard count: 4 Target shard count: 9");
        assertThat(scaleRefusal(1))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("UpdateShardCount cannot scale down below half your current open shard count.");
        assertThat(scaleRefusal(0)).isInstanceOf(ValidationException.class);
    }

    private KinesisException scaleRefusal(int target) {
        return kinesis.refusal(kinesis.client.updateShardCount(
                r -> r.streamName(STREAM).targetShardCount(target).scalingType(ScalingType.UNIFORM_SCALING)));
    }

    @Test
    void scalingToThreeGoesBySplitsAndMergesOnly() {
        UpdateShardCountResponse answer = kinesis.get(kinesis.client.updateShardCount(
                r -> r.streamName(STREAM).targetShardCount(3).scalingType(ScalingType.UNIFORM_SCALING)));
        kinesis.letTransitionsEnd();

        assertThat(answer.currentShardCount()).isEqualTo(2);
        assertThat(answer.targetShardCount()).isEqualTo(3);
        assertThat(kinesis.emulator.shards(STREAM).stream()
                        .filter(shard -> shard.sequenceNumberRange().endingSequenceNumber() == null)
                        .map(shard -> shard.hashKeyRange().startingHashKey()))
                .containsExactlyInAnyOrder(
                        "0", "113427455640312821154458202477256070485", "226854911280625642308916404954512140970");
        assertThat(kinesis.emulator.shards(STREAM))
                .extracting(Shard::parentShardId)
                .filteredOn(id -> id == null)
                .hasSize(2);
        assertThat(status()).isEqualTo(StreamStatus.ACTIVE);
    }
}
