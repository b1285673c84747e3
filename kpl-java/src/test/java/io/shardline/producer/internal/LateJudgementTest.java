package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * An aggregate that was sent by the old map and is judged by the new one: its answer is under way when a record of another lane
 * has the shards listed.
 */
class LateJudgementTest {

    private static final String LOW = "10";

    /** In the second quarter, and in the second third. */
    private static final String MIDDLE = "130000000000000000000000000000000000000";

    /** In the third quarter, and in the second third. */
    private static final String UPPER = "200000000000000000000000000000000000000";

    private static final String HIGH = "340282366920938463463374607431768211000";

    @Test
    void aggregateThatStraddlesTheChildrenOfASplitIsPutAgain() {
        ProducerWorld world = begin(2);
        world.split(shard(0)); // into 2 and 3
        world.advance(Duration.ofSeconds(1));
        world.split(shard(1)); // into 4 and 5
        world.advance(Duration.ofSeconds(1));
        Held held = hold(world, LOW, MIDDLE, HIGH);

        assertThat(held.other().shardId()).isEqualTo(shard(5));
        held.release().complete(null);
        assertPutAgain(world, held, 2, 3);
    }

    @Test
    void aggregateThatStraddlesWhatBecameOfAMergeIsPutAgain() {
        ProducerWorld world = begin(3);
        world.merge(shard(0), shard(1)); // into 3
        world.advance(Duration.ofSeconds(1));
        world.merge(shard(3), shard(2)); // into 4
        world.advance(Duration.ofSeconds(1));
        world.split(shard(4)); // into 5 and 6, in the middle of what was 1
        world.advance(Duration.ofSeconds(1));
        Held held = hold(world, MIDDLE, UPPER, LOW);

        assertThat(held.other().shardId()).isEqualTo(shard(5));
        held.release().complete(null);
        assertPutAgain(world, held, 5, 6);
    }

    @Test
    void aggregateThatIsInsideTheMergedShardIsDone() {
        ProducerWorld world = begin(2);
        world.merge(shard(0), shard(1)); // into 2
        world.advance(Duration.ofSeconds(1));
        Held held = hold(world, LOW, MIDDLE, HIGH);

        held.release().complete(null);
        for (CompletableFuture<PutReceipt> put : List.of(held.one(), held.two())) {
            assertThat(world.get(put).attempts()).isEqualTo(1);
            assertThat(put.join().shardId()).isEqualTo(shard(2));
        }
        assertRead(world, held);
        assertThat(world.client.requests).hasSize(2);
    }

    /** An aggregate that is stored but not answered yet, and a record of another lane that is. */
    private record Held(
            CompletableFuture<PutReceipt> one,
            CompletableFuture<PutReceipt> two,
            PutReceipt other,
            CompletableFuture<Void> release) {}

    private static ProducerWorld begin(int shards) {
        return ProducerWorld.healthy(ProducerConfig.defaults(), shards).warm();
    }

    private static Held hold(ProducerWorld world, String firstKey, String secondKey, String otherKey) {
        CompletableFuture<Void> release = new CompletableFuture<>();
        world.client.held =
                request -> world.client.requests.size() == 1 ? release : CompletableFuture.completedFuture(null);
        CompletableFuture<PutReceipt> one = put(world, "one", firstKey);
        CompletableFuture<PutReceipt> two = put(world, "two", secondKey);
        world.advance(Duration.ofMillis(200));
        assertThat(world.sentData()).containsExactly(List.of("one;", "two;"));
        PutReceipt other = world.get(put(world, "other", otherKey));
        world.advance(Duration.ofSeconds(1));

        assertThat(world.client.listings).isEqualTo(2); // by the other record, and the new map is there
        assertThat(one).isNotDone();
        assertThat(two).isNotDone();
        return new Held(one, two, other, release);
    }

    private static void assertPutAgain(ProducerWorld world, Held held, int oneShard, int twoShard) {
        assertThat(world.get(held.one()).shardId()).isEqualTo(shard(oneShard));
        assertThat(world.get(held.two()).shardId()).isEqualTo(shard(twoShard));
        for (CompletableFuture<PutReceipt> put : List.of(held.one(), held.two())) {
            assertThat(put.join().failedAttempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.errorCode()).isEqualTo("WrongShard");
                assertThat(attempt.mayHaveBeenWritten()).isTrue();
            });
        }
        assertRead(world, held);
    }

    /** Both ways of reading find each record, and each receipt says where. */
    private static void assertRead(ProducerWorld world, Held held) {
        StreamTruth truth = new StreamTruth(world.kinesis, STREAM);
        StreamTruth.Seen one = new StreamTruth.Seen("one", "one;");
        StreamTruth.Seen two = new StreamTruth.Seen("two", "two;");
        assertThat(truth.at(held.one().join())).isEqualTo(one);
        assertThat(truth.at(held.two().join())).isEqualTo(two);
        for (Set<StreamTruth.Seen> seen : List.of(truth.firstSeenKclWise(), truth.firstSeenEntryWise())) {
            assertThat(seen).contains(one, two, new StreamTruth.Seen("other", "other;"));
        }
        assertThat(truth.seenMarkWise()).containsOnlyOnce(one, two, new StreamTruth.Seen("other", "other;"));
    }

    private static String shard(int number) {
        return "shardId-%012d".formatted(number);
    }

    private static CompletableFuture<PutReceipt> put(ProducerWorld world, String key, String hashKey) {
        return world.producer.put(
                STREAM, UserRecord.of(key, ProducerWorld.bytes(key + ";")).withExplicitHashKey(hashKey));
    }
}
