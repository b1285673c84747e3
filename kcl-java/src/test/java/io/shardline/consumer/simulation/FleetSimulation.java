package io.shardline.consumer.simulation;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.ConsumerState;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.ConsumerLoop;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.InMemoryLeaseStore;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.WriteResult;
import io.shardline.consumer.internal.process.ShardProcessor;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.Platform;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.Fault;
import io.shardline.testkit.FaultRates;
import io.shardline.testkit.Faults;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.Latency;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * One run of a small fleet from one seed: a producer, three workers, two reshards, a crash, a pause longer than the lease
 * duration, lost answers, late writes and throttles; then everything heals, and what must hold is checked.
 *
 * <p>Confined to one thread.
 */
final class FleetSimulation {

    private static final String STREAM = "departures";
    private static final Duration LEASE = Duration.ofSeconds(4);

    /** How long a worker's answers are late before it is cut off; some heartbeats. */
    private static final Duration DRAG = Duration.ofSeconds(3);

    private static final int KEYS = 12;

    private final SimulatedTime time;
    private final RandomGenerator random;
    private final KinesisEmulator kinesis;
    private final InMemoryLeaseStore table = new InMemoryLeaseStore();
    private final List<Worker> workers = new ArrayList<>();
    private final ShardlineProducer producer;
    private final List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
    private final List<String> values = new ArrayList<>();

    private final Set<String> handled = new LinkedHashSet<>();
    private final Map<String, Integer> lastFirst = new TreeMap<>();
    private final Map<String, Lease> lastRows = new LinkedHashMap<>();
    private final Map<String, Set<String>> parents = new TreeMap<>();
    private final Set<String> deadSessions = new LinkedHashSet<>();
    private final Set<String> lapsed = new LinkedHashSet<>();
    private final Life life;
    private final Mutant.Kind kind;
    private final Map<String, Long> happened = new TreeMap<>();
    private int duplicates;
    private int settled;
    private @Nullable String violation;

    /** One worker: a process and the production consumer in it. */
    private record Worker(SimulatedProcess process, ConsumerLoop loop, TableNetwork network) {
        @Override
        public String toString() {
            return process.name();
        }
    }

    /** What a run came to. */
    record Outcome(
            long traceHash, int records, int handled, int duplicates, Duration took, Map<String, Long> happened) {}

    /**
     * How long a fleet lives.
     *
     * @param trouble how long faults happen, and records are put
     * @param atLeast how long it runs in any case
     * @param limit when everything must have been handled; most of it is what heals after the trouble
     * @param rounds how often a worker is paused and one is cut off
     * @param checkEvery after how many events rows are looked at
     */
    record Life(Duration trouble, Duration atLeast, Duration limit, int puts, int rounds, int checkEvery) {

        static final Life SHORT = new Life(Duration.ofSeconds(40), Duration.ZERO, Duration.ofMinutes(2), 600, 1, 1);
        static final Life LONG =
                new Life(Duration.ofMinutes(6), Duration.ofMinutes(10), Duration.ofMinutes(12), 2_000, 4, 8);
    }

    FleetSimulation(long seed, Life life) {
        this(seed, life, (time, process) -> seed % 3 == 0 ? Mutant.inALargeFleet() : Mutant.none());
    }

    /** A fleet of rule breakers. */
    FleetSimulation(long seed, Life life, Mutant.Kind kind) {
        this.life = life;
        this.kind = kind;
        time = new SimulatedTime(seed);
        random = time.random();
        kinesis = KinesisEmulator.builder()
                .liftAll() // throttles come as faults, from the seed
                .scheduler(time.process("kinesis").executor("engine"))
                .wallClock(time::instant)
                .random(random)
                .build();
        kinesis.createStream(STREAM, 3);
        SimulatedProcess producing = time.process("producer");
        producer = ShardlineProducer.builder()
                .config(ProducerConfig.builder().linger(Duration.ofMillis(50)).build())
                .client(client(producing))
                .platform(platform(producing))
                .build();
        for (int i = 1; i <= 3; i++) {
            addWorker("worker-" + i);
        }
        time.onEachEvent(this::checkEachEvent);
    }

    Outcome run() {
        for (Worker worker : workers) {
            time.after(someTime(2_000), "test", worker.loop()::start);
        }
        schedulePuts();
        scheduleTrouble();
        try {
            long atLeast = Math.max(life.trouble().toNanos(), life.atLeast().toNanos());
            time.runUntil(() -> time.nowNanos() > atLeast && isAllHandled(), life.limit());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\nthe leases are\n" + leases(), e);
        }
        Duration took = Duration.ofNanos(time.nowNanos());
        checkAtTheEnd();
        return new Outcome(time.trace().hash(), puts.size(), handled.size(), duplicates, took, happened);
    }

    // --------------------------------------------------------------------------------------------------- world

    private void addWorker(String name) {
        SimulatedProcess process = time.process(name);
        process.driftPpm(random.nextInt(-5_000, 5_001));
        ConsumerConfig config = ConsumerConfig.builder("simulation", STREAM, StartingPosition.trimHorizon())
                .workerId(name)
                .leaseDuration(LEASE)
                .checkpointInterval(Duration.ofMillis(random.nextInt(200, 3_000)))
                .build();
        TableNetwork network = new TableNetwork();
        SimulatedLeaseTable leases = new SimulatedLeaseTable(new CountingTable(), time, process, network);
        Mutant mutant = kind.in(time, process);
        ShardProcessor.Factory processors = ShardProcessor.factory((record, context) -> handle(name, record), null);
        workers.add(new Worker(
                process,
                new ConsumerLoop(
                        new ConsumerLoop.Parts(
                                config,
                                platform(process),
                                client(process),
                                mutant.store(leases),
                                processors,
                                event -> note(name, event)),
                        mutant),
                network));
    }

    private static Platform platform(SimulatedProcess process) {
        return new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                process.pool("user", 3),
                process.nanoTime(),
                process.wallClock(),
                process.random());
    }

    private KinesisAsyncClient client(SimulatedProcess process) {
        FaultRates rates = FaultRates.none()
                .with(FaultRates.Kind.THROTTLE, random.nextDouble() * 0.1)
                .with(FaultRates.Kind.SERVICE_FAILURE, random.nextDouble() * 0.05)
                .with(FaultRates.Kind.REPLY_LOST, random.nextDouble() * 0.05)
                .with(FaultRates.Kind.REQUEST_LOST, random.nextDouble() * 0.05)
                .with(FaultRates.Kind.LANDS_LATE, random.nextDouble() * 0.05)
                .with(FaultRates.Kind.PARTIAL_FAILURE, random.nextDouble() * 0.1)
                .timeout(Duration.ofSeconds(2));
        return kinesis.client(ClientSettings.defaults()
                .latency(Latency.between(Duration.ofMillis(2), Duration.ofMillis(60), random))
                .faults(counted(Faults.random(random, rates).until(this::isHealed)))
                .callbacks(process.pool("sdk", 1)));
    }

    private void count(String what) {
        happened.merge(what, 1L, Long::sum);
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

    /** The lease table, which knows what came of the calls to it. */
    private final class CountingTable extends ForwardingLeaseStore {

        CountingTable() {
            super(table);
        }

        private <T> CompletableFuture<WriteResult<T>> counted(String what, CompletableFuture<WriteResult<T>> write) {
            if (write.join() instanceof WriteResult.Written<T>) {
                count(what);
            }
            return write;
        }

        @Override
        public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
            return counted(
                    seen.key().equals(Lease.PLANNER) ? "takes of the planner's lease" : "takes",
                    super.take(seen, owner));
        }

        @Override
        public CompletableFuture<WriteResult<SessionRow>> markDead(String session, long heartbeat, String by) {
            return counted("marks", super.markDead(session, heartbeat, by));
        }

        @Override
        public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
            return counted(to == null ? "releases" : "hand-overs", super.give(held, position, to));
        }
    }

    /** One worker's way to the lease table: slow, lossy, and now and then cut. */
    private final class TableNetwork implements SimulatedLeaseTable.Network {

        private final double loss = random.nextDouble() * 0.25;
        private final long slowest = random.nextInt(4) == 0 ? 300_000_000 : 60_000_000;
        private long dragsUntil;
        private long cutUntil;

        /** Answers come late or not at all, as they may before nothing comes through any more. */
        void drag(Duration duration) {
            dragsUntil = time.nowNanos() + duration.toNanos();
        }

        void cut(Duration duration) {
            cutUntil = time.nowNanos() + duration.toNanos();
        }

        @Override
        public Duration answerDelay() {
            return time.nowNanos() < dragsUntil ? Duration.ofNanos(random.nextLong(500_000_000, 950_000_000)) : delay();
        }

        @Override
        public Duration delay() {
            return Duration.ofNanos(random.nextLong(1_000_000, slowest));
        }

        @Override
        public SimulatedLeaseTable.Fate fate(String operation, String key) {
            if (time.nowNanos() < cutUntil) {
                count("fault: table cut off");
                return SimulatedLeaseTable.Fate.REQUEST_LOST;
            }
            if (time.nowNanos() < dragsUntil && operation.equals("renew") && random.nextBoolean()) {
                count("fault: late before a cut");
                return SimulatedLeaseTable.Fate.ANSWER_LOST;
            }
            if (isHealed() || random.nextDouble() >= loss) {
                // A watch is eventually consistent; a scan takes its time, and what it read first may have changed.
                boolean stale = (operation.equals("watch") || operation.equals("scan")) && random.nextBoolean();
                if (stale) {
                    count("fault: table STALE");
                }
                return stale ? SimulatedLeaseTable.Fate.STALE : SimulatedLeaseTable.Fate.ANSWERED;
            }
            SimulatedLeaseTable.Fate fate = switch (random.nextInt(3)) {
                case 0 -> SimulatedLeaseTable.Fate.REQUEST_LOST;
                case 1 -> SimulatedLeaseTable.Fate.ANSWER_LOST;
                default -> SimulatedLeaseTable.Fate.REQUEST_LATE;
            };
            count("fault: table " + fate);
            return fate;
        }
    }

    private boolean isHealed() {
        return time.nowNanos() > life.trouble().toNanos();
    }

    private Duration someTime(int mostMillis) {
        return Duration.ofMillis(random.nextInt(mostMillis));
    }

    // -------------------------------------------------------------------------------------------------- script

    private void schedulePuts() {
        int[] next = new int[KEYS];
        for (int i = 0; i < life.puts(); i++) {
            int key = random.nextInt(KEYS);
            String value = "key" + key + ":" + next[key]++;
            values.add(value);
        }
        long step = life.trouble().toNanos() / life.puts();
        for (int i = 0; i < life.puts(); i++) {
            String value = values.get(i);
            time.after(
                    Duration.ofNanos(i * step),
                    "application",
                    () -> puts.add(
                            producer.put(STREAM, UserRecord.of(keyOf(value), value.getBytes(StandardCharsets.UTF_8)))));
        }
    }

    private void scheduleTrouble() {
        int seconds = (int) life.trouble().toSeconds();
        time.after(Duration.ofSeconds(random.nextInt(2, seconds / 2)), "operator", this::split);
        time.after(
                Duration.ofSeconds(random.nextInt(2, seconds)),
                "operator",
                random.nextBoolean() ? this::merge : this::split);
        List<Worker> unlucky = new ArrayList<>(workers);
        Worker crashes = unlucky.remove(random.nextInt(unlucky.size()));
        Worker pauses = unlucky.remove(random.nextInt(unlucky.size()));
        operate("crash", crashes.process()::kill);
        Worker isCutOff = unlucky.get(0);
        for (int i = 0; i < life.rounds(); i++) {
            Duration cut = LEASE.plus(someTime((int) LEASE.toMillis()));
            operate("table cut off for a while", () -> {
                isCutOff.network().drag(DRAG);
                time.after(DRAG, "operator", () -> isCutOff.network().cut(cut));
            });
            Duration pause = LEASE.plus(someTime((int) LEASE.toMillis() * 2));
            operate("pause longer than the lease", () -> pauses.process().pause(pause));
        }
        if (random.nextInt(3) == 0) {
            operate("stop", () -> pauses.loop().stop(Duration.ofSeconds(30)));
        }
        if (random.nextInt(3) == 0) {
            operate("row of a living session deleted", this::deleteSomebodysRow);
        }
        if (random.nextBoolean()) {
            operate("newcomer", () -> {
                addWorker("worker-4");
                workers.get(workers.size() - 1).loop().start();
            });
        }
    }

    private void operate(String what, Runnable action) {
        time.after(someTime((int) life.trouble().toMillis()), "operator", () -> {
            count("fault: " + what);
            action.run();
        });
    }

    /** What nobody should do: somebody tidies up in the table, and takes a session that lives. */
    private void deleteSomebodysRow() {
        List<SessionRow> living = table.scan().join().sessions().stream()
                .filter(SessionRow::alive)
                .toList();
        if (!living.isEmpty()) {
            String unlucky = living.get(random.nextInt(living.size())).id();
            table.retire(unlucky, null).join();
            table.deleteSession(unlucky).join();
            table.moveRevision();
        }
    }

    private void split() {
        count("reshards");
        List<Shard> open = openShards();
        Shard shard = open.get(random.nextInt(open.size()));
        var range = shard.hashKeyRange();
        String middle = io.shardline.aggregation.HashKeyRange.parse(range.startingHashKey(), range.endingHashKey())
                .midpoint()
                .toString();
        kinesis.client()
                .splitShard(
                        r -> r.streamName(STREAM).shardToSplit(shard.shardId()).newStartingHashKey(middle));
    }

    private void merge() {
        count("reshards");
        List<Shard> open = openShards();
        int left = random.nextInt(open.size() - 1);
        kinesis.client()
                .mergeShards(r -> r.streamName(STREAM)
                        .shardToMerge(open.get(left).shardId())
                        .adjacentShardToMerge(open.get(left + 1).shardId()));
    }

    private List<Shard> openShards() {
        return kinesis.shards(STREAM).stream()
                .filter(shard -> shard.sequenceNumberRange().endingSequenceNumber() == null)
                .sorted(java.util.Comparator.comparing(
                        shard -> new java.math.BigInteger(shard.hashKeyRange().startingHashKey())))
                .toList();
    }

    // ---------------------------------------------------------------------------------------------- invariants

    private void handle(String worker, ConsumerRecord record) {
        if (!isHealed() && random.nextInt(50) == 0) {
            count("fault: handler throws");
            if (random.nextBoolean()) {
                throw new AssertionError("the handler is in a very bad mood");
            }
            throw new IllegalStateException("the handler is in a bad mood");
        }
        String value = new String(record.data(), StandardCharsets.UTF_8);
        time.trace().record(worker, "handles " + value + " of " + record.shardId());
        checkParentsEnded(record);
        checkActs(worker, record.shardId());
        if (!handled.add(value)) {
            duplicates++;
            return;
        }
        int number = Integer.parseInt(value.substring(value.indexOf(':') + 1));
        Integer before = lastFirst.put(keyOf(value), number);
        check(before == null || before < number, () -> "[order] out of order: " + value + " after " + before);
    }

    private void checkParentsEnded(ConsumerRecord record) {
        Set<String> shardParents = parents.computeIfAbsent(record.shardId(), id -> {
            Set<String> ids = new LinkedHashSet<>();
            for (Shard shard : kinesis.shards(STREAM)) {
                if (shard.shardId().equals(id)) {
                    ids.add(String.valueOf(shard.parentShardId()));
                    ids.add(String.valueOf(shard.adjacentParentShardId()));
                }
            }
            return ids;
        });
        for (Lease lease : table.readLeases(shardParents).join()) {
            check(lease.isEnded(), () -> "[parents first] " + record + " came before the end of its parent " + lease);
        }
    }

    private void checkActs(String name, String shard) {
        for (Worker worker : workers) {
            boolean acts = worker.loop().actingOn().contains(shard);
            check(
                    !name.equals(worker.process().name()) || acts,
                    () -> "[acts in time] " + name + " handles " + shard + " after its time");
        }
    }

    private void checkEachEvent() {
        checkOneOwner();
        checkSessions();
        if (time.trace().lines() % life.checkEvery() == 0) {
            checkRowsOfSessions();
        }
        if (time.trace().lines() % (16L * life.checkEvery()) == 0) {
            checkCheckpoints();
        }
        failOnViolation();
    }

    private void checkOneOwner() {
        Map<String, String> owners = new TreeMap<>();
        for (Worker worker : workers) {
            if (worker.process().isAlive()) {
                for (String shard : worker.loop().actingOn()) {
                    String other = owners.put(shard, worker.process().name());
                    check(
                            other == null,
                            () -> "[one owner] " + shard + " is acted on by " + other + " and "
                                    + worker.process().name());
                }
            }
        }
    }

    private void checkSessions() {
        for (Worker worker : workers) {
            String session = worker.loop().session();
            if (session != null && worker.process().isAlive()) {
                if (!worker.loop().mayAct()) {
                    lapsed.add(session);
                } else {
                    check(
                            !lapsed.contains(session),
                            () -> "[over for good] " + session + " acts again after its deadline");
                }
            }
        }
    }

    private void checkRowsOfSessions() {
        for (SessionRow row : table.scan().join().sessions()) {
            if (!row.alive()) {
                deadSessions.add(row.id());
            } else {
                check(!deadSessions.contains(row.id()), () -> "[dies once] " + row + " was dead");
            }
        }
    }

    private void checkCheckpoints() {
        for (Lease row : table.scan().join().leases()) {
            Lease before = lastRows.put(row.key(), row);
            if (before != null) {
                Checkpoint now = row.checkpoint();
                check(
                        !before.checkpoint().isAfter(now),
                        () -> "[checkpoints] the checkpoint went back from " + before + " to " + row);
                check(
                        before.counter() <= row.counter(),
                        () -> "[checkpoints] the counter went back from " + before + " to " + row);
            }
            if (row.isEnded() && (before == null || !before.isEnded())) {
                checkChildrenHaveLeases(row);
            }
        }
    }

    /** A merged child may be left to its other parent, as long as that one has still to end. */
    private void checkChildrenHaveLeases(Lease ended) {
        for (Shard shard : kinesis.shards(STREAM)) {
            Set<String> bothParents = new LinkedHashSet<>();
            bothParents.add(String.valueOf(shard.parentShardId()));
            bothParents.add(String.valueOf(shard.adjacentParentShardId()));
            bothParents.remove("null");
            if (bothParents.contains(ended.key()) && isEachEnded(bothParents)) {
                check(
                        !table.readLeases(List.of(shard.shardId())).join().isEmpty(),
                        () -> "[children first] " + ended + " is at its end before its child " + shard.shardId()
                                + " has a lease");
            }
        }
    }

    private boolean isEachEnded(Set<String> shards) {
        List<Lease> leases = table.readLeases(shards).join();
        return leases.size() == shards.size() && leases.stream().allMatch(Lease::isEnded);
    }

    private boolean isAllHandled() {
        while (settled < puts.size() && isSettled(settled)) {
            settled++;
        }
        return settled == life.puts();
    }

    /** Whether a put is acknowledged and handled, or has failed. */
    private boolean isSettled(int number) {
        CompletableFuture<PutReceipt> put = puts.get(number);
        return put.isDone() && (put.isCompletedExceptionally() || handled.contains(values.get(number)));
    }

    private void checkAtTheEnd() {
        CompletableFuture<?> closed = producer.closeAsync(Duration.ofSeconds(10));
        time.runUntil(closed::isDone, Duration.ofMinutes(1));
        for (Worker worker : workers) {
            if (worker.process().isAlive() && worker.loop().state() == ConsumerState.RUNNING) {
                time.runUntil(worker.loop()::isPrefetchIdle, Duration.ofMinutes(1));
            }
        }
        List<CompletableFuture<?>> stops = new ArrayList<>();
        for (Worker worker : workers) {
            if (worker.process().isAlive()) {
                stops.add(worker.loop().stop(Duration.ofSeconds(30)));
            }
        }
        time.runUntil(() -> stops.stream().allMatch(CompletableFuture::isDone), Duration.ofMinutes(1));
        for (Worker worker : workers) {
            if (worker.process().isAlive()) {
                check(worker.loop().state() == ConsumerState.STOPPED, () -> "not stopped: " + worker);
            }
        }
        checkCheckpoints();
        failOnViolation();
    }

    private String leases() {
        StringBuilder text = new StringBuilder();
        table.scan().join().leases().forEach(lease -> text.append(lease).append('\n'));
        table.scan().join().sessions().forEach(session -> text.append(session).append('\n'));
        table.readLeases(List.of(Lease.PLANNER))
                .join()
                .forEach(planner -> text.append(planner).append('\n'));
        return text.toString();
    }

    private void note(String worker, ConsumerEvent event) {
        if (Boolean.getBoolean("sim.verbose")) {
            System.out.println(time.nowNanos() / 1_000_000 + " ms " + worker + ": " + event);
        }
        time.trace().record(worker, event.toString());
    }

    /** Remembers what is wrong, for a handler's exceptions are the consumer's to catch. */
    private void check(boolean holds, Supplier<String> what) {
        if (!holds && violation == null) {
            violation = what.get();
        }
    }

    private void failOnViolation() {
        if (violation != null) {
            throw new AssertionError("seed=" + time.seed() + ": " + violation + "; the last events were\n"
                    + time.trace().tail());
        }
    }

    private static String keyOf(String value) {
        return value.substring(0, value.indexOf(':'));
    }
}
