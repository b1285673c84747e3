package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.Position;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.dynamodb.DynamoDbLocal;
import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

/** The same calls, in any order, have the same answers from the table in DynamoDB and from the one in memory. */
class SameAsInMemoryTest {

    private static final Arbitrary<String> SESSIONS = Arbitraries.of("a@1", "b@2");
    private static final Arbitrary<String> KEYS = Arbitraries.of("shard-1", "shard-2", Lease.PLANNER);

    /** One call, made of what is in the table when it is made. */
    record Call(String name, Function<LeaseStore, CompletableFuture<?>> made) {
        @Override
        public String toString() {
            return name;
        }
    }

    @Property(tries = 10, shrinking = ShrinkingMode.OFF)
    void everyCallHasTheSameAnswer(@ForAll("calls") List<Call> calls) {
        LeaseStore memory = new InMemoryLeaseStore();
        LeaseStore dynamo = DynamoDbLocal.newStore();
        for (Call call : calls) {
            Object expected = call.made().apply(memory).join();
            assertThat(call.made().apply(dynamo).join()).as(call.name()).isEqualTo(expected);
        }
        assertThat(dynamo.scan().join()).isEqualTo(memory.scan().join());
    }

    @Provide
    Arbitrary<List<Call>> calls() {
        Arbitrary<Call> call = Arbitraries.frequencyOf(
                Tuple.of(3, sessionCalls()), Tuple.of(4, leaseCalls()), Tuple.of(1, fleetCalls()));
        return call.list().ofMinSize(20).ofMaxSize(40);
    }

    private static Arbitrary<Call> sessionCalls() {
        Arbitrary<Integer> numbers = Arbitraries.integers().between(0, 3);
        return SESSIONS.flatMap(session -> numbers.flatMap(number -> Arbitraries.of(
                new Call(
                        "createSession",
                        store -> store.createSession(SessionRow.created(
                                session, Worker.named(session.substring(0, 1)), Timing.of(Duration.ofMillis(9_999))))),
                new Call(
                        "createSession",
                        store -> store.createSession(SessionRow.created(
                                session, Worker.named(session.substring(0, 1)), Timing.of(Duration.ofSeconds(10))))),
                new Call(
                        "renew",
                        store -> store.renew(
                                session,
                                number,
                                new Renewal(
                                        number, false, ImmutableMap.of("asker-1", 1), ImmutableMap.of("shard-1", 1L)))),
                new Call(
                        "renew",
                        store -> store.renew(
                                session, number, new Renewal(number, true, ImmutableMap.of(), ImmutableMap.of()))),
                new Call(
                        "renew",
                        store -> store.renew(
                                session,
                                number,
                                new Renewal(
                                        number,
                                        false,
                                        ImmutableMap.of(),
                                        ImmutableMap.of(),
                                        ImmutableMap.of("f00d", new ReadPressure(number, 0, 0, 1))))),
                new Call("markDead", store -> store.markDead(session, number, "b@2")),
                new Call("retire", store -> store.retire(session, number == 0 ? null : "heir@3")),
                new Call("ask", store -> store.ask(session, "asker-" + number, number)),
                new Call("notify", store -> store.notify(session, "shard-" + number, number)),
                new Call("readSession", store -> store.readSession(session)))));
    }

    private static Arbitrary<Call> leaseCalls() {
        Arbitrary<Checkpoint> checkpoints = Arbitraries.of(
                Checkpoint.shardEnd(),
                new Checkpoint.AtStart(StartingPosition.Kind.LATEST, Instant.EPOCH, true),
                new Checkpoint.ShardEnd(true),
                Checkpoint.trimHorizon(),
                new Checkpoint.At(new Position("4959033827149025660855969253836157109521575925622079488", 0)),
                new Checkpoint.At(new Position("7", 12)));
        return KEYS.flatMap(key -> SESSIONS.flatMap(session -> checkpoints.flatMap(checkpoint -> Arbitraries.of(
                new Call(
                        "createLease",
                        store -> store.createLease(Lease.unowned(
                                key,
                                Checkpoint.trimHorizon(),
                                ImmutableSet.of("shard-0", "shard-9"),
                                HashKeyRange.FULL))),
                new Call(
                        "createLease",
                        store -> store.createLease(Lease.unowned(key, checkpoint, ImmutableSet.of(), null))),
                new Call("take", store -> store.take(asItIs(store, key), session)),
                new Call("take", store -> store.take(asItIs(store, key).ownedBy(session), session)),
                new Call("checkpoint", store -> store.checkpoint(asItIs(store, key), checkpoint)),
                new Call("give", store -> store.give(asItIs(store, key), checkpoint, session)),
                new Call("give", store -> store.give(asItIs(store, key), checkpoint, null)),
                new Call("give", store -> store.give(asItIs(store, key).handledTo(checkpoint), checkpoint, session)),
                new Call("readLeases", store -> store.readLeases(ImmutableSet.of(key, "shard-2")))))));
    }

    private static Arbitrary<Call> fleetCalls() {
        return SESSIONS.flatMap(session -> Arbitraries.of(
                new Call("moveRevision", LeaseStore::moveRevision),
                new Call("suspect", store -> store.suspect(session, true)),
                new Call("suspect", store -> store.suspect(session, false)),
                new Call("setPlanned", store -> store.setPlanned(session.startsWith("a"))),
                new Call(
                        "registerStream",
                        store -> store.registerStream(new StreamRow(
                                "flights", Instant.EPOCH, StartingPosition.Kind.TRIM_HORIZON, null, false))),
                new Call(
                        "setRetrieval",
                        store -> store.setRetrieval("flights", RetrievalChoice.FIRST.owned(session.startsWith("a")))),
                new Call(
                        "setRetrieval",
                        store -> store.setRetrieval(
                                "flights",
                                RetrievalChoice.FIRST
                                        .owned(true)
                                        .switched(true, Instant.ofEpochSecond(5), "LAG", Duration.ofMinutes(7)))),
                new Call("readStreams", store -> store.readStreams(List.of("flights"))),
                new Call("scan", LeaseStore::scan)));
    }

    private static Lease asItIs(LeaseStore store, String key) {
        return store.readLeases(List.of(key)).join().stream()
                .findFirst()
                .orElse(Lease.unowned(key, Checkpoint.trimHorizon(), ImmutableSet.of(), null));
    }
}
