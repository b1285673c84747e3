package io.shardline.consumer.simulation;

import io.shardline.testkit.time.SimulatedProcess;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One user-code thread that other handlers keep busy: each task waits for it, for a time drawn from the seed, and behind all those
 * that came before.
 *
 * <p>Confined to the simulation.
 */
final class BusyPool implements Executor {

    private final FleetWorld world;
    private final ScheduledExecutorService thread;
    private final int maxWaitMillis;
    private long freeAt;

    BusyPool(FleetWorld world, SimulatedProcess process, Duration maxWait) {
        this.world = world;
        this.thread = process.executor("busy-user");
        this.maxWaitMillis = (int) maxWait.toMillis();
    }

    @Override
    public void execute(Runnable task) {
        long now = world.time.nowNanos();
        long wait = world.isHealed() ? 0 : TimeUnit.MILLISECONDS.toNanos(world.random.nextInt(maxWaitMillis));
        freeAt = Math.max(freeAt, now) + wait;
        thread.schedule(task, freeAt - now, TimeUnit.NANOSECONDS);
    }
}
