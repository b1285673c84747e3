package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.HashKey;
import io.shardline.consumer.simulation.BlockingThreads;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a worker of many shards holds in memory, and what becomes of its other shards when some take long or fail. */
class PrefetchTest {

    private static final long MIB = 1L << 20;
    private static final long DEFAULT_BUDGET = 128 * MIB;

    /** The bound that is documented: the budget and one read, as it came and taken apart. */
    private static final long BEYOND = 20 * MIB;

    private static final byte[] LARGE = new byte[(1 << 20) - 1_000];

    @Test
    void thirtyShardsOfTenMebibytesStayWithinTheBudget() {
        SimulatedFleet fleet = new SimulatedFleet(1, 30);
        for (int shard = 0; shard < 30; shard++) {
            fleet.putInto(shardId(shard), LARGE, 10);
        }
        AtomicInteger handled = new AtomicInteger();
        SimulatedWorker worker = fleet.worker("w")
                .blocking()
                .handler((record, context) -> {
                    BlockingThreads.block(Duration.ofMillis(500));
                    handled.incrementAndGet();
                })
                .start();

        long most = 0;
        while (handled.get() < 300) {
            fleet.advance(Duration.ofSeconds(1));
            most = Math.max(most, worker.consumer().health().prefetchBytes());
            assertThat(Duration.ofNanos(fleet.time().nowNanos())).isLessThan(Duration.ofMinutes(3));
        }

        assertThat(most).isBetween(DEFAULT_BUDGET / 2, DEFAULT_BUDGET + BEYOND);
    }

    @Test
    void shardsWhoseHandlersFailStopNoOther() {
        SimulatedFleet fleet = new SimulatedFleet(1, 26);
        byte[] aggregate = AggregateCodec.encode(List.of(new AggregateEntry("k", HashKey.MIN, LARGE)));
        for (int shard = 0; shard < 26; shard++) {
            fleet.putInto(shardId(shard), aggregate, 10);
        }
        AtomicInteger handled = new AtomicInteger();
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.foreignEntries(ForeignEntries.DELIVER))
                .handler((record, context) -> {
                    if (Integer.parseInt(record.shardId().substring(8)) < 24) {
                        throw new IOException("not in this shard");
                    }
                    handled.incrementAndGet();
                })
                .start();

        fleet.advance(Duration.ofSeconds(40));

        assertThat(handled).hasValue(20);
        assertThat(worker.consumer().health().prefetchBytes()).isLessThanOrEqualTo(DEFAULT_BUDGET + BEYOND);
        assertThat(worker.events(ConsumerEvent.HandlerFailed.class))
                .extracting(ConsumerEvent.HandlerFailed::attempt)
                .as("attempts are counted on, also of what was given back and read anew")
                .contains(6);
    }

    @Test
    void whatWasGivenBackIsStillGivenUpAfterItsAttempts() {
        SimulatedFleet fleet = new SimulatedFleet(1, 16);
        for (int shard = 0; shard < 16; shard++) {
            fleet.putInto(shardId(shard), LARGE, 10);
        }
        List<Integer> batches = new ArrayList<>();
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.giveUp(GiveUpPolicy.skipAfter(6)))
                .shardHandler(context -> (ShardHandler) (batch, checkpointer) -> {
                    batches.add(batch.records().size());
                    throw new IOException("none");
                })
                .start();

        fleet.until(() -> skipped(worker) == 16 * 10);

        assertThat(worker.events(ConsumerEvent.RecordsSkipped.class))
                .allSatisfy(skip -> assertThat(skip.attempts()).isEqualTo(6));
        assertThat(batches.stream().mapToInt(size -> size).sum())
                .as("each record was tried six times, some of them more often")
                .isGreaterThanOrEqualTo(6 * 16 * 10);
    }

    /** Reading begins at the record that is handled, and where there is room for one record, that is all that the first read brings. */
    @Test
    void norAreAttemptsForgottenWhenWhatIsReadAnewEndsAtWhatIsHandled() {
        SimulatedFleet fleet = new SimulatedFleet(1, 31);
        for (int shard = 0; shard < 31; shard++) {
            fleet.putInto(shardId(shard), LARGE, 4);
        }
        Set<String> begun = new HashSet<>();
        SimulatedWorker worker = fleet.worker("w")
                .blocking()
                .with(config -> config.prefetchBudget(10 * MIB).giveUp(GiveUpPolicy.skipAfter(4)))
                .handler((record, context) -> {
                    if (Integer.parseInt(record.shardId().substring(8)) < 27) {
                        BlockingThreads.block(Duration.ofDays(1)); // so that there is little room for the others
                    } else if (!begun.add(record.shardId())) {
                        throw new IOException("none but the first");
                    }
                })
                .start();

        fleet.until(() -> skipped(worker) == 4 * 3);

        assertThat(attemptsByShard(worker).values())
                .as("no attempt is made once more")
                .allSatisfy(attempts -> assertThat(attempts).isEqualTo(cycle(3)));
    }

    /** One to four, so often. */
    private static List<Integer> cycle(int times) {
        return IntStream.range(0, times * 4).mapToObj(i -> i % 4 + 1).toList();
    }

    private static Map<String, List<Integer>> attemptsByShard(SimulatedWorker worker) {
        return worker.events(ConsumerEvent.HandlerFailed.class).stream()
                .collect(Collectors.groupingBy(
                        ConsumerEvent.HandlerFailed::shardId,
                        Collectors.mapping(ConsumerEvent.HandlerFailed::attempt, Collectors.toList())));
    }

    private static int skipped(SimulatedWorker worker) {
        return worker.events(ConsumerEvent.RecordsSkipped.class).stream()
                .mapToInt(ConsumerEvent.RecordsSkipped::count)
                .sum();
    }

    @Test
    void aSlowHandlerDelaysNoOtherShardAlsoWithTheSmallestBudget() {
        SimulatedFleet fleet = new SimulatedFleet(1, 3);
        fleet.putInto(shardId(0), LARGE, 20);
        fleet.putInto(shardId(1), LARGE, 20);
        List<Duration> delays = new ArrayList<>();
        fleet.worker("w")
                .blocking()
                .with(config -> config.prefetchBudget(10 * MIB))
                .handler((record, context) -> {
                    if (record.shardId().equals(shardId(2))) {
                        delays.add(Duration.between(
                                record.approximateArrival(), fleet.time().instant()));
                    } else {
                        BlockingThreads.block(Duration.ofSeconds(15));
                    }
                })
                .start();

        for (int second = 0; second < 120; second++) {
            fleet.putInto(shardId(2), "healthy");
            fleet.advance(Duration.ofSeconds(1));
        }

        assertThat(delays).hasSizeGreaterThan(115).allMatch(delay -> delay.compareTo(Duration.ofSeconds(3)) < 0);
    }

    @Test
    void aThousandIdleShardsAreReadOnceASecondEach() {
        SimulatedFleet fleet = new SimulatedFleet(1, 1_000);
        AtomicInteger reads = new AtomicInteger();
        fleet.worker("w")
                .faults((operation, request) -> {
                    reads.addAndGet(operation.equals("GetRecords") ? 1 : 0);
                    return new Fault.None();
                })
                .start();
        fleet.advance(Duration.ofSeconds(20));
        reads.set(0);

        fleet.advance(Duration.ofSeconds(10));

        assertThat(reads.get()).isBetween(9_900, 10_100);
    }
}
