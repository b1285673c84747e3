package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A change of the shards at every moment in the life of an aggregate, and a second one at every moment after it: while it
 * lingers, is sealed, is on its way, when it is stored, while the answer is on its way, before and after the shards were
 * listed. With 10 ms for each way, all that is over after 80 ms.
 */
class SplitWindowsTest {

    private static final String FIRST = "shardId-000000000000";
    private static final String SECOND = "shardId-000000000001";

    /** Longer than a change takes in this world. */
    private static final Duration CHANGING = Duration.ofMillis(2);

    /** Hash keys in all four quarters. */
    private static final List<String> HASH_KEYS = List.of(
            "10",
            "90000000000000000000000000000000000000",
            "180000000000000000000000000000000000000",
            "340282366920938463463374607431768211000");

    static IntStream moments() {
        return IntStream.rangeClosed(0, 27).map(step -> step * 3);
    }

    @ParameterizedTest
    @MethodSource("moments")
    void splitAndThenAnotherSplit(int millis) {
        moments().forEach(later -> {
            ProducerWorld world = begin(1);
            List<Put> puts = put(world, "before");
            world.advance(Duration.ofMillis(millis));
            world.split(FIRST);
            world.advance(CHANGING);
            puts.addAll(put(world, "between"));
            world.advance(Duration.ofMillis(later));
            world.split(SECOND);
            finish(world, puts);
        });
    }

    @ParameterizedTest
    @MethodSource("moments")
    void mergeAndThenASplit(int millis) {
        moments().forEach(later -> {
            ProducerWorld world = begin(2);
            List<Put> puts = put(world, "before");
            world.advance(Duration.ofMillis(millis));
            world.merge(FIRST, SECOND);
            world.advance(CHANGING);
            puts.addAll(put(world, "between"));
            world.advance(Duration.ofMillis(later));
            world.split("shardId-000000000002");
            finish(world, puts);
        });
    }

    private record Put(String key, String data, CompletableFuture<PutReceipt> future) {}

    private static ProducerWorld begin(int shards) {
        ProducerConfig config =
                ProducerConfig.builder().linger(Duration.ofMillis(20)).build();
        return ProducerWorld.healthy(config, shards).warm();
    }

    private static List<Put> put(ProducerWorld world, String when) {
        List<Put> puts = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            for (String hashKey : HASH_KEYS) {
                String data = when + "-" + round + ";";
                UserRecord record = UserRecord.of("key-" + hashKey, ProducerWorld.bytes(data))
                        .withExplicitHashKey(hashKey);
                puts.add(new Put(record.partitionKey(), data, world.producer.put(STREAM, record)));
            }
        }
        return puts;
    }

    private static void finish(ProducerWorld world, List<Put> puts) {
        puts.addAll(put(world, "after"));
        for (Put put : puts) {
            PutReceipt receipt = world.get(put.future());
            StreamTruth truth = new StreamTruth(world.kinesis, STREAM);
            assertThat(truth.at(receipt)).isEqualTo(new StreamTruth.Seen(put.key(), put.data()));
        }
        world.advance(Duration.ofSeconds(1));
        StreamTruth end = new StreamTruth(world.kinesis, STREAM);
        assertThat(byKey(end.firstSeenKclWise())).isEqualTo(byKey(puts));
        assertThat(byKey(end.firstSeenEntryWise())).isEqualTo(byKey(puts));
        assertThat(byKey(end.seenMarkWise())).as("each once").isEqualTo(byKey(puts));
    }

    private static Map<String, List<String>> byKey(List<Put> puts) {
        Map<String, List<String>> byKey = new LinkedHashMap<>();
        puts.forEach(put ->
                byKey.computeIfAbsent(put.key(), key -> new ArrayList<>()).add(put.data()));
        return byKey;
    }

    private static Map<String, List<String>> byKey(Collection<StreamTruth.Seen> seen) {
        Map<String, List<String>> byKey = new LinkedHashMap<>();
        seen.stream()
                .filter(each -> each.partitionKey().startsWith("key-"))
                .forEach(each -> byKey.computeIfAbsent(each.partitionKey(), key -> new ArrayList<>())
                        .add(each.data()));
        return byKey;
    }
}
