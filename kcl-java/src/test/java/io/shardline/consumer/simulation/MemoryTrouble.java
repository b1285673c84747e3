package io.shardline.consumer.simulation;

import io.shardline.consumer.internal.retrieve.PrefetchBudget;
import io.shardline.consumer.simulation.FleetWorld.Worker;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Takes most of a worker's prefetch budget away for a while, again and again, as shards would whose handlers hold large records.
 * Its records are small, so one read at a time is always possible.
 *
 * <p>Confined to one thread.
 */
final class MemoryTrouble {

    private static final int SQUEEZES = 8;
    private static final int MAX_SQUEEZE_MILLIS = 6_000;

    /** What is left of the room: of the smallest read, none to three. */
    private static final long SMALLEST_READ = 64 << 10;

    private static final int MAX_READS_LEFT = 3;

    private final FleetWorld world;
    private final FleetSimulation.Life life;
    private final RandomGenerator random;

    MemoryTrouble(FleetWorld world, FleetSimulation.Life life) {
        this.world = world;
        this.life = life;
        this.random = world.random;
    }

    void schedule() {
        if (random.nextInt(3) == 0) {
            return;
        }
        for (Worker worker : world.workers) {
            for (int i = 0; i < SQUEEZES * life.rounds(); i++) {
                world.time.after(world.someTime((int) life.trouble().toMillis()), "operator", () -> squeeze(worker));
            }
        }
    }

    private void squeeze(Worker worker) {
        PrefetchBudget budget = worker.loop().prefetch();
        long beyond = random.nextBoolean() ? PrefetchBudget.MAX_READ : 0;
        long taken = budget.free() + beyond - SMALLEST_READ * random.nextInt(MAX_READS_LEFT + 1);
        if (taken > 0) {
            world.count("fault: memory taken away");
            budget.release(-taken);
            world.time.after(
                    Duration.ofMillis(random.nextInt(MAX_SQUEEZE_MILLIS)), "operator", () -> budget.release(taken));
        }
    }
}
