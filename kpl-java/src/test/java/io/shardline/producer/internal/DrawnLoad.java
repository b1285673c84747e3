package io.shardline.producer.internal;

import io.shardline.producer.UserRecord;
import io.shardline.testkit.time.SplitMix64;
import java.math.BigInteger;
import java.util.random.RandomGenerator;

/** What users do in one seed: keys that are hot, hash keys of their own, several streams, callbacks that throw or wait. */
final class DrawnLoad {

    static final String OTHER_STREAM = "others";

    /** Fewer than there are in the memory budget. */
    final int maxAggregateCount;

    private final RandomGenerator random;
    private final DrawnTrouble trouble;
    private final boolean hasHotKey;
    private final boolean hasHashKeys;
    private final boolean hasOtherStream;
    private final boolean callbacksThrow;
    private final boolean callbacksWait;

    DrawnLoad(RandomGenerator random, DrawnTrouble trouble) {
        this.random = random;
        this.trouble = trouble;
        this.hasHotKey = drawn("load: a hot key", 4);
        this.hasHashKeys = drawn("load: explicit hash keys", 3);
        this.hasOtherStream = drawn("load: several streams", 4);
        this.callbacksThrow = drawn("load: callbacks that throw", 8);
        this.callbacksWait = drawn("load: callbacks that wait", 4);
        this.maxAggregateCount = drawn("load: maxAggregateCount", 4) ? 1 + random.nextInt(20) : Integer.MAX_VALUE;
    }

    private boolean drawn(String name, int oneIn) {
        boolean isDrawn = random.nextInt(oneIn) == 0;
        if (isDrawn) {
            trouble.count(name);
        }
        return isDrawn;
    }

    boolean hasOtherStream() {
        return hasOtherStream;
    }

    /** Whether the next record goes to the other stream. */
    boolean goesElsewhere() {
        return hasOtherStream && random.nextInt(3) == 0;
    }

    /** The key that is meant where another one was drawn. */
    int key(int drawn) {
        return hasHotKey && random.nextInt(10) < 8 ? 0 : drawn;
    }

    /** With the hash key that its partition key always has, if it has one. */
    UserRecord routed(UserRecord record) {
        SplitMix64 ofKey = new SplitMix64(record.partitionKey().hashCode());
        return hasHashKeys && ofKey.nextBoolean()
                ? record.withExplicitHashKey(new BigInteger(1, bytes(ofKey)))
                : record;
    }

    private static byte[] bytes(RandomGenerator random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return bytes;
    }

    boolean callbackThrows() {
        return callbacksThrow && random.nextInt(4) == 0;
    }

    boolean callbackWaits() {
        return callbacksWait && random.nextInt(20) == 0;
    }
}
