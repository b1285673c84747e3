package io.shardline.consumer.simulation;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.RecordContext;
import io.shardline.consumer.internal.ConsumerLoop;
import io.shardline.consumer.internal.lease.InMemoryLeaseStore;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.process.ShardProcessor;
import io.shardline.runtime.Platform;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.Fault;
import io.shardline.testkit.FaultRates;
import io.shardline.testkit.Faults;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.Latency;
import io.shardline.testkit.Quota;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Where a simulated fleet lives: a stream, a lease table, a producer and workers, and networks between them that lose and delay
 * until the world heals.
 *
 * <p>Confined to one thread.
 */
final class FleetWorld {

    static final String STREAM = "departures";
    static final String APPLICATION = "simulation";
    static final Duration LEASE = Duration.ofSeconds(4);

    /** How long a call waits for a busy thread, at most. */
    private static final List<Duration> BUSY =
            List.of(Duration.ofMillis(300), Duration.ofSeconds(2), Duration.ofSeconds(8));

    static final int USER_THREADS = 3;

    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(60);

    /** Longer than any worker pauses in a short life, and less than that life lasts. */
    private static final Duration SHORT_HAND_OVER = Duration.ofSeconds(14);

    /** Longer than two pauses of a long life that follow each other. */
    private static final Duration LONG_HAND_OVER = Duration.ofSeconds(30);

    /** All but what is a rule of subscriptions, and no throttle. */
    private static final Quota[] LIFTED = EnumSet.complementOf(
                    EnumSet.of(Quota.SUBSCRIBE_CALLS, Quota.SUBSCRIPTION_AGE))
            .toArray(Quota[]::new);

    final SimulatedTime time;
    final RandomGenerator random;
    final KinesisEmulator kinesis;
    final StoredRecords stored;
    final InMemoryLeaseStore table = new InMemoryLeaseStore();
    final FleetProducers producers;
    final List<Worker> workers = new ArrayList<>();
    final LifeDraws draws;
    private final FleetSimulation.Life life;
    private final Mutant.Kind kind;
    private final Handler handler;
    private final Map<String, Long> happened = new TreeMap<>();
    private final Set<String> stoppedInTrouble = new HashSet<>();

    /** One worker: a process and the production consumer in it. */
    record Worker(SimulatedProcess process, ConsumerConfig config, ConsumerLoop loop, TroubledNetwork network) {
        @Override
        public String toString() {
            return process.name();
        }
    }

    /** What every worker's handler does. */
    interface Handler {

        /** As a record handler. */
        void handle(String worker, ConsumerRecord record, RecordContext context) throws InterruptedException;

        /** As one record of a shard handler's batch. */
        void take(String worker, ConsumerRecord record);

        /** A shard handler checkpoints everything up to this record. */
        void checkpoints(ConsumerRecord record);

        /** A call that was given this record is about to return. */
        void returned(ConsumerRecord record);

        /** A worker tells its listener. */
        void happened(String worker, ConsumerEvent event);
    }

    FleetWorld(long seed, FleetSimulation.Life life, Mutant.Kind kind, Handler handler) {
        this.life = life;
        this.kind = kind;
        this.handler = handler;
        time = new SimulatedTime(seed);
        random = time.random();
        draws = new LifeDraws(this, seed);
        kinesis = KinesisEmulator.builder()
                .lift(Quota.READ_CALLS, LIFTED) // throttles come as faults, from the seed
                .scheduler(time.process("kinesis").executor("engine"))
                .wallClock(time::instant)
                .random(random)
                .build();
        kinesis.createStream(STREAM, 3);
        stored = new StoredRecords(kinesis, STREAM);
        SimulatedProcess producing = time.process("producer");
        producers = new FleetProducers(producing, client(producing, rates()));
        if (life.isOfSplits()) {
            addProducers(kind.in(time, producing).marksWhatItPutsInPart());
        }
        for (int i = 1; i <= 3; i++) {
            addWorker("worker-" + i);
        }
    }

    private void addProducers(boolean marks) {
        boolean withPartly = random.nextBoolean();
        boolean withUnmarked = random.nextBoolean();
        if (withPartly && withUnmarked) {
            count("lives with all kinds of producers");
        }
        if (withPartly) {
            SimulatedProcess process = time.process("partly-repairing-producer");
            producers.addPartlyRepairing(new PartlyRepairingProducer(this, process, client(process, rates()), marks));
        }
        if (withUnmarked) {
            SimulatedProcess process = time.process("unmarked-producer");
            producers.addUnmarked(process, client(process, rates()));
        }
    }

    /** One more, which is not started. */
    Worker addWorker(String name) {
        SimulatedProcess process = time.process(name);
        process.driftPpm(random.nextInt(-5_000, 5_001));
        LeaseStore rows = draws.version(draws.readable(new CountingTable(table, this::count)));
        ConsumerConfig config = ConsumerConfig.builder(APPLICATION, STREAM, draws.position())
                .workerId(name)
                .retrieval(draws.retrieval(rows instanceof EarlierVersionTable))
                .leaseDuration(LEASE)
                .shardSyncInterval(draws.shardSyncInterval())
                .startTimeout(life.trouble().plus(AFTER_TROUBLE)) // a network may be as bad as that for so long
                .handOverTimeout(life.rounds() == 1 ? SHORT_HAND_OVER : LONG_HAND_OVER)
                .maxBatchRecords(random.nextBoolean() ? 10_000 : random.nextInt(1, 10))
                .checkpointInterval(Duration.ofMillis(random.nextInt(200, 3_000)))
                .build();
        TroubledNetwork network = new TroubledNetwork(this);
        SimulatedLeaseTable leases = new SimulatedLeaseTable(rows, time, process, network);
        Mutant mutant = kind.in(time, process);
        ConsumerLoop.Parts parts = new ConsumerLoop.Parts(
                config,
                platform(process, drawUserCode(process)),
                client(process, OddAnswers.draw(rates(), random)),
                mutant.store(leases),
                drawHandlers(process),
                event -> note(name, event));
        Worker worker = new Worker(process, config, new ConsumerLoop(parts, mutant, LifeDraws.SHORT_STAYS), network);
        workers.add(worker);
        return worker;
    }

    private ShardProcessor.Factory drawHandlers(SimulatedProcess process) {
        return random.nextInt(3) == 0
                ? ShardProcessor.factory(null, new CheckpointingHandlers(this, process, handler))
                : ShardProcessor.factory((record, context) -> handler.handle(process.name(), record, context), null);
    }

    private Executor drawUserCode(SimulatedProcess process) {
        if (random.nextInt(3) > 0) {
            return draws.userCode(process, process.pool("user", USER_THREADS));
        }
        count("workers with busy handlers");
        return new BusyPool(this, process, BUSY.get(random.nextInt(BUSY.size())));
    }

    static Platform platform(SimulatedProcess process, Executor userCode) {
        return new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                userCode,
                process.pool("priority-user", 2),
                process.pool("futures", 2),
                process.nanoTime(),
                process.wallClock(),
                process.random());
    }

    private FaultRates rates() {
        return FaultRates.none()
                .with(FaultRates.Kind.THROTTLE, random.nextDouble() * 0.1)
                .with(FaultRates.Kind.SERVICE_FAILURE, random.nextDouble() * 0.05)
                .with(FaultRates.Kind.REPLY_LOST, random.nextDouble() * 0.05)
                .with(FaultRates.Kind.REQUEST_LOST, random.nextDouble() * 0.05)
                .with(FaultRates.Kind.LANDS_LATE, random.nextDouble() * 0.05)
                .with(FaultRates.Kind.PARTIAL_FAILURE, random.nextDouble() * 0.1)
                .timeout(Duration.ofSeconds(2));
    }

    private KinesisAsyncClient client(SimulatedProcess process, FaultRates rates) {
        return kinesis.client(ClientSettings.defaults()
                .latency(Latency.between(Duration.ofMillis(2), Duration.ofMillis(60), random))
                .faults(counted(draws.subscriptions(
                        draws.listings(OddAnswers.oneLieAtATime(Faults.random(random, rates), time::nowNanos)
                                .until(this::isHealed)))))
                .callbacks(process.pool("sdk", 1)));
    }

    private Faults counted(Faults faults) {
        return (operation, request) -> {
            Fault fault = faults.next(operation, request);
            if (!(fault instanceof Fault.None)) {
                count("fault: Kinesis " + fault.getClass().getSimpleName());
            }
            return fault;
        };
    }

    private void note(String worker, ConsumerEvent event) {
        if (Boolean.getBoolean("sim.verbose")) {
            System.out.println(time.nowNanos() / 1_000_000 + " ms " + worker + ": " + event);
        }
        if (event instanceof ConsumerEvent.RetrievalSwitched switched) {
            count("switches to " + (switched.isFanOut() ? "fan-out, " : "polling, ") + switched.why());
        }
        time.trace().record(worker, event.toString());
        handler.happened(worker, event);
    }

    void count(String what) {
        count(what, 1);
    }

    void count(String what, long times) {
        happened.merge(what, times, Long::sum);
    }

    /** Asks a worker to stop in the middle of the trouble. */
    void stop(Worker worker) {
        stoppedInTrouble.add(worker.process().name());
        worker.loop().stop(Duration.ofSeconds(30));
    }

    /** Whether a worker may have ended as failed: one that stops waits for no permission. */
    boolean mayFail(Worker worker) {
        return stoppedInTrouble.contains(worker.process().name());
    }

    /** What was counted. */
    Map<String, Long> happened() {
        return happened;
    }

    /** Whether nothing goes wrong any more. */
    boolean isHealed() {
        return elapsedNanos() > life.trouble().toNanos();
    }

    /** For how long the fleet lives. */
    long elapsedNanos() {
        return time.nowNanos() - draws.begunNanos();
    }

    Duration someTime(int mostMillis) {
        return Duration.ofMillis(random.nextInt(mostMillis));
    }

    /** In the order of their hash keys. */
    List<Shard> openShards() {
        return kinesis.shards(STREAM).stream()
                .filter(shard -> shard.sequenceNumberRange().endingSequenceNumber() == null)
                .sorted(Comparator.comparing(
                        shard -> new BigInteger(shard.hashKeyRange().startingHashKey())))
                .toList();
    }

    /** All rows of the lease table, for people. */
    String rows() {
        StringBuilder text = new StringBuilder();
        table.scan().join().leases().forEach(lease -> text.append(lease).append('\n'));
        table.scan().join().sessions().forEach(session -> text.append(session).append('\n'));
        table.readLeases(List.of(Lease.PLANNER))
                .join()
                .forEach(planner -> text.append(planner).append('\n'));
        return text.toString();
    }
}
