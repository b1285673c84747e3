package io.shardline.consumer.internal;

import com.google.common.util.concurrent.MoreExecutors;
import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerListener;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.UserFailures;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Tells the listener what happens, in order, and completes futures, on user-code threads that handlers do not keep busy; no call
 * of a handler or of the listener can keep those of the futures busy.
 *
 * <p>Thread-safe.
 */
final class EventFeed {

    private static final Logger log = Logs.of(EventFeed.class);

    private final UserFailures failures = new UserFailures(log);
    private final Executor futures;
    private final Executor inOrder;
    private final @Nullable ConsumerListener listener;

    EventFeed(Platform platform, @Nullable ConsumerListener listener) {
        this.futures = platform.futures();
        this.inOrder = MoreExecutors.newSequentialExecutor(platform.priorityUserCode());
        this.listener = listener;
    }

    void emit(ConsumerEvent event) {
        ConsumerListener told = listener;
        if (told != null) {
            try {
                inOrder.execute(() -> tell(told, event));
            } catch (RejectedExecutionException e) {
                log.debug("nobody is left to be told of {}", event);
            }
        }
    }

    /** Completes a future. */
    void complete(Runnable completion) {
        on(futures, completion);
    }

    /** Completes a future after the listener has heard all that was emitted before. */
    void completeLast(Runnable completion) {
        on(inOrder, completion);
    }

    private void tell(ConsumerListener listener, ConsumerEvent event) {
        try {
            listener.on(event);
        } catch (Throwable e) {
            failures.note("the listener at " + event, e);
        }
    }

    /** Futures complete on user-code threads, or here if there are none any more. */
    private static void on(Executor executor, Runnable completion) {
        try {
            executor.execute(completion);
        } catch (RejectedExecutionException e) {
            completion.run();
        }
    }
}
