package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.testkit.time.SplitMix64;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;

/** Whatever splits and merges come, the hash keys stay covered and records stay where they belong. Confined to one thread. */
class ReshardPropertyTest {
    private static final BigInteger SPACE = BigInteger.ONE.shiftLeft(128);
    private static final int STEPS = 12;
    private static final int STORM = 1000;
    private static final int RECORDS_PER_STEP = 5;

    @Property(tries = 60)
    void openShardsAlwaysCoverEveryHashKeyExactlyOnceAndHoldWhatWasPutToThem(@ForAll long seed) {
        RandomGenerator random = new SplitMix64(seed);
        SimulatedKinesis kinesis = new SimulatedKinesis(seed);
        kinesis.emulator.createStream(STREAM, 1 + random.nextInt(4));
        Map<String, BigInteger> hashKeys = new TreeMap<>();
        for (int step = 0; step < STEPS; step++) {
            for (int i = 0; i < RECORDS_PER_STEP; i++) {
                put(kinesis, hashKeys, new BigInteger(1, randomBytes(random)));
            }
            reshard(kinesis, random);
            assertCovered(open(kinesis));
        }
        assertEveryRecordIsWhereItBelongs(kinesis, hashKeys);
    }

    @Property(tries = 1)
    void aStormOfAThousandReshardsLosesNothing(@ForAll long seed) {
        RandomGenerator random = new SplitMix64(seed);
        SimulatedKinesis kinesis = new SimulatedKinesis(seed);
        kinesis.emulator.createStream(STREAM, 8);
        Map<String, BigInteger> hashKeys = new TreeMap<>();
        for (int step = 0; step < STORM; step++) {
            put(kinesis, hashKeys, new BigInteger(1, randomBytes(random)));
            splitOrMerge(kinesis, random);
            if (step % 50 == 0) {
                assertCovered(open(kinesis));
            }
        }
        assertCovered(open(kinesis));
        assertThat(kinesis.emulator.shards(STREAM)).hasSizeGreaterThan(STORM);
        assertEveryRecordIsWhereItBelongs(kinesis, hashKeys);
    }

    /** A split while there are few shards, a merge while there are many, and between them as it comes. */
    private static void splitOrMerge(SimulatedKinesis kinesis, RandomGenerator random) {
        List<Shard> open = open(kinesis);
        int chosen = random.nextInt(open.size() - 1);
        Shard shard = open.get(chosen);
        BigInteger size = end(shard).subtract(start(shard));
        boolean isWide = size.bitLength() > 10;
        if (isWide && (open.size() < 4 || (open.size() < 40 && random.nextBoolean()))) {
            kinesis.split(shard.shardId(), start(shard).add(size.shiftRight(1)).toString());
        } else {
            kinesis.merge(shard.shardId(), open.get(chosen + 1).shardId());
        }
    }

    private static byte[] randomBytes(RandomGenerator random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return bytes;
    }

    private static void put(SimulatedKinesis kinesis, Map<String, BigInteger> hashKeys, BigInteger hashKey) {
        String name = "record " + hashKeys.size();
        hashKeys.put(name, hashKey);
        kinesis.get(kinesis.client.putRecord(r -> r.streamName(STREAM)
                .partitionKey("k")
                .explicitHashKey(hashKey.toString())
                .data(bytes(name))));
    }

    private static void reshard(SimulatedKinesis kinesis, RandomGenerator random) {
        List<Shard> open = open(kinesis);
        int chosen = random.nextInt(open.size());
        Shard shard = open.get(chosen);
        switch (random.nextInt(3)) {
            case 0 -> {
                BigInteger size = end(shard).subtract(start(shard));
                BigInteger share = BigInteger.valueOf(1 + random.nextInt(98));
                BigInteger middle = start(shard).add(size.multiply(share).divide(BigInteger.valueOf(100)));
                kinesis.split(shard.shardId(), middle.toString());
            }
            case 1 -> {
                if (chosen + 1 < open.size()) {
                    kinesis.merge(shard.shardId(), open.get(chosen + 1).shardId());
                }
            }
            default -> {
                int least = (open.size() + 1) / 2;
                int target = least + random.nextInt(2 * open.size() - least + 1);
                kinesis.get(kinesis.client.updateShardCount(
                        r -> r.streamName(STREAM).targetShardCount(target).scalingType(ScalingType.UNIFORM_SCALING)));
                kinesis.letTransitionsEnd();
                assertThat(open(kinesis)).hasSize(target);
            }
        }
    }

    private static List<Shard> open(SimulatedKinesis kinesis) {
        return kinesis
                .get(kinesis.client.listShards(
                        r -> r.streamName(STREAM).shardFilter(f -> f.type(ShardFilterType.AT_LATEST))))
                .shards()
                .stream()
                .sorted(Comparator.comparing(ReshardPropertyTest::start))
                .toList();
    }

    private static BigInteger start(Shard shard) {
        return new BigInteger(shard.hashKeyRange().startingHashKey());
    }

    private static BigInteger end(Shard shard) {
        return new BigInteger(shard.hashKeyRange().endingHashKey());
    }

    private static void assertCovered(List<Shard> open) {
        BigInteger next = BigInteger.ZERO;
        for (Shard shard : open) {
            assertThat(start(shard)).isEqualTo(next).isLessThanOrEqualTo(end(shard));
            next = end(shard).add(BigInteger.ONE);
        }
        assertThat(next).isEqualTo(SPACE);
    }

    private static void assertEveryRecordIsWhereItBelongs(SimulatedKinesis kinesis, Map<String, BigInteger> hashKeys) {
        List<String> found = new ArrayList<>();
        for (Shard shard : kinesis.emulator.shards(STREAM)) {
            HashKeyRange range = shard.hashKeyRange();
            BigInteger last = BigInteger.ZERO;
            for (Record record : kinesis.readAll(shard.shardId())) {
                String name = record.data().asUtf8String();
                found.add(name);
                assertThat(hashKeys.get(name))
                        .isBetween(new BigInteger(range.startingHashKey()), new BigInteger(range.endingHashKey()));
                assertThat(new BigInteger(record.sequenceNumber())).isGreaterThan(last);
                last = new BigInteger(record.sequenceNumber());
            }
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(hashKeys.keySet());
    }
}
