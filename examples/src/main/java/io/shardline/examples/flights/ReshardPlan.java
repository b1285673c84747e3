package io.shardline.examples.flights;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Which shard is split, and where, and which two others are merged.
 *
 * <p>Immutable.
 */
record ReshardPlan(String split, String newStartingHashKey, String merged, String mergedWith) {

    /** One to split, and two neighbours to merge. */
    static final int LEAST_SHARDS = 3;

    private static final BigInteger HUNDRED = BigInteger.valueOf(100);

    /** Draws a plan for a stream that has not been resharded yet. */
    static ReshardPlan draw(List<Shard> shards, RandomGenerator random) {
        List<Shard> left = new ArrayList<>(shards);
        left.sort(Comparator.comparing(
                shard -> new BigInteger(shard.hashKeyRange().startingHashKey())));
        int neighbour = random.nextInt(left.size() - 1);
        Shard merged = left.remove(neighbour);
        Shard mergedWith = left.remove(neighbour);
        Shard split = left.get(random.nextInt(left.size()));
        BigInteger percent = BigInteger.valueOf(random.nextInt(25, 76));
        return new ReshardPlan(
                split.shardId(),
                inside(split.hashKeyRange(), percent).toString(),
                merged.shardId(),
                mergedWith.shardId());
    }

    private static BigInteger inside(HashKeyRange range, BigInteger percent) {
        BigInteger start = new BigInteger(range.startingHashKey());
        BigInteger end = new BigInteger(range.endingHashKey());
        return start.add(end.subtract(start).multiply(percent).divide(HUNDRED));
    }
}
