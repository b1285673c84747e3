package io.shardline.consumer.internal.process;

import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the user's handler during one tenure: on user-code threads, one at a time, their outcomes on the loop.
 *
 * <p>Confined to the consumer loop.
 */
final class HandlerCalls {

    private final EventLoop loop;
    private final Platform platform;
    private final ArrayDeque<Runnable> afterCall = new ArrayDeque<>();
    private @Nullable HandlerCall current;
    private long lastTookNanos;

    /** The user's executor was full or shut down, and the handler was not called. */
    static final class NotCalledException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotCalledException(RuntimeException cause) {
            super("no user-code thread took the call: " + cause.getMessage(), cause);
        }
    }

    HandlerCalls(EventLoop loop, Platform platform) {
        this.loop = loop;
        this.platform = platform;
    }

    /** Whether a call is under way. */
    boolean isCalling() {
        return current != null;
    }

    /** The call that is under way, or null. */
    @Nullable
    HandlerCall current() {
        return current;
    }

    /** How long the user's code took in the last call that is over. */
    long lastTookNanos() {
        return lastTookNanos;
    }

    /** Interrupts the call that is under way; it ends when the user's code says so. One that still waits is withdrawn. */
    void cancel() {
        HandlerCall call = current;
        if (!withdraw() && call != null) {
            call.interrupt();
        }
    }

    /**
     * Ends the call that is under way if no thread has come to it yet: it is not made, and nothing comes of it.
     *
     * @return whether there was one
     */
    boolean withdraw() {
        HandlerCall call = current;
        if (call == null || !call.withdraw()) {
            return false;
        }
        current = null;
        runAfterCall();
        return true;
    }

    /** Calls back when no call is under way any more. */
    void whenIdle(Runnable then) {
        afterCall.add(then);
        runAfterCall();
    }

    /**
     * Calls the handler; no other call may be under way.
     *
     * @param done gets what the handler threw, or null, on the loop; a {@link NotCalledException} if it could not be called. Not
     *     called if the call is withdrawn
     */
    void call(HandlerCall.UserCode code, Consumer<@Nullable Throwable> done) {
        call(code, done, Set.of(platform.userCode()));
    }

    /** As {@link #call}, on whatever thread comes first, also on those that other shards' handlers do not keep busy. */
    void callSoon(HandlerCall.UserCode code, Consumer<@Nullable Throwable> done) {
        call(code, done, new LinkedHashSet<>(List.of(platform.userCode(), platform.priorityUserCode())));
    }

    private void call(HandlerCall.UserCode code, Consumer<@Nullable Throwable> done, Set<Executor> executors) {
        assert loop.isRunning() && current == null;
        HandlerCall call = new HandlerCall(code, platform.nanoTime());
        current = call;
        RuntimeException refusal = null;
        int taken = 0;
        for (Executor executor : executors) {
            try {
                executor.execute(() -> {
                    if (call.run()) {
                        loop.post(() -> called(call, done, call.thrown()));
                    }
                });
                taken++;
            } catch (RuntimeException e) {
                refusal = e;
            }
        }
        if (taken == 0 && refusal != null) {
            call.withdraw();
            NotCalledException notCalled = new NotCalledException(refusal);
            loop.post(() -> called(call, done, notCalled));
        }
    }

    private void called(HandlerCall call, Consumer<@Nullable Throwable> done, @Nullable Throwable failure) {
        current = null;
        lastTookNanos = call.tookNanos();
        try {
            done.accept(failure);
        } finally {
            runAfterCall();
        }
    }

    private void runAfterCall() {
        while (current == null && !afterCall.isEmpty()) {
            afterCall.remove().run(); // may begin another call; the rest waits for that one too
        }
    }
}
