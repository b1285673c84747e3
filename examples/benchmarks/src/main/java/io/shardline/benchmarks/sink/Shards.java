package io.shardline.benchmarks.sink;

import io.shardline.aggregation.HashKey;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Open shards of equal ranges that together take every hash key.
 *
 * <p>Immutable.
 */
final class Shards {

    private static final BigInteger ALL = BigInteger.ONE.shiftLeft(128);

    private final TreeMap<HashKey, Shard> byStart = new TreeMap<>();

    /** Immutable. */
    record Shard(String shardId, String startingHashKey, String endingHashKey) {}

    Shards(int count) {
        for (int i = 0; i < count; i++) {
            BigInteger start = startOf(i, count);
            BigInteger end = startOf(i + 1, count).subtract(BigInteger.ONE);
            String id = String.format(Locale.ROOT, "shardId-%012d", i);
            byStart.put(HashKey.of(start), new Shard(id, start.toString(), end.toString()));
        }
    }

    private static BigInteger startOf(int index, int count) {
        return ALL.multiply(BigInteger.valueOf(index)).divide(BigInteger.valueOf(count));
    }

    List<Shard> all() {
        return new ArrayList<>(byStart.values());
    }

    String idFor(HashKey hashKey) {
        return byStart.floorEntry(hashKey).getValue().shardId();
    }
}
