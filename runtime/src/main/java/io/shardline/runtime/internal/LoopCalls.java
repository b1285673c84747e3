package io.shardline.runtime.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous calls that are started on an I/O thread and answered on the loop.
 *
 * <p>SDK clients resolve credentials, marshal, hash and sign on the thread that calls them; a slow one of those must not
 * hold up the loop. Thread-safe.
 */
public final class LoopCalls {

    private LoopCalls() {}

    /**
     * Makes one call.
     *
     * @param io where the call is started
     * @param call may throw, for example for want of credentials; that counts as its failure
     * @param onLoop gets the answer or the failure, unwrapped, on the loop; not called once the loop is closed
     */
    public static <T> void send(
            EventLoop loop,
            Executor io,
            Supplier<CompletableFuture<T>> call,
            BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
        try {
            io.execute(() -> started(call)
                    .whenComplete((answer, failure) -> loop.post(
                            () -> onLoop.accept(answer, failure == null ? null : ServiceErrors.cause(failure)))));
        } catch (Throwable e) { // the platform is being shut down, or has no memory for a thread
            loop.post(() -> onLoop.accept(null, e));
        }
    }

    private static <T> CompletableFuture<T> started(Supplier<CompletableFuture<T>> call) {
        try {
            return call.get();
        } catch (Throwable e) { // whatever it is, the caller must hear of it
            return CompletableFuture.failedFuture(e);
        }
    }
}
