package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.HashKey;
import io.shardline.aggregation.HashKeyRange;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UniqueElements;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.Shard;

class ShardMapTest {

    private static final String MIDDLE = "170141183460469231731687303715884105728";
    private static final String BELOW_MIDDLE = "170141183460469231731687303715884105727";

    @Test
    void closedShardsAreKnownButNotPredicted() {
        ShardMap map = Objects.requireNonNull(ShardMap.of(List.of(
                shard("parent", "0", HashKey.MAX.toString(), false),
                shard("low", "0", BELOW_MIDDLE, true),
                shard("high", MIDDLE, HashKey.MAX.toString(), true))));

        assertThat(map.open()).extracting(ShardMap.OpenShard::shardId).containsExactly("low", "high");
        assertThat(map.rangeOf("parent")).isEqualTo(HashKeyRange.FULL);
        assertThat(map.rangeOf("stranger")).isNull();
        assertThat(map.indexOf(HashKey.parse(BELOW_MIDDLE))).isZero();
        assertThat(map.indexOf(HashKey.parse(MIDDLE))).isEqualTo(1);
    }

    @Test
    void listingWithAGapIsNoMap() {
        assertThat(ShardMap.of(List.of(shard("high", MIDDLE, HashKey.MAX.toString(), true))))
                .isNull();
        assertThat(ShardMap.of(List.of(shard("low", "0", BELOW_MIDDLE, true)))).isNull();
        assertThat(ShardMap.of(
                        List.of(shard("low", "0", "17", true), shard("high", MIDDLE, HashKey.MAX.toString(), true))))
                .isNull();
        assertThat(ShardMap.of(List.of())).isNull();
    }

    @Test
    void listingWithParentAndChildrenOpenAtOnceIsNoMap() {
        assertThat(ShardMap.of(List.of(
                        shard("parent", "0", HashKey.MAX.toString(), true),
                        shard("low", "0", BELOW_MIDDLE, true),
                        shard("high", MIDDLE, HashKey.MAX.toString(), true))))
                .isNull();
    }

    @Property(tries = 200)
    void everyHashKeyIsPredictedIntoTheRangeThatContainsIt(
            @ForAll @UniqueElements @Size(max = 20) List<Long> cuts, @ForAll long high, @ForAll long low) {
        List<HashKey> starts = new ArrayList<>(cuts.stream()
                .filter(cut -> cut != 0)
                .map(cut -> new HashKey(cut, 0))
                .sorted()
                .toList());
        starts.add(0, HashKey.MIN);
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            String end = i + 1 == starts.size()
                    ? HashKey.MAX.toString()
                    : starts.get(i + 1).toBigInteger().subtract(BigInteger.ONE).toString();
            shards.add(shard("shard-" + i, starts.get(i).toString(), end, true));
        }
        ShardMap map = Objects.requireNonNull(ShardMap.of(shards));
        HashKey hashKey = new HashKey(high, low);

        assertThat(map.open().get(map.indexOf(hashKey)).range().contains(hashKey))
                .isTrue();
    }

    private static Shard shard(String id, String start, String end, boolean open) {
        return Shard.builder()
                .shardId(id)
                .hashKeyRange(range -> range.startingHashKey(start).endingHashKey(end))
                .sequenceNumberRange(range -> range.startingSequenceNumber("1").endingSequenceNumber(open ? null : "2"))
                .build();
    }
}
