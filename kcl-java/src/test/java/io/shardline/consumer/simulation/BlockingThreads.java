package io.shardline.consumer.simulation;

import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * User-code threads of a simulated process on which a handler can block while simulated time goes on.
 *
 * <p>Each task has a real thread of its own, and that or the simulation runs, never both; so one seed is still one run. A
 * thread that blocks gives the simulation back to its caller. Confined to the simulation.
 */
public final class BlockingThreads implements Executor {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final Timer timer;
    private final Executor pool;
    private final int threads;
    private final Set<UserThread> blocked = new LinkedHashSet<>();
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private int busy;
    private int started;

    /** @param threads how many tasks run or block at a time; the others wait in a queue */
    BlockingThreads(SimulatedTime time, Executor pool, int threads) {
        this((delay, action) -> time.after(delay, "blocked", action), pool, threads);
    }

    /** @param timer when blocked handlers go on; one of their process has them stand still while that pauses */
    BlockingThreads(Timer timer, Executor pool, int threads) {
        this.timer = timer;
        this.pool = pool;
        this.threads = threads;
    }

    /** Runs something after a while. */
    interface Timer {
        void after(Duration delay, Runnable action);
    }

    /** Ends the calls of handlers that are blocked for good, as their process was killed. */
    void abandon() {
        List.copyOf(blocked).forEach(UserThread::abandon);
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

    /** Blocks the calling handler until a future is complete, or until it is interrupted. */
    public static void await(CompletableFuture<?> future) throws InterruptedException {
        while (!future.isDone()) {
            block(LOOK_AGAIN);
        }
    }

    /** Blocks the calling handler for so long, whoever interrupts it. */
    public static void blockStubbornly(Duration duration) {
        UserThread thread = current();
        thread.stubborn = true;
        thread.blockFor(duration);
        thread.stubborn = false;
    }

    /** Whether the calling thread is one that can block. */
    static boolean canBlock() {
        return Thread.currentThread() instanceof UserThread;
    }

    private static UserThread current() {
        return (UserThread) Thread.currentThread();
    }

    private final class UserThread extends Thread {

        private final Runnable task;
        private final Semaphore mayRun = new Semaphore(0);
        private final Semaphore hasStopped = new Semaphore(0);
        private int blocks;
        private boolean abandoned;
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
            blocked.add(this);
            wasInterrupted = false;
            int block = ++blocks;
            timer.after(duration, () -> unblock(block));
            hasStopped.release();
            mayRun.acquireUninterruptibly();
            if (abandoned) {
                throw new BadMood.Very("the process was killed");
            }
            return wasInterrupted;
        }

        private void unblock(int block) {
            if (block == blocks && blocked.remove(this)) {
                mayRun.release();
                hasStopped.acquireUninterruptibly();
            }
        }

        private void abandon() {
            abandoned = true;
            unblock(blocks);
        }

        /** As an event of the simulation, and not at once on two threads. */
        @Override
        public void interrupt() {
            if (blocked.contains(this) && !stubborn) {
                wasInterrupted = true;
                int block = blocks;
                timer.after(Duration.ZERO, () -> unblock(block));
            }
        }
    }
}
