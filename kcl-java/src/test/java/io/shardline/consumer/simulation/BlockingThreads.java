package io.shardline.consumer.simulation;

import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * User-code threads of a simulated process on which a handler can block while simulated time goes on.
 *
 * <p>Each task has a real thread of its own, and that or the simulation runs, never both; so one seed is still one run. A
 * thread that blocks gives the simulation back to its caller. Confined to the simulation.
 */
public final class BlockingThreads implements Executor {

    private final SimulatedTime time;
    private final Executor pool;
    private final int threads;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private int busy;
    private int started;

    /** @param threads how many tasks run or block at a time; the others wait in a queue */
    BlockingThreads(SimulatedTime time, Executor pool, int threads) {
        this.time = time;
        this.pool = pool;
        this.threads = threads;
    }

    @Override
    public void execute(Runnable task) {
        queue.add(task);
        startNext();
    }

    private void startNext() {
        if (busy < threads && !queue.isEmpty()) {
            busy++;
            Runnable task = queue.remove();
            pool.execute(() -> new UserThread(task, "user-" + ++started).begin());
        }
    }

    /** Blocks the calling handler for so long, or until it is interrupted. */
    public static void block(Duration duration) throws InterruptedException {
        if (current().blockFor(duration)) {
            throw new InterruptedException("interrupted while it was blocked");
        }
    }

    /** Blocks the calling handler for so long, whoever interrupts it. */
    public static void blockStubbornly(Duration duration) {
        UserThread thread = current();
        thread.stubborn = true;
        thread.blockFor(duration);
        thread.stubborn = false;
    }

    private static UserThread current() {
        return (UserThread) Thread.currentThread();
    }

    private final class UserThread extends Thread {

        private final Runnable task;
        private final Semaphore mayRun = new Semaphore(0);
        private final Semaphore hasStopped = new Semaphore(0);
        private boolean blocked;
        private boolean stubborn;
        private boolean wasInterrupted;

        private UserThread(Runnable task, String name) {
            super(name);
            this.task = task;
            setDaemon(true);
        }

        private void begin() {
            start();
            hasStopped.acquireUninterruptibly();
        }

        @Override
        public void run() {
            try {
                task.run();
            } finally {
                busy--;
                startNext();
                hasStopped.release();
            }
        }

        private boolean blockFor(Duration duration) {
            blocked = true;
            wasInterrupted = false;
            time.after(duration, getName(), this::unblock);
            hasStopped.release();
            mayRun.acquireUninterruptibly();
            return wasInterrupted;
        }

        private void unblock() {
            if (blocked) {
                blocked = false;
                mayRun.release();
                hasStopped.acquireUninterruptibly();
            }
        }

        /** As an event of the simulation, and not at once on two threads. */
        @Override
        public void interrupt() {
            if (blocked && !stubborn) {
                wasInterrupted = true;
                time.after(Duration.ZERO, getName(), this::unblock);
            }
        }
    }
}
