package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.HashKey;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.Shard;

class MemoryBudgetTest {

    private static final HashKey LOW = HashKey.MIN;
    private static final HashKey HIGH = HashKey.MAX;

    private final MemoryBudget budget = new MemoryBudget(1_000);
    private final StreamShare stream = new StreamShare(budget);
    private final StreamShare other = new StreamShare(budget);
    private final List<String> heard = new ArrayList<>();
    private final List<Taken> taken = new ArrayList<>();

    private record Taken(StreamShare.Lane lane, long bytes) {}

    @Test
    void takingMoreThanIsLeftFailsAndTakesNothing() {
        assertThat(take(600, stream, LOW)).isTrue();
        assertThat(take(401, stream, LOW)).isFalse();
        assertThat(budget.free()).isEqualTo(400);
    }

    @Test
    void laneLeavesPartOfWhatItTookOfTheSecondHalf() {
        stream.useMap(shards(2));
        take(500, stream, LOW);
        assertThat(take(446, stream, LOW)).isTrue();
        assertThat(take(1, stream, LOW)).isFalse();
        assertThat(take(10, stream, HIGH)).isTrue();
        assertThat(take(20, stream, HIGH)).isFalse();
        assertThat(take(20, other, LOW)).isTrue();
    }

    @Test
    void streamThatHoldsNothingMayTakeAllThatIsLeft() {
        take(500, stream, LOW);
        take(446, stream, LOW);
        assertThat(take(54, other, LOW)).isTrue();
        assertThat(budget.free()).isZero();
    }

    @Test
    void whoWaitsForHisLaneIsPassedByOtherLanesOnly() {
        stream.useMap(shards(2));
        take(500, stream, LOW);
        take(446, stream, LOW);
        budget.takeInTurn(turn("hot", 1, stream, LOW));
        budget.takeInTurn(turn("hotter", 1, stream, LOW));
        budget.takeInTurn(turn("cold", 1, stream, HIGH));
        budget.takeInTurn(turn("elsewhere", 1, other, LOW));
        assertThat(heard).containsExactly("cold admitted", "elsewhere admitted");

        giveBack(1);
        assertThat(heard).containsExactly("cold admitted", "elsewhere admitted", "hot admitted", "hotter admitted");
    }

    @Test
    void recordsOfALaneAreServedInTurn() {
        take(500, stream, LOW);
        take(500, stream, LOW);
        budget.takeInTurn(turn("large", 400, stream, LOW));
        budget.takeInTurn(turn("small", 50, stream, LOW));

        giveBack(0);
        assertThat(heard).isEmpty();
        assertThat(take(1, other, LOW)).isFalse();

        giveBack(1);
        assertThat(heard).containsExactly("large admitted", "small admitted");
    }

    @Test
    void nobodyTakesPastAStreamThatHoldsNothing() {
        take(1_000, stream, LOW);
        budget.takeInTurn(turn("before", 1, stream, LOW));
        budget.takeInTurn(turn("large", 900, other, LOW));
        budget.takeInTurn(turn("small", 1, stream, LOW));

        budget.giveBack(800);
        assertThat(heard).isEmpty();

        budget.giveBack(200);
        assertThat(heard).first().isEqualTo("large admitted");
    }

    @Test
    void whoWaitsForAShardThatIsSplitKeepsHisTurn() {
        take(500, stream, LOW);
        take(446, stream, LOW);
        budget.takeInTurn(turn("first", 30, stream, HIGH));
        budget.takeInTurn(turn("of the sister", 30, stream, LOW));
        budget.takeInTurn(turn("second", 1, stream, HIGH));
        stream.useMap(shards(2));
        assertThat(heard).isEmpty();

        budget.giveBack(10);
        assertThat(heard).first().isEqualTo("first admitted");
        giveBack(0);
        assertThat(heard).containsExactly("first admitted", "of the sister admitted", "second admitted");
    }

    @Test
    void soDoesWhoeverWaitsForAShardThatHoldsNothing() {
        take(1_000, other, LOW);
        budget.takeInTurn(turn("first", 30, stream, HIGH));
        budget.takeInTurn(turn("of the sister", 30, stream, LOW));
        stream.useMap(shards(2));
        stream.useMap(shards(4));

        giveBack(0);
        assertThat(heard).containsExactly("first admitted", "of the sister admitted");
    }

    @Test
    void barrierIsPassedRightBehindThoseBeforeIt() {
        take(1_000, stream, LOW);
        budget.takeInTurn(turn("record", 10, stream, LOW));
        budget.whenAdmitted(null, () -> heard.add("flush"));
        budget.whenAdmitted(other, () -> heard.add("flush of another"));
        assertThat(heard).containsExactly("flush of another");

        giveBack(0);
        assertThat(heard).containsExactly("flush of another", "record admitted", "flush");
        budget.whenAdmitted(null, () -> heard.add("second flush"));
        assertThat(heard).hasSize(4);
    }

    @Test
    void whoLeavesMakesWayForTheNext() {
        take(900, stream, LOW);
        MemoryBudget.Turn large = turn("large", 500, other, LOW);
        budget.takeInTurn(large);
        budget.takeInTurn(turn("small", 50, other, LOW));

        assertThat(budget.leave(large)).isTrue();
        assertThat(heard).containsExactly("small admitted");
        assertThat(budget.leave(large)).isFalse();
    }

    @Test
    void whoWaitsNeedsWhatHisLaneAndStreamMustLeave() {
        take(500, stream, LOW);
        take(446, stream, LOW);
        assertThat(budget.neededByWaiting()).isZero();
        budget.takeInTurn(turn("hot", 60, stream, LOW));
        assertThat(budget.neededByWaiting()).isEqualTo(60 + 31 + 31);
        giveBack(0);
        assertThat(budget.neededByWaiting()).isZero();
    }

    @Test
    void closedBudgetAbandonsThoseWhoWaitAndTakesNobodyIn() {
        take(1_000, stream, LOW);
        budget.takeInTurn(turn("waiting", 1, stream, LOW));
        budget.takeInTurn(turn("second", 1, other, LOW));
        budget.whenAdmitted(null, () -> heard.add("flush"));

        budget.close();
        assertThat(budget.takeInTurn(turn("late", 1, stream, LOW))).isFalse();
        assertThat(heard).containsExactly("waiting abandoned", "second abandoned", "flush");
    }

    @Test
    void nothingIsLostBetweenManyThreads() throws Exception {
        int rounds = 20_000;
        LinkedBlockingQueue<Taken> given = new LinkedBlockingQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            StreamShare mine = i == 0 ? stream : other;
            running.add(threads.submit(() -> {
                for (int round = 0; round < rounds; round++) {
                    takeThenReport(1 + round % 400, mine, given);
                }
            }));
        }
        running.add(threads.submit(() -> {
            for (int i = 0; i < 3 * rounds; i++) {
                giveBack(given.take());
            }
            return null;
        }));
        for (Future<?> each : running) {
            each.get();
        }
        threads.shutdown();

        assertThat(budget.free()).isEqualTo(1_000);
        assertThat(budget.hasWaiting()).isFalse();
        assertThat(stream.holdsNothing() && other.holdsNothing()).isTrue();
    }

    private void takeThenReport(long bytes, StreamShare from, LinkedBlockingQueue<Taken> given) {
        StreamShare.Lane lane = budget.tryTake(bytes, from, LOW);
        if (lane != null) {
            given.add(new Taken(lane, bytes));
            return;
        }
        budget.takeInTurn(new MemoryBudget.Turn(bytes, from, LOW) {
            @Override
            void admitted(StreamShare.Lane lane) {
                given.add(new Taken(lane, bytes));
            }

            @Override
            void abandoned() {}
        });
    }

    private boolean take(long bytes, StreamShare from, HashKey key) {
        StreamShare.Lane lane = budget.tryTake(bytes, from, key);
        if (lane != null) {
            taken.add(new Taken(lane, bytes));
        }
        return lane != null;
    }

    private void giveBack(int index) {
        giveBack(taken.get(index));
    }

    private void giveBack(Taken back) {
        budget.discount(back.lane(), back.bytes());
        budget.giveBack(back.bytes());
    }

    private static ShardMap shards(int count) {
        BigInteger size = BigInteger.TWO.pow(128).divide(BigInteger.valueOf(count));
        List<Shard> listing = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BigInteger start = size.multiply(BigInteger.valueOf(i));
            BigInteger end = start.add(size).subtract(BigInteger.ONE);
            String name = "shard-" + i;
            listing.add(Shard.builder()
                    .shardId(name)
                    .hashKeyRange(r -> r.startingHashKey(start.toString()).endingHashKey(end.toString()))
                    .sequenceNumberRange(r -> r.startingSequenceNumber("1"))
                    .build());
        }
        return Objects.requireNonNull(ShardMap.of(listing));
    }

    private MemoryBudget.Turn turn(String name, long bytes, StreamShare from, HashKey key) {
        return new MemoryBudget.Turn(bytes, from, key) {
            @Override
            void admitted(StreamShare.Lane lane) {
                heard.add(name + " admitted");
                taken.add(new Taken(lane, bytes));
            }

            @Override
            void abandoned() {
                heard.add(name + " abandoned");
            }
        };
    }
}
