package io.shardline.runtime.internal;

import io.shardline.runtime.Platform;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The one thread that owns a producer's or a consumer's state, with its mailbox.
 *
 * <p>Any thread posts; the tasks run one at a time, those of one poster in their order. The mailbox is a linked stack
 * that the loop takes whole and turns round: a post is one compare-and-set, and only the post that finds the mailbox
 * empty wakes the executor, so a busy loop is woken once per batch and not once per task. Timers alone use the
 * scheduler. {@link #post} and {@link #schedule} are thread-safe; all that runs is confined to the loop.
 */
public final class EventLoop {

    private static final Logger log = Logs.of(EventLoop.class);

    /** How often the executor is asked for one batch. */
    private static final int WAKE_ATTEMPTS = 2;

    /** Marks a mailbox that takes nothing any more. */
    private static final LoopTask CLOSED = new LoopTask() {
        @Override
        protected void run() {}
    };

    private final ScheduledExecutorService executor;
    private final LongSupplier nanoTime;
    private final Hooks hooks;
    private final AtomicReference<@Nullable LoopTask> mailbox = new AtomicReference<>();
    private volatile @Nullable Thread runner;

    /** Whether something was posted, and the executor could not be made to look at it. */
    private volatile boolean isAsleep;

    /** What the owner of the loop wants done around its tasks. All methods are called on the loop. */
    public interface Hooks {

        /** Before every task and every timer; the place to look at the clock before looking at the message. */
        default void beforeTask() {}

        /** After every batch of tasks and every timer; the place to act on what they changed. */
        default void afterBatch() {}

        /** A task, a timer or one of these hooks threw; the log has it already, and the other tasks go on. */
        default void taskFailed(Throwable thrown) {}
    }

    public EventLoop(Platform platform, Hooks hooks) {
        this.executor = platform.loop();
        this.nanoTime = platform.nanoTime();
        this.hooks = hooks;
    }

    /**
     * Hands a task to the loop.
     *
     * @return false if the loop is closed; the task will not run then
     */
    public boolean post(LoopTask task) {
        while (true) {
            LoopTask head = mailbox.get();
            if (head == CLOSED) {
                return false;
            }
            task.next = head;
            if (mailbox.compareAndSet(head, task)) {
                return (head != null && !isAsleep) || wake();
            }
        }
    }

    /** As {@link #post(LoopTask)}, for what happens too seldom to be its own link. */
    public boolean post(Runnable action) {
        return post(new LoopTask() {
            @Override
            protected void run() {
                action.run();
            }
        });
    }

    /** Runs an action on the loop after a delay, unless the returned timer is cancelled before. */
    public Timer schedule(long delayNanos, Runnable action) {
        Timer timer = new Timer(action);
        try {
            timer.future = executor.schedule(() -> runTimer(timer), Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            timer.cancel(); // the loop is being closed: nobody is left to act on it
        }
        return timer;
    }

    /** The scheduler behind the timers. */
    public ScheduledExecutorService scheduler() {
        return executor;
    }

    public long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** Whether the caller is a task of this loop; for assertions. */
    public boolean isRunning() {
        return runner == Thread.currentThread();
    }

    /** Runs what is in the mailbox and takes nothing more. Called on the loop. */
    public void close() {
        LoopTask rest = mailbox.getAndSet(CLOSED);
        if (rest != CLOSED) {
            runAll(inOrder(rest));
        }
    }

    private boolean wake() {
        for (int attempt = 0; attempt < WAKE_ATTEMPTS; attempt++) {
            try {
                isAsleep = false;
                executor.execute(this::drain);
                return true;
            } catch (RejectedExecutionException e) {
                // The executor was shut down under us. What was posted meanwhile is refused with this task.
                mailbox.set(CLOSED);
                return false;
            } catch (Throwable e) { // for example no memory for a thread; what is posted next tries again, and so do
                // timers
                isAsleep = true;
                log.error("the loop could not be woken", e);
            }
        }
        return true;
    }

    private void drain() {
        LoopTask batch = mailbox.get();
        while (batch != CLOSED && !mailbox.compareAndSet(batch, null)) {
            batch = mailbox.get();
        }
        if (batch == CLOSED) {
            return;
        }
        enter();
        try {
            runAll(inOrder(batch));
            guarded(hooks::afterBatch);
        } finally {
            runner = null;
        }
    }

    private void runTimer(Timer timer) {
        if (timer.cancelled || mailbox.get() == CLOSED) {
            return;
        }
        if (isAsleep) {
            wake();
        }
        enter();
        try {
            guarded(hooks::beforeTask);
            if (!timer.cancelled) {
                guarded(timer.action);
            }
            guarded(hooks::afterBatch);
        } finally {
            runner = null;
        }
    }

    private void enter() {
        if (runner != null) {
            throw new IllegalStateException("the loop runs on two threads at once: " + runner.getName() + " and "
                    + Thread.currentThread().getName());
        }
        runner = Thread.currentThread();
    }

    private void runAll(@Nullable LoopTask batch) {
        LoopTask task = batch;
        while (task != null) {
            LoopTask following = task.next;
            task.next = null; // it may be posted again by what it does
            guarded(hooks::beforeTask);
            guarded(task::run);
            task = following;
        }
    }

    /** Runs a part of a task whose caller keeps to itself what it throws, as futures do. Called on the loop. */
    public void run(Runnable part) {
        guarded(part);
    }

    /** What is thrown here is a bug of ours or an exhausted JVM; it must not take the other tasks with it. */
    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            try {
                log.error("a task of the loop failed", e);
                hooks.taskFailed(e);
            } catch (Throwable again) { // the other tasks go on all the same
                log.error("what follows a failed task failed", again);
            }
        }
    }

    private static @Nullable LoopTask inOrder(@Nullable LoopTask newestFirst) {
        LoopTask oldestFirst = null;
        LoopTask task = newestFirst;
        while (task != null) {
            LoopTask older = task.next;
            task.next = oldestFirst;
            oldestFirst = task;
            task = older;
        }
        return oldestFirst;
    }

    /** A timer that can be taken back. Confined to the loop. */
    public static final class Timer {

        private final Runnable action;
        private java.util.concurrent.@Nullable Future<?> future;
        private boolean cancelled;

        private Timer(Runnable action) {
            this.action = action;
        }

        /** After this the action will not run. Does nothing if it has run. */
        public void cancel() {
            cancelled = true;
            if (future != null) {
                future.cancel(false);
            }
        }
    }
}
