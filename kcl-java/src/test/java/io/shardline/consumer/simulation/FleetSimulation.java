package io.shardline.consumer.simulation;

import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.ConsumerState;
import io.shardline.consumer.RecordContext;
import io.shardline.consumer.simulation.FleetWorld.Worker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * One run of a small fleet from one seed: a producer, three workers, two reshards, a crash, a pause longer than the lease
 * duration, lost answers, late writes and throttles; then everything heals, and what must hold is checked.
 *
 * <p>Confined to one thread.
 */
final class FleetSimulation implements FleetWorld.Handler {

    private final FleetWorld world;
    private final FleetFeed feed;
    private final FleetInvariants invariants;
    private final Life life;
    private final Set<String> handled = new LinkedHashSet<>();
    private int duplicates;

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
     * @param reshards how many there are
     * @param keys how many partition keys there are
     * @param burst how many records are put at the same time
     */
    record Life(
            Duration trouble,
            Duration atLeast,
            Duration limit,
            int puts,
            int rounds,
            int checkEvery,
            int reshards,
            int keys,
            int burst) {

        static final Life SHORT =
                new Life(Duration.ofSeconds(40), Duration.ZERO, Duration.ofMinutes(2), 600, 1, 1, 2, 12, 1);
        static final Life LONG =
                new Life(Duration.ofMinutes(6), Duration.ofMinutes(10), Duration.ofMinutes(12), 2_000, 4, 8, 2, 12, 1);

        /** Aggregates of many keys while shards split and merge, by several producers. */
        static final Life OF_SPLITS =
                new Life(Duration.ofSeconds(40), Duration.ZERO, Duration.ofMinutes(2), 1_600, 1, 8, 8, 48, 40);

        boolean isOfSplits() {
            return burst > 1;
        }
    }

    FleetSimulation(long seed, Life life) {
        this(seed, life, (time, process) -> seed % 3 == 0 ? Mutant.inALargeFleet() : Mutant.none());
    }

    /** A fleet of rule breakers. */
    FleetSimulation(long seed, Life life, Mutant.Kind kind) {
        this.life = life;
        world = new FleetWorld(seed, life, kind, this);
        feed = new FleetFeed(world, life);
        invariants = new FleetInvariants(world, life.checkEvery());
        world.time.onEachEvent(invariants::checkEachEvent);
    }

    Outcome run() {
        try {
            return live();
        } finally {
            world.draws.end();
        }
    }

    private Outcome live() {
        world.draws.begin(invariants.written()::handledBefore, invariants);
        for (Worker worker : world.workers) {
            world.time.after(world.someTime(2_000), "test", worker.loop()::start);
        }
        feed.scheduleOnceReading();
        new FleetTrouble(world, life).schedule();
        new MemoryTrouble(world, life).schedule();
        new OtherApplication(world, invariants, world.time.seed()).schedule();
        try {
            long atLeast = Math.max(life.trouble().toNanos(), life.atLeast().toNanos());
            world.time.runUntil(() -> world.elapsedNanos() > atLeast && feed.isAllHandled(handled), life.limit());
        } catch (AssertionError e) {
            String lost = feed.firstLost(handled);
            String what = lost == null ? "" : "[nothing lost] " + lost + " was acknowledged and is not handled; ";
            throw new AssertionError(what + e.getMessage() + "\nthe leases are\n" + world.rows(), e);
        }
        Duration took = Duration.ofNanos(world.elapsedNanos());
        checkAtTheEnd();
        return new Outcome(world.time.trace().hash(), feed.puts(), handled.size(), duplicates, took, world.happened());
    }

    @Override
    public void handle(String worker, ConsumerRecord record, RecordContext context) throws InterruptedException {
        invariants.checkOnce(record, context);
        take(worker, record);
        world.draws.takeTime();
        invariants.handled(record, context);
        returned(record);
    }

    @Override
    public void take(String worker, ConsumerRecord record) {
        if (!world.isHealed() && world.random.nextInt(50) == 0) {
            world.count("fault: handler throws");
            if (world.random.nextBoolean()) {
                throw new BadMood.Very("the handler is in a very bad mood");
            }
            throw new BadMood("the handler is in a bad mood");
        }
        String value = new String(record.data(), StandardCharsets.UTF_8);
        world.time.trace().record(worker, "handles " + value + " of " + record.shardId());
        invariants.checkHandled(worker, record);
        invariants.check(
                !world.draws.wasHandledBefore(value),
                () -> "[rest only] " + record + " was handled before the table was taken over");
        invariants.checkCause(value, record);
        if (handled.add(value)) {
            invariants.checkOrder(value);
        } else {
            duplicates++;
        }
    }

    @Override
    public void checkpoints(ConsumerRecord record) {
        invariants.written().checkpoints(record);
    }

    @Override
    public void returned(ConsumerRecord record) {
        invariants.written().returned(record);
    }

    @Override
    public void happened(String worker, ConsumerEvent event) {
        invariants.checkEvent(worker, event);
    }

    /** Shards that are subscribed to always have room reserved for the next event. */
    private long reserved() {
        return world.draws.subscribes() ? 1L << 20 : 0;
    }

    private void checkAtTheEnd() {
        CompletableFuture<?> closed = world.producers.closeAsync();
        world.time.runUntil(closed::isDone, Duration.ofMinutes(1));
        for (Worker worker : world.workers) {
            if (worker.process().isAlive() && worker.loop().state() == ConsumerState.RUNNING) {
                world.time.runUntil(
                        () -> worker.loop().prefetch().free() >= worker.config().prefetchBudget() - reserved(),
                        Duration.ofMinutes(1));
            }
        }
        List<CompletableFuture<?>> stops = new ArrayList<>();
        for (Worker worker : world.workers) {
            if (worker.process().isAlive()) {
                stops.add(worker.loop().stop(Duration.ofSeconds(30)));
            }
        }
        world.time.runUntil(() -> stops.stream().allMatch(CompletableFuture::isDone), Duration.ofMinutes(1));
        for (Worker worker : world.workers) {
            if (worker.process().isAlive()) {
                boolean hasStopped = worker.loop().state() == ConsumerState.STOPPED || world.mayFail(worker);
                invariants.check(hasStopped, () -> "not stopped: " + worker);
            }
        }
        invariants.checkPutAgain(feed::isPutAgainForItsShard);
        invariants.checkCheckpoints();
        invariants.failOnViolation();
    }
}
