package io.shardline.consumer.simulation;

import io.shardline.consumer.Position;
import io.shardline.consumer.Retrieval;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.retrieve.RetrievalPlanner;
import io.shardline.consumer.internal.retrieve.RetrievalRules;
import io.shardline.testkit.Fault;
import io.shardline.testkit.Faults;
import io.shardline.testkit.time.SimulatedProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is special in a share of the lives: a table that KCL has left behind, workers of an earlier version beside those of this one,
 * handlers that take time, a service that ignores the filter of a listing, subscriptions and what goes wrong with them.
 *
 * <p>Drawn by numbers of its own, so that all other lives are as they were without it. Confined to the simulation.
 */
final class LifeDraws {

    private static final int MAX_HANDLING_MILLIS = 700;

    /** How many of so many records take time. */
    private static final int SLOW_RECORDS = 20;

    /** When a subscription breaks, at the latest after its beginning. */
    private static final int MAX_FAULT_MILLIS = 20_000;

    /** For how long a row cannot be read; shorter than a life. */
    private static final int MIN_BROKEN_SECONDS = 8;

    private static final int MAX_BROKEN_SECONDS = 35;

    /** How often somebody looks, once a second, whether a row is named that cannot be read, once nothing goes wrong any more. */
    private static final int MAX_LOOKS = 15;

    /** So that a stream can be read in another way several times in a short life. */
    static final RetrievalRules SHORT_STAYS = new RetrievalRules(
            Duration.ofSeconds(2),
            1,
            Duration.ofSeconds(4),
            Duration.ofSeconds(12),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Set.of(RetrievalPlanner.Mode.values()));

    /** Enough for all lives; in some there are more shards than may be subscribed to. */
    private static final int MAX_SHARDS = 8;

    private static final int FEW_SHARDS = 3;

    /** For so long reads are refused, and for so long they are not. */
    private static final long REFUSING_NANOS = Duration.ofSeconds(12).toNanos();

    private final FleetWorld world;
    private final SplittableRandom random;
    private final @Nullable TakenOverTable taken;
    private final boolean mixesVersions;
    private final boolean takesTime;
    private final boolean ignoresFilters;
    private final SplittableRandom reading;
    private final boolean subscribes;
    private final boolean mixesRetrievals;
    private final SplittableRandom rows;
    private final boolean breaksRow;
    private final Set<String> broken = new TreeSet<>();
    private final SplittableRandom switching;
    private final boolean switches;
    private final boolean mixesSwitching;
    private final int maxShards;
    private final List<BlockingThreads> threads = new ArrayList<>();
    private long begun;

    LifeDraws(FleetWorld world, long seed) {
        this.world = world;
        this.random = new SplittableRandom(seed);
        this.taken = random.nextInt(4) == 0 ? new TakenOverTable(world, random) : null;
        this.mixesVersions = random.nextInt(4) == 0;
        this.takesTime = random.nextInt(6) == 0;
        this.ignoresFilters = random.nextInt(3) == 0;
        this.reading = new SplittableRandom(~seed);
        this.subscribes = reading.nextInt(3) == 0;
        this.mixesRetrievals = reading.nextInt(4) == 0;
        this.rows = new SplittableRandom(Long.reverse(seed));
        this.breaksRow = taken != null && !mixesVersions && rows.nextBoolean();
        this.switching = new SplittableRandom(31 * seed + 7);
        this.switches = switching.nextInt(4) == 0;
        this.mixesSwitching = switching.nextInt(3) == 0;
        this.maxShards = switching.nextInt(3) == 0 ? FEW_SHARDS : MAX_SHARDS;
    }

    /** The fleet begins to live now, or a moment later, once there is the table that it takes over. */
    void begin(BiConsumer<String, Position> handledBefore, FleetInvariants invariants) {
        if (taken != null) {
            world.count("lives with a table that was taken over");
            taken.leave(handledBefore);
        }
        if (breaksRow && taken != null) {
            breakRow(taken.rowsToRead(), invariants);
        }
        begun = world.time.nowNanos();
        if (subscribes && reading.nextInt(3) == 0) {
            world.time.after(Duration.ofSeconds(reading.nextInt(5, 30)), "operator", this::deregister);
        }
        if (switches && switching.nextInt(3) == 0) {
            world.time.after(Duration.ofSeconds(switching.nextInt(10, 35)), "operator", this::deregister);
        }
    }

    /** What nobody should do while workers run. */
    private void deregister() {
        world.count("fault: registered consumer deleted");
        var client = world.kinesis.client();
        client.describeStreamSummary(r -> r.streamName(FleetWorld.STREAM))
                .thenCompose(stream -> client.deregisterStreamConsumer(
                        r -> r.streamARN(stream.streamDescriptionSummary().streamARN())
                                .consumerName(FleetWorld.APPLICATION)));
    }

    long begunNanos() {
        return begun;
    }

    /** Ends what would be there for ever. */
    void end() {
        threads.forEach(BlockingThreads::abandon);
    }

    // --------------------------------------------------------------------------------------- tables taken over

    StartingPosition position() {
        return taken == null ? StartingPosition.trimHorizon() : taken.position();
    }

    /** Whether reading begins when the first worker has started. */
    boolean beginsLate() {
        return position().kind() == StartingPosition.Kind.LATEST;
    }

    boolean isRestHandled(Set<String> handled) {
        return taken == null || taken.isHandled(handled);
    }

    /** Whether a record is not for this fleet; an earlier version takes KCL's LATEST for the beginning. */
    boolean wasHandledBefore(String value) {
        return taken != null && !mixesVersions && taken.wasHandled(value);
    }

    /** One row cannot be read until somebody mends it. */
    private void breakRow(List<String> keys, FleetInvariants invariants) {
        if (!keys.isEmpty()) {
            world.count("fault: a row that cannot be read");
            String key = keys.get(rows.nextInt(keys.size()));
            broken.add(key);
            Duration time = Duration.ofSeconds(rows.nextInt(MIN_BROKEN_SECONDS, MAX_BROKEN_SECONDS));
            world.time.after(time, "operator", () -> mend(key, invariants, MAX_LOOKS));
        }
    }

    /** An operator mends the row that the fleet names. */
    private void mend(String key, FleetInvariants invariants, int looks) {
        if (looks > 0 && invariants.isYetToBeNamed(key)) {
            int left = world.isHealed() ? looks - 1 : looks;
            world.time.after(Duration.ofSeconds(1), "operator", () -> mend(key, invariants, left));
            return;
        }
        invariants.checkUnreadable(key);
        broken.clear();
    }

    /** The table, as all workers reach it. */
    LeaseStore readable(LeaseStore table) {
        return breaksRow ? new UnreadableRows(table, broken) : table;
    }

    /** How often shards are listed: often where that shows that a row was mended. */
    Duration shardSyncInterval() {
        return breaksRow ? Duration.ofSeconds(5) : Duration.ofMinutes(5);
    }

    /** Listings as the service gives them. */
    Faults listings(Faults faults) {
        if (!ignoresFilters) {
            return faults;
        }
        return (operation, request) -> {
            Fault fault = faults.next(operation, request);
            return operation.equals("ListShards") && fault instanceof Fault.None
                    ? new Fault.UnfilteredListing()
                    : fault;
        };
    }

    // ------------------------------------------------------------------------------------------------- versions

    /** Whether some workers are of an earlier version. */
    boolean mixesVersions() {
        return mixesVersions;
    }

    /** The table as a worker of some version knows it. */
    LeaseStore version(LeaseStore table) {
        if (!mixesVersions || random.nextBoolean()) {
            return table;
        }
        world.count("workers of an earlier version");
        return new EarlierVersionTable(table);
    }

    // ------------------------------------------------------------------------------------------------- retrieval

    /** Whether shards are subscribed to, by some workers at least. */
    boolean subscribes() {
        return subscribes || switches;
    }

    /** How a worker reads. */
    Retrieval retrieval(boolean isEarlier) {
        if (!switches || isEarlier) {
            return constantly();
        }
        if (mixesSwitching && switching.nextInt(3) == 0) {
            return switching.nextBoolean() ? Retrieval.polling() : Retrieval.fanOut();
        }
        world.count("workers that read automatically");
        return Retrieval.automatic(maxShards);
    }

    /** The same read of a life with refused reads now and then. */
    private Fault refused(Fault fault) {
        boolean isRefused = switches
                && fault instanceof Fault.None
                && !world.isHealed()
                && world.elapsedNanos() / REFUSING_NANOS % 2 == 0
                && switching.nextBoolean();
        return isRefused ? new Fault.Throttle() : fault;
    }

    private Retrieval constantly() {
        if (!subscribes || (mixesRetrievals && reading.nextBoolean())) {
            return Retrieval.polling();
        }
        world.count("workers that subscribe");
        return Retrieval.fanOut();
    }

    /** The same faults, and those of subscriptions. */
    Faults subscriptions(Faults faults) {
        return (operation, request) -> {
            Fault fault = faults.next(operation, request);
            if (operation.equals("GetRecords")) {
                return refused(fault);
            }
            return operation.equals("SubscribeToShard") && fault instanceof Fault.None && !world.isHealed()
                    ? subscriptionFault()
                    : fault;
        };
    }

    private Fault subscriptionFault() {
        Duration after = Duration.ofMillis(reading.nextInt(MAX_FAULT_MILLIS));
        return switch (reading.nextInt(10)) {
            case 0 -> new Fault.SubscriptionDropped(after);
            case 1 -> new Fault.SubscriptionSilent(after);
            case 2 -> new Fault.SubscriptionEmpty();
            case 3 -> new Fault.ServiceFailure("ResourceInUseException", 400);
            case 4 -> new Fault.MissingChildren();
            default -> new Fault.None();
        };
    }

    // ------------------------------------------------------------------------------------------------- handlers

    /** The threads of a worker's handlers; these can block, if they ever do. */
    Executor userCode(SimulatedProcess process, Executor pool) {
        if (!takesTime) {
            return pool;
        }
        ScheduledExecutorService clock = process.executor("sleeping-user");
        BlockingThreads blocking = new BlockingThreads(
                (delay, action) -> clock.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS),
                pool,
                FleetWorld.USER_THREADS);
        threads.add(blocking);
        return blocking;
    }

    /** The handling of a record may take some time. */
    void takeTime() throws InterruptedException {
        if (takesTime && BlockingThreads.canBlock() && random.nextInt(SLOW_RECORDS) == 0 && !world.isHealed()) {
            world.count("records whose handling took time");
            BlockingThreads.block(Duration.ofMillis(random.nextInt(MAX_HANDLING_MILLIS)));
        }
    }
}
