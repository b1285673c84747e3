package io.shardline.consumer.simulation;

import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.simulation.FleetWorld.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * What is done to a fleet on purpose: two reshards, a crash, pauses, cuts, permissions taken away, and perhaps a stop, a newcomer and a row that is deleted.
 *
 * <p>Confined to one thread.
 */
final class FleetTrouble {

    /** How long a worker's answers are late before it is cut off; some heartbeats. */
    private static final Duration DRAG = Duration.ofSeconds(3);

    private final FleetWorld world;
    private final FleetSimulation.Life life;

    FleetTrouble(FleetWorld world, FleetSimulation.Life life) {
        this.world = world;
        this.life = life;
    }

    void schedule() {
        int seconds = (int) life.trouble().toSeconds();
        world.time.after(Duration.ofSeconds(world.random.nextInt(2, seconds / 2)), "operator", this::split);
        world.time.after(
                Duration.ofSeconds(world.random.nextInt(2, seconds)),
                "operator",
                world.random.nextBoolean() ? this::merge : this::split);
        for (int i = 2; i < life.reshards(); i++) {
            world.time.after(
                    Duration.ofSeconds(world.random.nextInt(2, seconds)),
                    "operator",
                    world.random.nextBoolean() ? this::merge : this::split);
        }
        List<Worker> unlucky = new ArrayList<>(world.workers);
        Worker crashes = unlucky.remove(world.random.nextInt(unlucky.size()));
        Worker pauses = unlucky.remove(world.random.nextInt(unlucky.size()));
        operate("crash", crashes.process()::kill);
        Worker isCutOff = unlucky.get(0);
        for (int i = 0; i < life.rounds(); i++) {
            Duration cut = FleetWorld.LEASE.plus(world.someTime((int) FleetWorld.LEASE.toMillis()));
            operate("table cut off for a while", () -> {
                isCutOff.network().drag(DRAG);
                world.time.after(DRAG, "operator", () -> isCutOff.network().cut(cut));
            });
            Duration denial = Duration.ofSeconds(1).plus(world.someTime(3 * (int) FleetWorld.LEASE.toMillis()));
            operate("permissions gone for a while", () -> deny(isCutOff, denial));
            Duration pause = FleetWorld.LEASE.plus(world.someTime((int) FleetWorld.LEASE.toMillis() * 2));
            operate("pause longer than the lease", () -> pauses.process().pause(pause));
        }
        perhaps(pauses);
    }

    /** A start fails for want of permissions, and should. */
    private void deny(Worker worker, Duration denial) {
        Duration left = life.trouble().minusNanos(world.elapsedNanos());
        if (worker.loop().health().ready().isDone() && !left.isNegative()) {
            worker.network().deny(denial.compareTo(left) < 0 ? denial : left);
        }
    }

    private void perhaps(Worker stops) {
        if (world.random.nextInt(3) == 0) {
            operate("stop", () -> world.stop(stops));
        }
        if (world.random.nextInt(3) == 0) {
            operate("row of a living session deleted", this::deleteSomebodysRow);
        }
        if (world.random.nextBoolean()) {
            operate("newcomer", () -> world.addWorker("worker-4").loop().start());
        }
    }

    private void operate(String what, Runnable action) {
        world.time.after(world.someTime((int) life.trouble().toMillis()), "operator", () -> {
            world.count("fault: " + what);
            action.run();
        });
    }

    /** What nobody should do: somebody tidies up in the table, and takes a session that lives. */
    private void deleteSomebodysRow() {
        List<SessionRow> living = world.table.scan().join().sessions().stream()
                .filter(SessionRow::alive)
                .toList();
        if (!living.isEmpty()) {
            String unlucky = living.get(world.random.nextInt(living.size())).id();
            world.table.retire(unlucky, null).join();
            world.table.deleteSession(unlucky).join();
            world.table.moveRevision();
        }
    }

    private void split() {
        world.count("reshards");
        List<Shard> open = world.openShards();
        Shard shard = open.get(world.random.nextInt(open.size()));
        var range = shard.hashKeyRange();
        String middle = HashKeyRange.parse(range.startingHashKey(), range.endingHashKey())
                .midpoint()
                .toString();
        world.kinesis
                .client()
                .splitShard(r -> r.streamName(FleetWorld.STREAM)
                        .shardToSplit(shard.shardId())
                        .newStartingHashKey(middle));
    }

    private void merge() {
        world.count("reshards");
        List<Shard> open = world.openShards();
        if (open.size() == 1) {
            return;
        }
        int left = world.random.nextInt(open.size() - 1);
        world.kinesis
                .client()
                .mergeShards(r -> r.streamName(FleetWorld.STREAM)
                        .shardToMerge(open.get(left).shardId())
                        .adjacentShardToMerge(open.get(left + 1).shardId()));
    }
}
