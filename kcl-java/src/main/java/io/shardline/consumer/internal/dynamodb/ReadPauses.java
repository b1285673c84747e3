package io.shardline.consumer.internal.dynamodb;

import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.Backoff;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The pauses between the calls of one read that the table had no capacity for, or did not answer.
 *
 * <p>Thread-safe.
 */
final class ReadPauses {

    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(3));

    private volatile @Nullable Platform platform;

    /** From now on there are pauses; before there is no clock to make them by. */
    void by(Platform given) {
        platform = given;
    }

    /** Whether there are pauses, and so whether it makes sense to call again. */
    boolean arePossible() {
        return platform != null;
    }

    /** Completes, on an I/O thread, after a while that grows with the failures; at once while there are no pauses. */
    CompletableFuture<Void> after(int failures) {
        Platform known = platform;
        CompletableFuture<Void> over = new CompletableFuture<>();
        if (known == null) {
            over.complete(null);
            return over;
        }
        try {
            // The random numbers are the loop's.
            known.loop().execute(() -> {
                long nanos = BACKOFF.delayNanos(failures, known.random());
                guarded(
                        over,
                        () -> known.loop()
                                .schedule(
                                        () -> guarded(over, () -> known.io().execute(() -> over.complete(null))),
                                        nanos,
                                        TimeUnit.NANOSECONDS));
            });
        } catch (RejectedExecutionException e) {
            over.completeExceptionally(e);
        }
        return over;
    }

    /** The platform may be shut down meanwhile. */
    private static void guarded(CompletableFuture<Void> over, Runnable step) {
        try {
            step.run();
        } catch (RejectedExecutionException e) {
            over.completeExceptionally(e);
        }
    }
}
