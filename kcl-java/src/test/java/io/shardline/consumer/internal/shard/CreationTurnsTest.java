package io.shardline.consumer.internal.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Multiset;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.Timing;
import io.shardline.consumer.internal.lease.Worker;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Who of several workers creates which lease. */
class CreationTurnsTest {

    @Property(tries = 200)
    void eachLeaseIsOneWorkersAndAllHaveAboutAsMany(
            @ForAll @IntRange(min = 1, max = 300) int shards,
            @ForAll @IntRange(min = 1, max = 40) int workers,
            @ForAll int stream) {
        List<SessionRow> sessions = sessions(workers);
        List<ListedShard> listed = shards(shards);
        List<CreationTurns> turns = sessions.stream()
                .map(me -> CreationTurns.of("stream-" + stream, listed, sessions, me.id()))
                .toList();
        Multiset<Integer> parts = HashMultiset.create();
        for (ListedShard shard : listed) {
            List<Integer> order = turns.stream().map(one -> one.of(shard.id())).toList();
            assertThat(order)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, workers).boxed().toList());
            parts.add(order.indexOf(0));
        }
        assertThat(IntStream.range(0, workers).map(parts::count).boxed().toList())
                .allMatch(part -> part >= shards / workers && part <= shards / workers + 1);
    }

    @Test
    void whoIsDeadOrLeavesHasNoPart() {
        SessionRow b = session("b");
        SessionRow c = session("c");
        SessionRow leaving = new SessionRow(
                "c", c.worker(), true, true, c.heartbeat(), c.timing(), c.leases(), c.asks(), c.inbox(), null);
        SessionRow dead = new SessionRow(
                "b", b.worker(), false, false, b.heartbeat(), b.timing(), b.leases(), b.asks(), b.inbox(), null);
        List<SessionRow> sessions = List.of(session("a"), dead, leaving);

        CreationTurns alone = CreationTurns.of("stream", shards(10), sessions, "a");

        assertThat(shards(10)).allMatch(shard -> alone.of(shard.id()) == 0);
    }

    @Test
    void theOnlyShardsOfManyStreamsAreNotAllOneWorkers() {
        long mine = IntStream.range(0, 100)
                .filter(i -> CreationTurns.of("stream-" + i, shards(1), sessions(4), "s00")
                                .of("shard-0000")
                        == 0)
                .count();

        assertThat(mine).isBetween(10L, 40L);
    }

    private static List<SessionRow> sessions(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> session("s%02d".formatted(i)))
                .toList();
    }

    private static SessionRow session(String id) {
        return SessionRow.created(id, Worker.named(id), Timing.of(Duration.ofSeconds(10)));
    }

    private static List<ListedShard> shards(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ListedShard("shard-%04d".formatted(i), ImmutableSet.of(), HashKeyRange.FULL))
                .toList();
    }
}
