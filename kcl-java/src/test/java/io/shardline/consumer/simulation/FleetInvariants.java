package io.shardline.consumer.simulation;

import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.ConsumerState;
import io.shardline.consumer.Position;
import io.shardline.consumer.RecordContext;
import io.shardline.consumer.internal.ConsumerLoop;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.retrieve.PrefetchBudget;
import io.shardline.consumer.simulation.FleetWorld.Worker;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * What must hold in a fleet after every event, and of every record that is handled. Each invariant has a name in brackets.
 *
 * <p>Confined to one thread.
 */
final class FleetInvariants {

    private final FleetWorld world;
    private final int checkEvery;
    private final Map<String, Integer> lastFirst = new TreeMap<>();
    private final Map<String, Position> lastInTenure = new TreeMap<>();
    private final Map<String, Lease> lastRows = new LinkedHashMap<>();
    private final Map<String, Set<String>> parents = new TreeMap<>();
    private final Set<String> deadSessions = new LinkedHashSet<>();
    private final Set<String> lapsed = new LinkedHashSet<>();
    private final HandledRecords written;
    private final StraddlingCopies copies;
    private @Nullable String violation;

    /** @param checkEvery after how many events rows are looked at */
    FleetInvariants(FleetWorld world, int checkEvery) {
        this.world = world;
        this.checkEvery = checkEvery;
        this.written = new HandledRecords(world);
        this.copies = new StraddlingCopies(world);
    }

    /** Remembers what is wrong, for a handler's exceptions are the consumer's to catch. */
    void check(boolean holds, Supplier<String> what) {
        if (!holds && violation == null) {
            violation = what.get();
        }
    }

    void failOnViolation() {
        if (violation != null) {
            throw new AssertionError("seed=" + world.time.seed() + ": " + violation + "; the last events were\n"
                    + world.time.trace().tail());
        }
    }

    void checkEachEvent() {
        checkOneOwner();
        checkSessions();
        checkNobodyFailed();
        checkMemory();
        if (world.time.trace().lines() % checkEvery == 0) {
            checkRowsOfSessions();
        }
        if (world.time.trace().lines() % (16L * checkEvery) == 0) {
            checkCheckpoints();
        }
        failOnViolation();
    }

    private void checkMemory() {
        for (Worker worker : world.workers) {
            long free = worker.loop().prefetch().free();
            check(
                    free >= -PrefetchBudget.MAX_READ && free <= worker.config().prefetchBudget(),
                    () -> "[memory] " + worker + " has " + free + " bytes left of its budget");
        }
    }

    // ------------------------------------------------------------------------------------------------- records

    /** What may be written down as handled. */
    HandledRecords written() {
        return written;
    }

    /** No call of these handlers takes any time, so a hand-over never waits for one until its limit. */
    void checkEvent(String worker, ConsumerEvent event) {
        check(
                !(event instanceof ConsumerEvent.HandlerCancelled),
                () -> "[hand over] " + worker + " waited for a call that had not begun: " + event);
    }

    /** A record comes to a handler. */
    void checkHandled(String worker, ConsumerRecord record) {
        checkParentsEnded(record);
        checkActs(worker, record.shardId());
    }

    /** A record comes to a handler: in one tenure of its shard none comes after a later one has been handled. */
    void checkOnce(ConsumerRecord record, RecordContext context) {
        Position before = lastInTenure.get(tenure(record, context));
        check(
                before == null || record.position().compareTo(before) > 0,
                () -> "[once a tenure] " + record + " comes after " + before);
    }

    /** A handler returns. */
    void handled(ConsumerRecord record, RecordContext context) {
        lastInTenure.put(tenure(record, context), record.position());
    }

    private static String tenure(ConsumerRecord record, RecordContext context) {
        return record.shardId() + " " + context.fencingToken();
    }

    /** A value is handled for the first time. */
    void checkOrder(String value) {
        if (!FleetProducers.keepsOrder(value)) {
            return;
        }
        int number = FleetFeed.numberOf(value);
        Integer before = lastFirst.put(FleetFeed.keyOf(value), number);
        check(before == null || before < number, () -> "[order] out of order: " + value + " after " + before);
    }

    /** A value that was handled before comes again for another reason than a split, if its producer marks its aggregates. */
    void checkCause(String value, ConsumerRecord record) {
        StraddlingCopies.Cause cause = copies.handled(value, record);
        if (cause != StraddlingCopies.Cause.NONE) {
            world.count("duplicates: " + cause);
        }
        check(
                cause != StraddlingCopies.Cause.SPLIT || !FleetProducers.isMarked(value),
                () -> "[no split] " + record + " was handled before, from an aggregate that straddles a split");
    }

    /** What was handled from two places had an outcome that its producer did not know. */
    void checkPutAgain(Predicate<String> isForItsShard) {
        for (String value : copies.putAgain()) {
            check(
                    !FleetProducers.isMarked(value) || !isForItsShard.test(value),
                    () -> "[no split] " + value + " was handled twice and put again because of its shard alone");
        }
    }

    private void checkParentsEnded(ConsumerRecord record) {
        Set<String> shardParents = parents.computeIfAbsent(record.shardId(), id -> {
            Set<String> ids = new LinkedHashSet<>();
            for (Shard shard : world.kinesis.shards(FleetWorld.STREAM)) {
                if (shard.shardId().equals(id)) {
                    ids.add(String.valueOf(shard.parentShardId()));
                    ids.add(String.valueOf(shard.adjacentParentShardId()));
                }
            }
            return ids;
        });
        for (Lease lease : world.table.readLeases(shardParents).join()) {
            check(lease.isEnded(), () -> "[parents first] " + record + " came before the end of its parent " + lease);
        }
    }

    private void checkActs(String name, String shard) {
        for (Worker worker : world.workers) {
            boolean acts = worker.loop().actingOn().contains(shard);
            check(
                    !name.equals(worker.process().name()) || acts,
                    () -> "[acts in time] " + name + " handles " + shard + " after its time");
        }
    }

    // ------------------------------------------------------------------------------------- sessions and leases

    private void checkOneOwner() {
        Map<String, String> owners = new TreeMap<>();
        for (Worker worker : world.workers) {
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

    /** A row cannot be read: who has started and has not ended names it, and where one plans for all, or did, somebody does. */
    void checkUnreadable(String key) {
        List<Worker> started = knowing(key);
        List<Worker> silent =
                started.stream().filter(worker -> !names(worker, key)).toList();
        world.count("workers that name a row that cannot be read", started.size() - silent.size());
        check(
                wasPlanned() ? started.isEmpty() || silent.size() < started.size() : silent.isEmpty(),
                () -> "[unreadable] " + silent + " of " + started + " do not say that the row of " + key
                        + " cannot be read");
    }

    /** Whether nobody names it yet, as who planned is gone, and who plans now has to list the shards before. */
    boolean isYetToBeNamed(String key) {
        return wasPlanned() && knowing(key).stream().noneMatch(worker -> names(worker, key));
    }

    /** Who names a row that cannot be read if it plans for itself: all, if the shard is open or may have been closed. */
    private List<Worker> knowing(String key) {
        return world.openShards().stream().noneMatch(shard -> shard.shardId().equals(key))
                ? List.of()
                : world.workers.stream()
                        .filter(worker -> worker.process().isAlive() && hasStarted(worker.loop()))
                        .toList();
    }

    private boolean wasPlanned() {
        return !world.table.readLeases(List.of(Lease.PLANNER)).join().isEmpty();
    }

    /** It has been ready, and has not ended. */
    private static boolean hasStarted(ConsumerLoop loop) {
        return loop.health().ready().isDone()
                && switch (loop.state()) {
                    case RUNNING, DISCONNECTED, STOPPING -> true;
                    case NEW, STOPPED, FAILED -> false;
                };
    }

    private static boolean names(Worker worker, String key) {
        return worker.loop().health().latest().problems().stream().anyMatch(problem -> problem.contains(key));
    }

    /** Nothing that happens here is beyond repair. */
    private void checkNobodyFailed() {
        for (Worker worker : world.workers) {
            check(
                    worker.loop().state() != ConsumerState.FAILED || world.mayFail(worker),
                    () -> "[runs until closed] " + worker + " has ended by itself");
        }
    }

    private void checkSessions() {
        for (Worker worker : world.workers) {
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
        for (SessionRow row : world.table.scan().join().sessions()) {
            if (!row.alive()) {
                deadSessions.add(row.id());
            } else {
                check(!deadSessions.contains(row.id()), () -> "[dies once] " + row + " was dead");
            }
        }
    }

    void checkCheckpoints() {
        for (Lease row : world.table.scan().join().leases()) {
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
            if (before == null || row.checkpoint().isAfter(before.checkpoint())) {
                ConsumerRecord tooEarly = written.writtenTooEarly(row);
                check(
                        tooEarly == null,
                        () -> "[handled before written] no call has returned from " + tooEarly + ", but " + row);
            }
            if (row.isEnded() && (before == null || !before.isEnded())) {
                checkIsClosed(row);
                checkChildrenHaveLeases(row);
            }
        }
    }

    private void checkIsClosed(Lease ended) {
        for (Shard shard : world.openShards()) {
            check(!shard.shardId().equals(ended.key()), () -> "[true ends] " + ended + " is at its end, and open");
        }
    }

    /** A merged child may be left to its other parent, as long as that one has still to end. */
    private void checkChildrenHaveLeases(Lease ended) {
        for (Shard shard : world.kinesis.shards(FleetWorld.STREAM)) {
            Set<String> bothParents = new LinkedHashSet<>();
            bothParents.add(String.valueOf(shard.parentShardId()));
            bothParents.add(String.valueOf(shard.adjacentParentShardId()));
            bothParents.remove("null");
            if (bothParents.contains(ended.key()) && isEachEnded(bothParents)) {
                check(
                        !world.table.readLeases(List.of(shard.shardId())).join().isEmpty(),
                        () -> "[children first] " + ended + " is at its end before its child " + shard.shardId()
                                + " has a lease");
            }
        }
    }

    private boolean isEachEnded(Set<String> shards) {
        List<Lease> leases = world.table.readLeases(shards).join();
        return leases.size() == shards.size() && leases.stream().allMatch(Lease::isEnded);
    }
}
