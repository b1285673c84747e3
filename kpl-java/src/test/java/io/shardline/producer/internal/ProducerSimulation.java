package io.shardline.producer.internal;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.Decoded;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.producer.CloseReport;
import io.shardline.producer.FailureReason;
import io.shardline.producer.FullBudget;
import io.shardline.producer.OnLoss;
import io.shardline.producer.Ordering;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.ProducerStatistics;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.time.SimulatedTime;
import io.shardline.testkit.time.SplitMix64;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** One seed: a producer under random load, faults, pauses, reshards and an end at any moment. Confined to its thread. */
final class ProducerSimulation {

    /** A stream that is not there. What callbacks put into it is sent all the same where shards may not be listed. */
    private static final String NOWHERE = "nowhere";

    private static final Duration HEALED = Duration.ofSeconds(12);
    private static final Duration END = Duration.ofHours(6);

    /** Records that come at the same moment now and then. */
    private static final int BURST = 30;

    /** The service needs longer than {@link StreamLanes#TRUST_NANOS} to delete a stream and make it again. */
    private static final Duration GONE_AT_LEAST = Duration.ofSeconds(10);

    private static final Duration GONE_AT_MOST = Duration.ofSeconds(20);

    final SimulatedTime time;
    final EnumMap<FailureReason, Integer> failures = new EnumMap<>(FailureReason.class);
    long acknowledged;

    private final RandomGenerator random;
    private final ProducerConfig config;
    private final ProducerWorld world;
    private final List<SimulatedPut> puts = new ArrayList<>();
    private final Map<StreamTruth.Seen, SimulatedPut> byRecord = new HashMap<>();
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final int keys;
    private final int largest;
    private final boolean reshards;
    private final boolean pauses;
    private int pausesBeforeSending;
    private final boolean closesEarly;

    /** Whether the stream is deleted and made again. */
    private final boolean remakes;

    /** Whether nobody puts while it is gone, so that the producer does not hear of it. */
    private final boolean isQuietMeanwhile;

    private final Duration loadEnds;
    final DrawnTrouble trouble;
    private final DrawnLoad load;
    private final Set<SimulatedPut> putsElsewhere = new LinkedHashSet<>();
    private @Nullable StreamTruth formerTruth;
    private boolean streamIsGone;
    private boolean quiet;
    private final @Nullable RateWitness rates;
    private final @Nullable TryWitness tries;
    private Invariant.@Nullable Broken broken;
    private boolean toldTwice;
    private int flushes;
    private int flushed;

    ProducerSimulation(long seed) {
        time = new SimulatedTime(seed);
        random = new SplitMix64(seed);
        trouble = new DrawnTrouble(new SplitMix64(seed + 1), time, HEALED);
        load = new DrawnLoad(new SplitMix64(seed + 2), trouble);
        config = randomConfig();
        keys = 1 + random.nextInt(40);
        largest = random.nextInt(4) == 0 ? 20_000 : 500;
        reshards = random.nextInt(5) > 0;
        pauses = random.nextInt(3) == 0;
        pausesBeforeSending = pauses ? 2 : 0;
        closesEarly = random.nextInt(5) == 0;
        remakes = random.nextInt(8) == 0;
        isQuietMeanwhile = random.nextBoolean();
        loadEnds = remakes ? HEALED.plus(GONE_AT_MOST).plusSeconds(5) : HEALED;
        world = new ProducerWorld(time, config, trouble.faults(), trouble.latency());
        world.kinesis.createStream(ProducerWorld.STREAM, 1 + random.nextInt(4));
        if (load.hasOtherStream()) {
            world.kinesis.createStream(DrawnLoad.OTHER_STREAM, 2);
        }
        trouble.planStretches(world.kinesis);
        // Without order, requests of one moment overtake each other on the two I/O threads.
        boolean witnessed = !reshards
                && !remakes
                && !pauses
                && !load.hasOtherStream()
                && config.ordering() == Ordering.PER_KEY
                && hasShardsListed();
        rates = witnessed ? new RateWitness(world, config) : null;
        tries = pauses ? null : new TryWitness(world, config.requestTimeout());
        world.client.garble = trouble::garbled;
        world.client.check = this::noteRequest;
        time.onEachEvent(this::afterEvent);
    }

    String config() {
        return "linger=" + config.linger() + " ttl=" + config.recordTtl() + " budget=" + config.memoryBudget() + " "
                + config.fullBudget() + " inFlight=" + config.maxInFlightRequests() + " aggregation="
                + config.aggregationEnabled() + " maxAggregate=" + config.maxAggregateSize() + " "
                + config.ordering() + " " + config.onLoss() + " rate=" + config.rateLimitPercent();
    }

    private ProducerConfig randomConfig() {
        ProducerConfig.Builder builder = ProducerConfig.builder()
                .linger(Duration.ofMillis(List.of(0, 5, 100).get(random.nextInt(3))))
                .requestTimeout(Duration.ofMillis(List.of(500, 2_000).get(random.nextInt(2))))
                .maxInFlightRequests(List.of(1, 3, 24).get(random.nextInt(3)))
                .aggregationEnabled(random.nextInt(4) > 0)
                .maxAggregateCount(load.maxAggregateCount)
                .maxAggregateSize(List.of(1_024, 10_000, 262_144).get(random.nextInt(3)))
                .ordering(random.nextInt(8) == 0 ? Ordering.NONE : Ordering.PER_KEY)
                .maxRecordSize(32_768)
                .rateLimitPercent(List.of(1, 10, 100).get(random.nextInt(3)))
                .failIfThrottled(random.nextInt(8) == 0)
                .onLoss(random.nextInt(8) == 0 ? OnLoss.STOP_LANE : OnLoss.GO_ON)
                .fullBudget(random.nextBoolean() ? FullBudget.FAIL : FullBudget.COMPLETE_LATER)
                .memoryBudget(random.nextInt(3) == 0 ? 100_000 : 10_000_000);
        switch (random.nextInt(3)) {
            case 0 -> builder.noRecordTtl();
            case 1 -> builder.recordTtl(Duration.ofSeconds(2));
            default -> {}
        }
        return builder.build();
    }

    /** Without aggregates a producer that may not list the shards keeps to the rate of all of them together. */
    private boolean hasShardsListed() {
        return config.aggregationEnabled() || !trouble.deniesListings();
    }

    void run() {
        planLoad();
        planReshards();
        planRemaking();
        for (int i = pauses ? 1 + random.nextInt(3) : 0; i > 0; i--) {
            after(random.nextLong(HEALED.toMillis()), "stop", this::pause);
        }
        if (closesEarly) {
            trouble.count("closed early");
        }
        Duration closesAfter =
                closesEarly ? Duration.ofMillis(1 + random.nextLong(earliestEnd())) : loadEnds.plusSeconds(1);
        time.advance(closesAfter);
        Duration limit = closesEarly ? Duration.ofMillis(random.nextLong(earliestEnd() / 4)) : END;
        long closedAt = time.nowNanos();
        CompletableFuture<CloseReport> closing = world.producer.close(limit);
        time.runUntil(closing::isDone, END);
        Duration taken = Duration.ofNanos(time.nowNanos() - closedAt);
        time.advance(Duration.ofSeconds(15)); // late requests land, late puts are refused
        check(closing.join());
        Invariant.REPORT.check(pauses || taken.compareTo(limit.plusMillis(10)) <= 0, taken + " of " + limit);
    }

    /** Often before the shards are known. */
    private long earliestEnd() {
        return random.nextBoolean() ? 300 : loadEnds.toMillis();
    }

    private void pause() {
        trouble.count("pause of the process");
        world.process.pause(Duration.ofMillis(random.nextLong(4_000)));
    }

    private void after(long millis, String name, Runnable action) {
        time.after(Duration.ofMillis(millis), name, action);
    }

    private void planLoad() {
        int records = 100 + random.nextInt(500);
        for (int i = 0; i < records; i++) {
            after(random.nextLong(loadEnds.toMillis()), "caller", () -> {
                int burst = random.nextInt(20) == 0 ? BURST : 1;
                for (int j = 0; j < burst && !quiet; j++) {
                    putOne();
                }
            });
        }
        for (int i = 0; i < 5; i++) {
            after(random.nextLong(HEALED.toMillis()), "flusher", this::flush);
        }
        after(random.nextLong(HEALED.toMillis()), "resumer", () -> world.producer.resume(ProducerWorld.STREAM));
    }

    private void putOne() {
        int drawn = load.key(random.nextInt(keys));
        boolean elsewhere = load.goesElsewhere();
        String key = (elsewhere ? "other-" : "key-") + drawn;
        int number = numbers.merge(key, 1, Integer::sum);
        String data = number + ";";
        byte[] bytes = ProducerWorld.bytes(data + "x".repeat(random.nextInt(largest)));
        if (random.nextInt(12) == 0) {
            trouble.count("aggregate that is forwarded");
            // Short, as a length of 59 would be taken for the semicolon behind the number.
            bytes = AggregateCodec.encode(List.of(new AggregateEntry("inside", null, ProducerWorld.bytes(data))));
        }
        SimulatedPut put = new SimulatedPut(StreamTruth.seen(key, bytes), time.nowNanos(), () -> toldTwice = true);
        UserRecord record = load.routed(UserRecord.of(key, bytes));
        if (random.nextInt(10) == 0) {
            record = record.withHeader("number", data);
        }
        puts.add(put);
        if (elsewhere) {
            putsElsewhere.add(put);
        }
        byRecord.put(put.record, put);
        long outstanding = outstanding(elsewhere);
        put.cost = 2L * record.size() + PendingRecord.OVERHEAD;
        world.producer.put(elsewhere ? DrawnLoad.OTHER_STREAM : ProducerWorld.STREAM, record, put);
        put.callback = this::callBack; // what is refused at once is told on the caller's thread, which may wait
        checkBudget();
        checkShare(put, outstanding);
    }

    /** What one stream's records, but for the last, take of the memory budget at least. */
    private long outstanding(boolean elsewhere) {
        return puts.stream()
                .filter(put -> !put.isDone() && putsElsewhere.contains(put) == elsewhere)
                .mapToLong(put -> put.cost)
                .sum();
    }

    /**
     * A record that was taken in has left part of what its stream has taken of the second half of the budget. What callbacks put
     * takes memory as well.
     */
    private void checkShare(SimulatedPut put, long outstanding) {
        if (config.fullBudget() == FullBudget.FAIL && !put.isDone()) {
            long free = config.memoryBudget() - world.producer.statistics().outstandingBytes();
            long share = outstanding - config.memoryBudget() / 2;
            Invariant.SHARE_OF_THE_BUDGET.check(
                    free >= share / StreamShare.PART_LEFT - 1, free + " are free, " + outstanding + " are taken");
        }
    }

    /** What a callback does besides, on a thread of the producer's. */
    private void callBack() {
        if (load.callbackWaits()) {
            CompletableFuture<PutReceipt> never = world.producer.put(NOWHERE, UserRecord.of("key", "in a callback"));
            try {
                never.get(0, TimeUnit.NANOSECONDS);
            } catch (IllegalStateException | ExecutionException e) {
                return; // it says so, or is done
            } catch (InterruptedException | TimeoutException e) {
                note(new Invariant.Broken(Invariant.NOBODY_WAITS_FOR_EVER, "a callback waits for a record"));
            }
        }
        if (load.callbackThrows()) {
            throw new IllegalStateException("a callback of the simulation's");
        }
    }

    private void checkBudget() {
        Invariant.EACH_FUTURE_ONCE.check(!toldTwice, "told twice");
        ProducerStatistics statistics = world.producer.statistics();
        Invariant.BUDGET.check(
                statistics.outstandingBytes() >= 0 && statistics.outstandingBytes() <= config.memoryBudget(),
                statistics);
        Invariant.BUDGET.check(
                statistics.outstandingRecords() * PendingRecord.OVERHEAD <= config.memoryBudget(), statistics);
    }

    private void flush() {
        flushes++;
        List<SimulatedPut> before = List.copyOf(puts);
        world.producer.flush().thenRun(() -> {
            if (before.stream().allMatch(SimulatedPut::isDone)) {
                flushed++;
            }
        });
    }

    private void planRemaking() {
        if (!remakes) {
            return;
        }
        long goes = 1_000 + random.nextLong(HEALED.toMillis() - 1_000);
        long returns = goes + random.nextLong(GONE_AT_LEAST.toMillis(), GONE_AT_MOST.toMillis());
        after(goes - 1_000, "callers", () -> quiet = isQuietMeanwhile);
        after(goes, "operator", this::delete);
        after(returns, "operator", () -> {
            if (streamIsGone) {
                trouble.count("stream made again");
                streamIsGone = false;
                world.kinesis.createStream(ProducerWorld.STREAM, 1 + random.nextInt(4));
            }
            boolean wasQuiet = quiet;
            quiet = false;
            for (int i = 0; i < BURST && wasQuiet; i++) {
                putOne(); // all callers go on at once
            }
        });
    }

    private void delete() {
        world.admin.deleteStream(r -> r.streamName(ProducerWorld.STREAM)).thenRun(() -> {
            streamIsGone = true;
            formerTruth = new StreamTruth(world.kinesis, ProducerWorld.STREAM);
        });
    }

    private void planReshards() {
        int number = reshards ? 1 + random.nextInt(5) : 0;
        for (int i = 0; i < number; i++) {
            after(random.nextLong(HEALED.toMillis()), "operator", this::reshard);
        }
    }

    /** Refusals, for example because the stream is still changing, are of no interest. */
    private void reshard() {
        if (streamIsGone) {
            return;
        }
        trouble.count("reshard");
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
                        .targetShardCount(random.nextBoolean() ? open.size() * 2 : Math.max(1, (open.size() + 1) / 2)));
        }
    }

    static HashKeyRange range(Shard shard) {
        return HashKeyRange.parse(
                shard.hashKeyRange().startingHashKey(), shard.hashKeyRange().endingHashKey());
    }

    // ---- what is checked with every request ----

    /** What is thrown here is a call that failed, for the producer: it would only put the records again. */
    private void noteRequest(PutRecordsRequest request) {
        trouble.askForCredentials();
        try {
            checkRequest(request);
        } catch (Invariant.Broken e) {
            note(e);
        }
    }

    private void note(Invariant.Broken first) {
        broken = broken == null ? first : broken;
    }

    private void afterEvent() {
        if (broken != null) {
            throw broken;
        }
        if (pausesBeforeSending > 0 && world.producer.statistics().inFlightRequests() > world.client.unanswered()) {
            pausesBeforeSending--;
            trouble.count("pause between the choice of a request and its sending");
            world.process.pause(Duration.ofMillis(random.nextLong(6_000)));
        }
    }

    private void checkRequest(PutRecordsRequest request) {
        int entries = request.records().size();
        Invariant.REQUEST_LIMITS.check(entries >= 1 && entries <= 500, entries);
        long bytes = request.records().stream().mapToLong(RateWitness::size).sum();
        Invariant.REQUEST_LIMITS.check(bytes <= 1024 * 1024, bytes);
        for (PutRecordsRequestEntry entry : request.records()) {
            Invariant.REQUEST_LIMITS.check(entry.explicitHashKey() != null, entry);
        }
        List<PutRecordsRequest> others = world.client.inFlight(config.requestTimeout());
        Invariant.REQUEST_LIMITS.check(others.size() < config.maxInFlightRequests(), others.size());
        if (config.ordering() == Ordering.PER_KEY) {
            checkKeys(request, others);
        }
        checkAge(request);
        if (rates != null) {
            rates.sent(request);
        }
        if (tries != null) {
            tries.sent();
        }
    }

    private static void checkKeys(PutRecordsRequest request, List<PutRecordsRequest> others) {
        Set<String> inFlight = new HashSet<>();
        others.forEach(other -> ProducerWorld.userRecords(other).forEach(entry -> inFlight.add(entry.partitionKey())));
        for (PutRecordsRequestEntry entry : request.records()) {
            Set<String> own = new LinkedHashSet<>();
            if (AggregateCodec.decode(entry.data().asByteArray()) instanceof Decoded.Aggregated aggregated) {
                aggregated.entries().forEach(each -> own.add(each.partitionKey()));
            } else {
                own.add(entry.partitionKey());
            }
            own.forEach(key -> Invariant.ONE_ATTEMPT_PER_KEY_AT_A_TIME.check(inFlight.add(key), key));
        }
    }

    private void checkAge(PutRecordsRequest request) {
        if (config.recordTtl().isEmpty() || pauses || NOWHERE.equals(request.streamName())) {
            return;
        }
        long oldest = time.nowNanos()
                - config.recordTtl().get().toNanos()
                - Duration.ofMillis(1).toNanos();
        for (AggregateEntry entry : ProducerWorld.userRecords(request)) {
            SimulatedPut put = byRecord.get(StreamTruth.seen(entry.partitionKey(), entry.data()));
            Invariant.NOTHING_IS_SENT_AFTER_ITS_TIME.check(
                    put != null && put.putAt >= oldest,
                    put == null ? "not put" : put.record + ", put " + (oldest - put.putAt) + " ns before");
        }
    }

    // ---- what is checked at the end ----

    private void check(CloseReport report) {
        Invariant.EACH_FUTURE_ONCE.check(!toldTwice, "told twice");
        puts.forEach(put -> Invariant.EACH_FUTURE_ONCE.check(put.isDone(), put.record));
        Invariant.REPORT.check(closesEarly || report.isDrained(), report);
        Invariant.FLUSH_ENDS_BEHIND_ITS_RECORDS.check(flushed == flushes, flushed + " of " + flushes);
        Invariant.BUDGET.check(world.producer.freeBudget() == config.memoryBudget(), world.producer.freeBudget());
        Invariant.BUDGET.check(world.producer.statistics().outstandingRecords() == 0, world.producer.statistics());
        List<SimulatedPut> here = new ArrayList<>(puts);
        here.removeAll(putsElsewhere);
        acknowledged = new FinalAccount(here, truth(), config.ordering()).check(failures);
        if (load.hasOtherStream()) {
            StreamTruth other = new StreamTruth(world.kinesis, DrawnLoad.OTHER_STREAM);
            acknowledged += new FinalAccount(List.copyOf(putsElsewhere), other, config.ordering()).check(failures);
        }
    }

    private StreamTruth truth() {
        StreamTruth former = formerTruth;
        if (former == null) {
            return new StreamTruth(world.kinesis, ProducerWorld.STREAM);
        }
        if (!streamIsGone) {
            former.readOn(world.kinesis, ProducerWorld.STREAM);
        }
        return former;
    }
}
