package io.shardline.consumer.internal.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKey;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.Position;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Which leases a listing of shards calls for. */
class ShardSyncPlannerTest {

    private static final Checkpoint LATEST =
            new Checkpoint.AtStart(StartingPosition.Kind.LATEST, Instant.parse("2026-01-01T00:00:00Z"));

    @Property(tries = 400)
    void anEmptyTableNeedsExactlyTheRootsAndThereReadingStarts(@ForAll long seed) {
        ShardHistory history = ShardHistory.random(seed).withoutTheOldest(new Random(seed).nextInt(4));

        List<Lease> plan = ShardSyncPlanner.plan(StreamListing.complete(history.listing()), List.of(), LATEST);

        assertThat(plan)
                .extracting(Lease::key)
                .containsExactlyElementsOf(
                        history.roots().stream().map(ListedShard::id).toList());
        assertThat(plan).allSatisfy(lease -> {
            assertThat(lease.checkpoint()).isEqualTo(LATEST);
            assertThat(lease.owner()).isNull();
            assertThat(lease.counter()).isZero();
        });
    }

    @Test
    void whatComesAfterShardsThatWereNotReadBeginsWhereTheyDid() {
        Checkpoint.AtStart start = new Checkpoint.AtStart(StartingPosition.Kind.LATEST, Instant.EPOCH, true);
        Lease unread = ShardSyncPlanner.leaseFor(shard("a"), start).handledTo(start.ended());
        Lease unreadToo = ShardSyncPlanner.leaseFor(shard("b"), start).handledTo(start.ended());
        Lease read = ShardSyncPlanner.leaseFor(shard("b"), Checkpoint.shardEnd());
        StreamListing listing = StreamListing.fromTime(List.of(shard("a"), shard("b"), shard("c", "a", "b")));

        assertThat(ShardSyncPlanner.plan(listing, List.of(unread, unreadToo), start))
                .extracting(Lease::key, Lease::checkpoint)
                .containsExactly(tuple("c", start.ofChild()));
        assertThat(ShardSyncPlanner.plan(listing, List.of(unread, read), start))
                .extracting(Lease::key, Lease::checkpoint)
                .containsExactly(tuple("c", Checkpoint.trimHorizon()));
    }

    @Property(tries = 400)
    void noAncestorOfALeasedShardIsLeasedExceptAWaitingChildsOtherParent(@ForAll long seed) {
        ShardHistory history = ShardHistory.random(seed);
        List<Lease> leases = history.randomLeases(new Random(seed));

        List<Lease> plan =
                ShardSyncPlanner.plan(StreamListing.complete(history.listing()), leases, Checkpoint.trimHorizon());

        Set<String> passed = new LinkedHashSet<>();
        leases.forEach(lease -> passed.addAll(history.ancestorsOf(lease.key())));
        for (Lease planned : plan) {
            if (passed.contains(planned.key())) {
                assertThat(leases).as("children of %s", planned).anySatisfy(child -> {
                    assertThat(child.parents()).contains(planned.key()).hasSize(2);
                    assertThat(child.checkpoint()).isInstanceOf(Checkpoint.AtStart.class);
                });
            }
        }
    }

    @Property(tries = 400)
    void noPlanHoldsAShardAndItsAncestorOrAShardThatIsLeased(@ForAll long seed) {
        ShardHistory history = ShardHistory.random(seed);
        List<Lease> leases = consistentLeases(history, new Random(seed));

        List<Lease> plan =
                ShardSyncPlanner.plan(StreamListing.complete(history.listing()), leases, Checkpoint.trimHorizon());

        List<String> planned = plan.stream().map(Lease::key).toList();
        assertThat(leases).extracting(Lease::key).noneMatch(planned::contains);
        for (String key : planned) {
            assertThat(history.ancestorsOf(key)).noneMatch(planned::contains);
        }
    }

    @Property(tries = 400)
    void aPlanThatIsCarriedOutLeavesNothingToPlan(@ForAll long seed) {
        ShardHistory history = ShardHistory.random(seed);
        List<Lease> leases = consistentLeases(history, new Random(seed));
        leases.addAll(
                ShardSyncPlanner.plan(StreamListing.complete(history.listing()), leases, Checkpoint.trimHorizon()));

        assertThat(ShardSyncPlanner.plan(StreamListing.complete(history.listing()), leases, Checkpoint.trimHorizon()))
                .isEmpty();
    }

    @Property(tries = 400)
    void planningAndEndingShardsReachesEveryShardExactlyOnce(@ForAll long seed) {
        ShardHistory history = ShardHistory.random(seed);
        Random random = new Random(seed);
        Map<String, Lease> leases = new LinkedHashMap<>();

        for (int round = 0; round < 100; round++) {
            for (Lease lease : ShardSyncPlanner.plan(
                    StreamListing.complete(history.listing()), leases.values(), Checkpoint.trimHorizon())) {
                assertThat(leases.put(lease.key(), lease)).as("created twice").isNull();
            }
            endOne(history, leases, random);
        }

        assertThat(leases.keySet())
                .containsExactlyInAnyOrderElementsOf(history.shards().keySet());
        assertThat(leases.values()).allMatch(Lease::isEnded);
    }

    @Property(tries = 1_000)
    void fromAnyTableEveryOpenShardIsReachedWithoutAnAncestorOfAHandledOne(@ForAll long seed) {
        Random random = new Random(seed);
        ShardHistory history = ShardHistory.random(seed).withoutTheOldest(random.nextInt(3));
        Map<String, Lease> leases = new LinkedHashMap<>();
        history.randomLeases(random).forEach(lease -> leases.put(lease.key(), lease));
        List<ListedShard> listing = new ArrayList<>(history.listing());
        Collections.shuffle(listing, random); // children before parents, too

        for (int round = 0; round < 100; round++) {
            ShardSyncPlanner.plan(StreamListing.complete(listing), leases.values(), Checkpoint.trimHorizon())
                    .forEach(lease -> leases.put(lease.key(), lease));
            endOne(history, leases, random);
        }

        assertThat(leases.keySet()).containsAll(openIn(history));
        assertThat(leases.values()).allMatch(Lease::isEnded);
    }

    @Property(tries = 1_000)
    void whatComesAfterALeasedShardIsReadFromItsBeginningWhateverTheStartingPosition(@ForAll long seed) {
        Random random = new Random(seed);
        ShardHistory history = ShardHistory.random(seed);
        int start = random.nextInt(history.shards().size() + 1);
        ShardHistory fromStart = history.openSince(start);
        ShardHistory kept = history.openSince(random.nextInt(start + 1)); // what is older has expired
        Map<String, Lease> leases = new LinkedHashMap<>();
        consistentLeases(history, random).forEach(lease -> leases.put(lease.key(), lease));
        Map<String, Checkpoint> begunAt = new LinkedHashMap<>();
        Set<String> takenOver = Set.copyOf(leases.keySet());
        Set<String> unfinished = new LinkedHashSet<>();
        leases.values().stream().filter(lease -> !lease.isEnded()).forEach(lease -> unfinished.add(lease.key()));

        for (int round = 0; round < 40; round++) {
            StreamListing listing = StreamListing.fromTime(fromStart.listing());
            if (ShardSyncPlanner.needsAllShards(listing, leases.values())) {
                listing = listing.completedBy(kept.listing());
            }
            ShardSyncPlanner.plan(listing, leases.values(), LATEST)
                    .forEach(lease -> leases.putIfAbsent(lease.key(), lease));
            leases.forEach((key, lease) -> begunAt.putIfAbsent(key, lease.checkpoint()));
            endOne(kept, leases, random);
        }

        for (ListedShard shard : kept.listing()) {
            Set<String> before = history.ancestorsOf(shard.id());
            Lease lease = leases.get(shard.id());
            if (before.stream().anyMatch(unfinished::contains)) {
                assertThat(lease).as("of %s", shard).isNotNull();
            }
            if (lease != null && !takenOver.contains(shard.id())) {
                boolean wasRead = before.stream().anyMatch(takenOver::contains);
                boolean follows = before.stream().anyMatch(fromStart.shards()::containsKey);
                assertThat(begunAt.get(shard.id()))
                        .as("of %s", shard)
                        .isEqualTo(wasRead || follows ? Checkpoint.trimHorizon() : LATEST);
            }
        }
        assertThat(leases.keySet()).containsAll(openIn(fromStart));
        assertThat(leases.values()).allMatch(Lease::isEnded);
    }

    @Test
    void theSiblingOfAChildWhoseParentsLeaseIsGoneGetsItsLease() {
        List<ListedShard> shards = List.of(shard("a"), shard("b", "a"), shard("c", "a"));
        Lease begun = ShardSyncPlanner.leaseFor(shard("b", "a"), new Checkpoint.At(new Position("1", 0)));

        assertThat(ShardSyncPlanner.plan(StreamListing.complete(shards), List.of(begun), LATEST))
                .singleElement()
                .satisfies(lease -> {
                    assertThat(lease.key()).isEqualTo("c");
                    assertThat(lease.checkpoint()).isEqualTo(Checkpoint.trimHorizon());
                });
    }

    @Test
    void aFinishedLeaseIsDeletedWhenItsShardIsGoneAndItsChildrenHaveBegun() {
        Lease ended = ShardSyncPlanner.leaseFor(shard("a"), Checkpoint.shardEnd());
        Lease begun = ShardSyncPlanner.leaseFor(shard("b", "a"), new Checkpoint.At(new Position("1", 0)));
        Lease waiting = ShardSyncPlanner.leaseFor(shard("c", "a"), Checkpoint.trimHorizon());
        Lease alsoEnded = ShardSyncPlanner.leaseFor(shard("c", "a"), Checkpoint.shardEnd());
        List<ListedShard> without = List.of(shard("b", "a"), shard("c", "a"));
        List<ListedShard> with = List.of(shard("a"), shard("b", "a"), shard("c", "a"));

        assertThat(ShardSyncPlanner.finished(without, List.of(ended, begun, alsoEnded)))
                .containsExactly(ended);
        assertThat(ShardSyncPlanner.finished(without, List.of(ended, begun, waiting)))
                .isEmpty();
        assertThat(ShardSyncPlanner.finished(with, List.of(ended, begun, alsoEnded)))
                .isEmpty();
        assertThat(ShardSyncPlanner.finished(without, List.of(ended))).isEmpty();
    }

    @Test
    void aListingThatLeavesOutHashKeysIsNoticed() {
        HashKey middle = HashKeyRange.FULL.midpoint();
        HashKey below = HashKey.of(middle.toBigInteger().subtract(BigInteger.ONE));
        ListedShard parent = shard("a");
        ListedShard low = new ListedShard("b", ImmutableSet.of("a"), new HashKeyRange(HashKey.MIN, below));
        ListedShard high = new ListedShard("c", ImmutableSet.of("a"), new HashKeyRange(middle, HashKey.MAX));

        assertThat(ShardSyncPlanner.firstHole(List.of(parent))).isEmpty();
        assertThat(ShardSyncPlanner.firstHole(List.of(high, low, parent))).isEmpty();
        assertThat(ShardSyncPlanner.firstHole(List.of(parent, low))).contains(middle);
        assertThat(ShardSyncPlanner.firstHole(List.of(parent, high))).contains(HashKey.MIN);
        assertThat(ShardSyncPlanner.firstHole(List.of())).contains(HashKey.MIN);
    }

    @Test
    void aMergedChildThatWaitsGetsItsMissingParent() {
        List<ListedShard> shards = List.of(shard("a"), shard("b"), shard("ab", "a", "b"));
        Lease ended = ShardSyncPlanner.leaseFor(shard("a"), Checkpoint.shardEnd());
        Lease waiting = ShardSyncPlanner.leaseFor(shard("ab", "a", "b"), Checkpoint.trimHorizon());

        assertThat(ShardSyncPlanner.plan(StreamListing.complete(shards), List.of(ended, waiting), LATEST))
                .singleElement()
                .satisfies(lease -> {
                    assertThat(lease.key()).isEqualTo("b");
                    assertThat(lease.checkpoint()).isEqualTo(LATEST);
                });
    }

    @Test
    void aMergedChildThatHasBegunNeedsNoParent() {
        List<ListedShard> shards = List.of(shard("a"), shard("b"), shard("ab", "a", "b"));
        Lease ended = ShardSyncPlanner.leaseFor(shard("a"), Checkpoint.shardEnd());
        Lease begun = ShardSyncPlanner.leaseFor(shard("ab", "a", "b"), new Checkpoint.At(new Position("1", 0)));

        assertThat(ShardSyncPlanner.plan(StreamListing.complete(shards), List.of(ended, begun), LATEST))
                .isEmpty();
    }

    @Test
    void aChildOfHandledParentsStartsAtItsBeginningWhateverTheStartingPosition() {
        List<ListedShard> shards = List.of(shard("a"), shard("b", "a"));
        Lease ended = ShardSyncPlanner.leaseFor(shard("a"), Checkpoint.shardEnd());

        assertThat(ShardSyncPlanner.plan(StreamListing.complete(shards), List.of(ended), LATEST))
                .singleElement()
                .satisfies(lease -> assertThat(lease.checkpoint()).isEqualTo(Checkpoint.trimHorizon()));
    }

    private static ListedShard shard(String id, String... parents) {
        return new ListedShard(id, ImmutableSet.copyOf(parents), HashKeyRange.FULL);
    }

    /** Ends a shard all of whose parents are ended, and creates its children as its owner does. */
    private static void endOne(ShardHistory history, Map<String, Lease> leases, Random random) {
        List<Lease> endable = leases.values().stream()
                .filter(lease -> !lease.isEnded())
                .filter(lease -> lease.parents().stream().allMatch(p -> isEndedOrAbsent(leases, p)))
                .toList();
        if (endable.isEmpty()) {
            return;
        }
        Lease ending = endable.get(random.nextInt(endable.size()));
        if (random.nextBoolean()) { // otherwise the sync has to do it
            for (ListedShard child : history.childrenOf(ending.key())) {
                if (leases.keySet().containsAll(child.parents())) {
                    leases.putIfAbsent(child.id(), ShardSyncPlanner.leaseFor(child, Checkpoint.trimHorizon()));
                }
            }
        }
        leases.put(ending.key(), ending.handledTo(Checkpoint.shardEnd()));
    }

    private static List<String> openIn(ShardHistory history) {
        return history.shards().keySet().stream()
                .filter(id -> history.childrenOf(id).isEmpty())
                .toList();
    }

    private static boolean isEndedOrAbsent(Map<String, Lease> leases, String key) {
        Lease lease = leases.get(key);
        return lease == null || lease.isEnded();
    }

    /** A table that planning and ending shards can lead to. */
    private static List<Lease> consistentLeases(ShardHistory history, Random random) {
        Map<String, Lease> leases = new LinkedHashMap<>();
        for (int round = random.nextInt(12); round > 0; round--) {
            ShardSyncPlanner.plan(StreamListing.complete(history.listing()), leases.values(), Checkpoint.trimHorizon())
                    .forEach(lease -> leases.put(lease.key(), lease));
            endOne(history, leases, random);
        }
        return new ArrayList<>(leases.values());
    }
}
