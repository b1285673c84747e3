package io.shardline.testkit;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The timeline of somebody else's executor, which also goes on after the end.
 *
 * <p>Thread-safe.
 */
final class GivenTimeline implements Timeline {
    private final ScheduledExecutorService executor;
    private volatile boolean ended;

    GivenTimeline(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        refuseAfterEnd();
        executor.execute(task);
    }

    @Override
    public void after(Duration delay, Runnable task) {
        refuseAfterEnd();
        executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void refuseAfterEnd() {
        if (ended) {
            throw new RejectedExecutionException("the emulator is closed");
        }
    }

    @Override
    public void end(Runnable last) {
        try {
            execute(() -> {
                last.run();
                ended = true;
            });
        } catch (RejectedExecutionException endedAlready) {
            ended = true;
        }
    }
}
