package io.shardline.runtime.internal;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.shardline.runtime.Platform;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * Calls of the control plane, sent from the I/O executor, watched, and retried on the loop's time with jitter.
 *
 * <p>The returned futures complete on the loop. Confined to the loop.
 */
public final class ControlCalls {

    /** How often a call is tried before its failure is believed. */
    public static final int MOST_ATTEMPTS = 8;

    /** How long an attempt is waited for, whatever limit the client has or has not. */
    public static final Duration LONGEST_ATTEMPT = Duration.ofMinutes(1);

    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

    private final EventLoop loop;
    private final Platform platform;
    private final Consumer<Throwable> onFailure;
    private final Retry retry;

    public ControlCalls(EventLoop loop, Platform platform) {
        this(loop, platform, failure -> {});
    }

    /** @param onFailure is told of every attempt that failed, on the loop; the last one is also the call's failure */
    public ControlCalls(EventLoop loop, Platform platform, Consumer<Throwable> onFailure) {
        this.loop = loop;
        this.platform = platform;
        this.onFailure = onFailure;
        this.retry = Retry.of(
                "control",
                RetryConfig.custom()
                        .maxAttempts(MOST_ATTEMPTS)
                        .retryOnException(ControlCalls::isWorthAnotherTry)
                        .intervalFunction(this::delayMillis)
                        .build());
    }

    /**
     * Makes a call, again after failures that may pass.
     *
     * @return completes on the loop, with the answer or with the last failure
     */
    public <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> call) {
        return call(call, failure -> {});
    }

    /** As {@link #call(Supplier)}; {@code onItsFailure} is told of every attempt of this call that failed. */
    public <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> call, Consumer<Throwable> onItsFailure) {
        Consumer<Throwable> told = onFailure.andThen(onItsFailure);
        return retry.executeCompletionStage(loop.scheduler(), () -> attempt(call, told))
                .toCompletableFuture();
    }

    /** Also what is permanent mostly: the tries are few. */
    private static boolean isWorthAnotherTry(Throwable failure) {
        return ServiceErrors.isTransient(failure) || ServiceErrors.isDoubted(ServiceErrors.code(failure));
    }

    private <T> CompletionStage<T> attempt(Supplier<CompletableFuture<T>> call, Consumer<Throwable> told) {
        CompletableFuture<T> onLoop = new CompletableFuture<>();
        EventLoop.Timer watch = loop.schedule(
                LONGEST_ATTEMPT.toNanos(),
                () -> fail(onLoop, SdkClientException.create("no answer within " + LONGEST_ATTEMPT), told));
        LoopCalls.send(loop, platform.io(), () -> unlessOver(onLoop, call), (answer, failure) -> {
            watch.cancel();
            if (failure != null) {
                fail(onLoop, failure, told);
            } else {
                onLoop.complete(answer);
            }
        });
        return onLoop;
    }

    /** An attempt that waited too long for an I/O thread is not made any more. */
    private static <T> CompletableFuture<T> unlessOver(
            CompletableFuture<T> attempt, Supplier<CompletableFuture<T>> call) {
        return attempt.isDone() ? CompletableFuture.failedFuture(new CancellationException()) : call.get();
    }

    /** Does nothing if the attempt is over. */
    private static void fail(CompletableFuture<?> attempt, Throwable failure, Consumer<Throwable> told) {
        if (!attempt.isDone()) {
            try {
                told.accept(failure);
            } finally {
                attempt.completeExceptionally(failure);
            }
        }
    }

    private long delayMillis(int attempt) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(BACKOFF.delayNanos(attempt, platform.random())));
    }
}
