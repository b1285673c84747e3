package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.HashKeyRange;
import io.shardline.producer.CloseReport;
import io.shardline.producer.FailureReason;
import io.shardline.producer.FullBudget;
import io.shardline.producer.Ordering;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.FaultRates;
import io.shardline.testkit.Faults;
import io.shardline.testkit.Latency;
import io.shardline.testkit.time.SimulatedTime;
import io.shardline.testkit.time.SplitMix64;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * A producer under random load, faults, pauses and reshards, from a seed; {@code -Dsim.seed=N} runs one seed, {@code
 * -Dsim.seeds=N} so many.
 */
class ProducerSimulationTest {

    private static final long FIRST_SEED = 1;
    private static final int SEEDS = 300;
    private static final Duration HEALED = Duration.ofSeconds(12);
    private static final Duration END = Duration.ofMinutes(10);

    @Test
    void acknowledgedRecordsAreSeenInOrderWhateverHappens() {
        Long single = Long.getLong("sim.seed");
        LongStream seeds = single != null
                ? LongStream.of(single)
                : LongStream.range(FIRST_SEED, FIRST_SEED + Integer.getInteger("sim.seeds", SEEDS));
        EnumMap<FailureReason, Integer> failures = new EnumMap<>(FailureReason.class);
        long[] acknowledged = {0};
        seeds.forEach(seed -> {
            Run run = new Run(seed);
            try {
                run.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + " (rerun with -Dsim.seed=" + seed + "): " + run.config(), e);
            }
            run.failures.forEach((reason, count) -> failures.merge(reason, count, Integer::sum));
            acknowledged[0] += run.acknowledged;
        });
        if (single == null) {
            // Otherwise the faults do not bite, or nothing gets through.
            assertThat(acknowledged[0]).isGreaterThan(1_000);
            assertThat(failures).containsKeys(FailureReason.EXPIRED, FailureReason.BUDGET_FULL);
        }
    }

    @Test
    void oneSeedIsOneRun() {
        Run first = new Run(7);
        first.run();
        Run second = new Run(7);
        second.run();

        assertThat(second.time.trace().hash()).isEqualTo(first.time.trace().hash());
    }

    /** A record that was put, and what came of it. */
    private record Put(String key, int number, String data, CompletableFuture<PutReceipt> future) {}

    /** One seed. Confined to the test's thread. */
    private static final class Run {

        private final SimulatedTime time;
        private final RandomGenerator random;
        private final ProducerConfig config;
        private final ProducerWorld world;
        private final List<Put> puts = new ArrayList<>();
        private final Map<String, Integer> numbers = new LinkedHashMap<>();
        private final EnumMap<FailureReason, Integer> failures = new EnumMap<>(FailureReason.class);
        private final int keys;
        private final int largest;
        private long acknowledged;
        private int flushes;
        private int flushed;

        Run(long seed) {
            time = new SimulatedTime(seed);
            random = new SplitMix64(seed);
            config = randomConfig();
            keys = 1 + random.nextInt(40);
            largest = random.nextInt(4) == 0 ? 20_000 : 500;
            FaultRates rates = FaultRates.none().timeout(Duration.ofSeconds(3));
            for (FaultRates.Kind kind : FaultRates.Kind.values()) {
                rates = rates.with(kind, random.nextBoolean() ? 0 : random.nextDouble(0.12));
            }
            Faults faults =
                    Faults.random(new SplitMix64(seed + 1), rates).until(() -> time.nowNanos() > HEALED.toNanos());
            Latency latency = Latency.between(
                    Duration.ofMillis(1), Duration.ofMillis(2 + random.nextInt(100)), new SplitMix64(seed + 2));
            world = new ProducerWorld(time, config, faults, latency);
            world.kinesis.createStream(ProducerWorld.STREAM, 1 + random.nextInt(4));
            world.client.check = this::checkRequest;
        }

        String config() {
            return "linger=" + config.linger() + " ttl=" + config.recordTtl() + " budget=" + config.memoryBudget() + " "
                    + config.fullBudget() + " inFlight=" + config.maxInFlightRequests() + " aggregation="
                    + config.aggregationEnabled() + " maxAggregate=" + config.maxAggregateSize() + " "
                    + config.ordering();
        }

        private ProducerConfig randomConfig() {
            ProducerConfig.Builder builder = ProducerConfig.builder()
                    .linger(Duration.ofMillis(List.of(0, 5, 100).get(random.nextInt(3))))
                    .requestTimeout(Duration.ofMillis(List.of(500, 2_000).get(random.nextInt(2))))
                    .maxInFlightRequests(List.of(1, 3, 24).get(random.nextInt(3)))
                    .aggregationEnabled(random.nextInt(4) > 0)
                    .maxAggregateSize(List.of(1_024, 10_000, 262_144).get(random.nextInt(3)))
                    .ordering(random.nextInt(8) == 0 ? Ordering.NONE : Ordering.PER_KEY)
                    .maxRecordSize(32_768)
                    .fullBudget(random.nextBoolean() ? FullBudget.FAIL : FullBudget.COMPLETE_LATER)
                    .memoryBudget(random.nextInt(3) == 0 ? 100_000 : 10_000_000);
            switch (random.nextInt(3)) {
                case 0 -> builder.noRecordTtl();
                case 1 -> builder.recordTtl(Duration.ofSeconds(2));
                default -> {}
            }
            return builder.build();
        }

        void run() {
            planLoad();
            planReshards();
            planPauses();
            time.advance(HEALED.plusSeconds(1));
            CompletableFuture<CloseReport> closing = world.producer.close(END);
            time.runUntil(closing::isDone, END);
            time.advance(Duration.ofSeconds(10)); // late requests land
            check(closing.join());
        }

        private void planLoad() {
            int records = 100 + random.nextInt(500);
            for (int i = 0; i < records; i++) {
                time.after(Duration.ofMillis(random.nextLong(HEALED.toMillis())), "caller", () -> {
                    int burst = random.nextInt(20) == 0 ? 30 : 1;
                    for (int j = 0; j < burst; j++) {
                        putOne();
                    }
                });
            }
            for (int i = 0; i < 5; i++) {
                time.after(Duration.ofMillis(random.nextLong(HEALED.toMillis())), "flusher", this::flush);
            }
        }

        private void putOne() {
            String key = "key-" + random.nextInt(keys);
            int number = numbers.merge(key, 1, Integer::sum);
            String data = number + ";" + "x".repeat(random.nextInt(largest));
            UserRecord record = UserRecord.of(key, ProducerWorld.bytes(data));
            CompletableFuture<PutReceipt> future = world.producer.put(ProducerWorld.STREAM, record);
            puts.add(new Put(key, number, number + ";", future));
        }

        private void flush() {
            flushes++;
            List<Put> before = List.copyOf(puts);
            world.producer.flush().thenRun(() -> {
                assertThat(before).allMatch(put -> put.future().isDone());
                flushed++;
            });
        }

        private void planReshards() {
            int reshards = random.nextInt(5);
            for (int i = 0; i < reshards; i++) {
                time.after(Duration.ofMillis(random.nextLong(HEALED.toMillis())), "operator", this::reshard);
            }
        }

        /** Refusals, for example because the stream is still changing, are of no interest. */
        private void reshard() {
            List<Shard> open = world.kinesis.shards(ProducerWorld.STREAM).stream()
                    .filter(shard -> shard.sequenceNumberRange().endingSequenceNumber() == null)
                    .toList();
            Shard one = open.get(random.nextInt(open.size()));
            switch (random.nextInt(3)) {
                case 0 ->
                    world.admin.splitShard(r -> r.streamName(ProducerWorld.STREAM)
                            .shardToSplit(one.shardId())
                            .newStartingHashKey(range(one).midpoint().toString()));
                case 1 ->
                    open.stream()
                            .filter(other -> range(one).adjoins(range(other)))
                            .findFirst()
                            .ifPresent(other -> world.admin.mergeShards(r -> r.streamName(ProducerWorld.STREAM)
                                    .shardToMerge(one.shardId())
                                    .adjacentShardToMerge(other.shardId())));
                default ->
                    world.admin.updateShardCount(r -> r.streamName(ProducerWorld.STREAM)
                            .scalingType("UNIFORM_SCALING")
                            .targetShardCount(
                                    random.nextBoolean() ? open.size() * 2 : Math.max(1, (open.size() + 1) / 2)));
            }
        }

        private void planPauses() {
            if (random.nextInt(3) == 0) {
                time.after(
                        Duration.ofMillis(random.nextLong(HEALED.toMillis())),
                        "stop",
                        () -> world.process.pause(Duration.ofMillis(random.nextLong(4_000))));
            }
        }

        private static HashKeyRange range(Shard shard) {
            return HashKeyRange.parse(
                    shard.hashKeyRange().startingHashKey(), shard.hashKeyRange().endingHashKey());
        }

        private void checkRequest(PutRecordsRequest request) {
            assertThat(request.records()).hasSizeBetween(1, 500);
            long bytes = request.records().stream()
                    .mapToLong(entry -> entry.data().asByteArrayUnsafe().length
                            + entry.partitionKey().length())
                    .sum();
            assertThat(bytes).isLessThanOrEqualTo(1024 * 1024);
            assertThat(request.records()).allMatch(entry -> entry.explicitHashKey() != null);
            List<PutRecordsRequest> others = world.client.inFlight(config.requestTimeout());
            assertThat(others.size()).isLessThan(config.maxInFlightRequests());
            if (config.ordering() == Ordering.PER_KEY) {
                Set<String> inFlight = new LinkedHashSet<>();
                others.forEach(other -> inFlight.addAll(keysOf(other)));
                inFlight.retainAll(keysOf(request));
                assertThat(inFlight).isEmpty();
            }
        }

        private static Set<String> keysOf(PutRecordsRequest request) {
            Set<String> keys = new LinkedHashSet<>();
            ProducerWorld.userRecords(request).forEach(entry -> keys.add(entry.partitionKey()));
            return keys;
        }

        private void check(CloseReport report) {
            assertThat(report.isDrained()).isTrue();
            assertThat(puts).allMatch(put -> put.future().isDone());
            assertThat(flushed).isEqualTo(flushes);
            assertThat(world.producer.freeBudget()).isEqualTo(config.memoryBudget());
            StreamTruth truth = new StreamTruth(world.kinesis, ProducerWorld.STREAM);
            Set<StreamTruth.Seen> seen = truth.firstSeenEntryWise();
            List<StreamTruth.Seen> delivered = new ArrayList<>();
            for (Put put : puts) {
                StreamTruth.Seen expected = new StreamTruth.Seen(put.key(), put.data());
                if (put.future().isCompletedExceptionally()) {
                    checkFailure(put, seen.contains(expected));
                } else {
                    assertThat(truth.at(put.future().join())).isEqualTo(expected);
                    delivered.add(expected);
                    acknowledged++;
                }
            }
            checkOrder(delivered, seen);
            checkOrder(delivered, truth.firstSeenKclWise());
        }

        private void checkFailure(Put put, boolean isInStream) {
            put.future()
                    .exceptionally(thrown -> {
                        PutFailedException failed = (PutFailedException) thrown;
                        failures.merge(failed.reason(), 1, Integer::sum);
                        if (isInStream) {
                            assertThat(failed.mayHaveBeenWritten()).isTrue();
                        }
                        return null;
                    })
                    .join();
        }

        private void checkOrder(List<StreamTruth.Seen> delivered, Set<StreamTruth.Seen> seen) {
            List<StreamTruth.Seen> lost =
                    delivered.stream().filter(each -> !seen.contains(each)).toList();
            assertThat(lost).isEmpty();
            if (config.ordering() == Ordering.NONE) {
                return;
            }
            Map<String, List<String>> expected = byKey(delivered);
            Set<StreamTruth.Seen> acknowledgedOnly = new LinkedHashSet<>(seen);
            acknowledgedOnly.retainAll(Set.copyOf(delivered));
            assertThat(byKey(acknowledgedOnly)).isEqualTo(expected);
        }

        private static Map<String, List<String>> byKey(Iterable<StreamTruth.Seen> records) {
            Map<String, List<String>> byKey = new LinkedHashMap<>();
            records.forEach(seen -> byKey.computeIfAbsent(seen.partitionKey(), key -> new ArrayList<>())
                    .add(seen.data()));
            return byKey;
        }
    }
}
