package io.shardline.testkit.time;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/**
 * A pool of a simulated process: tasks are taken in order, but each starts after a delay of its own.
 *
 * <p>That is what a real pool does to its users: a thread may be scheduled away right after it took a task. Confined to the
 * thread that runs the simulation.
 */
final class SimulatedPool implements Executor {
    private final SimulatedProcess process;
    private final String actor;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int idleThreads;

    SimulatedPool(SimulatedProcess process, String name, int threads) {
        this.process = process;
        this.actor = process.name() + "/" + name;
        this.idleThreads = threads;
    }

    @Override
    public void execute(Runnable task) {
        if (!process.isAlive()) {
            return;
        }
        if (idleThreads > 0) {
            idleThreads--;
            start(task);
        } else {
            waiting.add(task);
        }
    }

    private void start(Runnable task) {
        process.wakeAt(process.localNanos(), actor, () -> run(task));
    }

    private void run(Runnable task) {
        try {
            task.run();
        } finally {
            Runnable next = waiting.poll();
            if (next == null) {
                idleThreads++;
            } else {
                start(next);
            }
        }
    }
}
