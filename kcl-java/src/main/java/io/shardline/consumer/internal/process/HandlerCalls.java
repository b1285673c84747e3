package io.shardline.consumer.internal.process;

import io.shardline.runtime.internal.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the user's handler during one tenure: on user-code threads, one at a time, their outcomes on the loop.
 *
 * <p>Confined to the consumer loop.
 */
final class HandlerCalls {

    private final EventLoop loop;
    private final Executor userCode;
    private final ArrayDeque<Runnable> afterCall = new ArrayDeque<>();
    private boolean calling;

    /** User code, on a user-code thread. */
    interface UserCall {
        void run() throws Exception;
    }

    HandlerCalls(EventLoop loop, Executor userCode) {
        this.loop = loop;
        this.userCode = userCode;
    }

    /** Whether a call is under way. */
    boolean isCalling() {
        return calling;
    }

    /** Calls back when no call is under way any more. */
    void whenIdle(Runnable then) {
        afterCall.add(then);
        runAfterCall();
    }

    /**
     * Calls the handler; no other call may be under way.
     *
     * @param done gets what the handler threw, or null, on the loop
     */
    void call(UserCall code, Consumer<@Nullable Throwable> done) {
        assert loop.isRunning() && !calling;
        calling = true;
        try {
            userCode.execute(() -> {
                Throwable failure = thrownBy(code);
                loop.post(() -> called(done, failure));
            });
        } catch (RejectedExecutionException e) {
            // The user's executor is full or was shut down; as if the handler had thrown.
            loop.post(() -> called(done, e));
        }
    }

    private void called(Consumer<@Nullable Throwable> done, @Nullable Throwable failure) {
        calling = false;
        try {
            done.accept(failure);
        } finally {
            runAfterCall();
        }
    }

    private void runAfterCall() {
        while (!calling && !afterCall.isEmpty()) {
            afterCall.remove().run(); // may begin another call; the rest waits for that one too
        }
    }

    /** A handler may throw anything, and the shard must survive it. */
    private static @Nullable Throwable thrownBy(UserCall code) {
        try {
            code.run();
            return null;
        } catch (Throwable e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return e;
        }
    }
}
