package io.shardline.testkit;

import java.time.Duration;

/**
 * Where and when the emulator's own work is done.
 *
 * <p>Thread-safe.
 */
interface Timeline {
    /**
     * Does it soon, on the emulator's thread.
     *
     * @throws java.util.concurrent.RejectedExecutionException after the end
     */
    void execute(Runnable task);

    /**
     * Does it later, on the emulator's thread; never, if the end comes first.
     *
     * @throws java.util.concurrent.RejectedExecutionException after the end
     */
    void after(Duration delay, Runnable task);

    /**
     * Lets time pass that passes only by hand, and does meanwhile what becomes due.
     *
     * @throws IllegalStateException if time passes by itself
     */
    default void advance(Duration duration) {
        throw new IllegalStateException(
                "this emulator's time passes by itself; build it with manualTime to advance it");
    }

    /** Ends the thread, if it is the emulator's own, after a last task that may still be done; returns when it has ended. */
    void end(Runnable last);
}
