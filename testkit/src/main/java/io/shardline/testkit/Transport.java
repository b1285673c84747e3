package io.shardline.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.KinesisResponse;

/**
 * The way of a client's calls to the emulator and back: latencies, faults, and failures as the SDK delivers them.
 *
 * <p>The caller's thread draws the call's fate and posts it; it takes effect on the emulator's executor; its future is
 * completed on the client's. The ways there and back are separate tasks, unless they take no time. Thread-safe.
 */
final class Transport {
    private static final Set<String> DATA_OPERATIONS =
            Set.of("GetRecords", "GetShardIterator", "PutRecord", "PutRecords");

    private final KinesisEmulator emulator;
    private final ClientSettings settings;
    private final ReentrantLock fates = new ReentrantLock();

    /** What a call does once it has arrived. */
    @FunctionalInterface
    interface Effect<R> {
        /** The answer; refusals are thrown as {@link ServiceError}. */
        R apply(KinesisEngine engine, Call call);
    }

    /** What was drawn for a call before it left. */
    private record Fate(Fault fault, Duration request, Duration reply) {}

    Transport(KinesisEmulator emulator, ClientSettings settings) {
        this.emulator = emulator;
        this.settings = settings;
    }

    /** Sends any request but SubscribeToShard. */
    <R extends KinesisResponse> CompletableFuture<R> send(KinesisRequest request, Class<R> type) {
        return send(
                operation(request),
                request,
                (engine, call) ->
                        type.cast(call.stamp(engine.answer(request, call)).build()));
    }

    private static String operation(KinesisRequest request) {
        String type = request.getClass().getSimpleName();
        return type.substring(0, type.length() - "Request".length());
    }

    <R> CompletableFuture<R> send(String operation, KinesisRequest request, Effect<R> effect) {
        CompletableFuture<R> future = new CompletableFuture<>();
        Fate fate = draw(operation, request);
        try {
            Fault fault = fate.fault();
            if (emulator.isClosing()) {
                throw new RejectedExecutionException("closed");
            }
            if (fault instanceof Fault.ConnectionFailure) {
                reply(future, fate, CompletableFuture.failedFuture(wrapped(connectionFailure())));
            } else if (fault instanceof Fault.RequestLost lost) {
                timeOut(future, request, lost.timeout());
            } else if (fault instanceof Fault.ReplyLost lost) {
                post(fate.request(), () -> answer(operation, fate, effect));
                timeOut(future, request, lost.timeout());
            } else if (fault instanceof Fault.LandsLate late) {
                post(fate.request().plus(late.extra()), () -> answer(operation, fate, effect));
                timeOut(future, request, late.timeout());
            } else {
                Duration extra = fault instanceof Fault.Delay delay ? delay.extra() : Duration.ZERO;
                post(fate.request().plus(extra), () -> reply(future, fate, answer(operation, fate, effect)));
            }
        } catch (RejectedExecutionException closed) {
            future.completeExceptionally(
                    wrapped(SdkClientException.create("The emulator is closed: " + operation, closed)));
        }
        return future;
    }

    private Fate draw(String operation, KinesisRequest request) {
        Fault planned = emulator.faults().next(operation, request, settings.name());
        // Random sources and the faults of a client are not made for several threads.
        fates.lock();
        try {
            Fault fault = planned == null ? settings.faults().next(operation, request) : planned;
            return new Fate(
                    fault instanceof Fault.None ? emulator.usualFaults().next(operation, request) : fault,
                    settings.requestLatency().next(),
                    settings.replyLatency().next());
        } finally {
            fates.unlock();
        }
    }

    /** Lets the call take effect; the answer is there already, and may be a failure. */
    private <R> CompletableFuture<R> answer(String operation, Fate fate, Effect<R> effect) {
        return emulator.locked(engine -> {
            Call call = new Call(operation, fate.fault(), requestId(), engine.nowMillis());
            try {
                refuse(operation, fate.fault());
                return CompletableFuture.completedFuture(effect.apply(engine, call));
            } catch (ServiceError error) {
                return CompletableFuture.failedFuture(wrapped(SdkErrors.toSdk(error, call)));
            } catch (RuntimeException defect) {
                // A defect of the emulator must not look like a call that is never answered.
                String message = "The emulator failed at " + operation;
                return CompletableFuture.failedFuture(wrapped(SdkClientException.create(message, defect)));
            }
        });
    }

    private static void refuse(String operation, Fault fault) {
        if (fault instanceof Fault.Throttle && DATA_OPERATIONS.contains(operation)) {
            throw ServiceError.throughputExceeded("Rate exceeded for " + operation);
        }
        if (fault instanceof Fault.Throttle) {
            throw ServiceError.limitExceeded("Rate exceeded for " + operation);
        }
        if (fault instanceof Fault.ExpiredIterator && operation.equals("GetRecords")) {
            throw ServiceError.clientError("ExpiredIteratorException", "Iterator expired. Injected failure.");
        }
        if (fault instanceof Fault.ServiceFailure failure) {
            throw new ServiceError(failure.code(), failure.status(), "Injected failure of " + operation);
        }
    }

    private <R> void reply(CompletableFuture<R> future, Fate fate, CompletableFuture<R> answer) {
        Runnable completion = () -> answer.whenComplete((value, failure) -> {
            if (failure == null) {
                future.complete(value);
            } else {
                future.completeExceptionally(failure);
            }
        });
        if (fate.reply().isZero()) {
            settings.callbacks().execute(completion);
        } else {
            post(fate.reply(), () -> settings.callbacks().execute(completion));
        }
    }

    private void timeOut(CompletableFuture<?> future, KinesisRequest request, Duration ifUnset) {
        Duration timeout = timeout(request).orElse(ifUnset);
        Runnable completion =
                () -> future.completeExceptionally(wrapped(ApiCallAttemptTimeoutException.create(timeout.toMillis())));
        post(timeout, () -> settings.callbacks().execute(completion));
    }

    private static Optional<Duration> timeout(KinesisRequest request) {
        Optional<AwsRequestOverrideConfiguration> override = request.overrideConfiguration();
        return override.flatMap(AwsRequestOverrideConfiguration::apiCallAttemptTimeout)
                .or(() -> override.flatMap(AwsRequestOverrideConfiguration::apiCallTimeout));
    }

    /** A failure as the SDK's clients deliver it: even the first dependant of a future sees the wrapper. */
    private static CompletionException wrapped(SdkException failure) {
        return new CompletionException(failure);
    }

    private static SdkClientException connectionFailure() {
        IOException cause = new IOException("Connection reset by peer");
        return SdkClientException.create("Unable to execute HTTP request: " + cause.getMessage(), cause);
    }

    private void post(Duration delay, Runnable task) {
        if (delay.isZero()) {
            emulator.timeline().execute(task);
        } else {
            emulator.timeline().after(delay, task);
        }
    }

    /** Has the caller hear something that the service says unasked; the emulator may be closed meanwhile. */
    void arrive(Runnable heard) {
        Duration latency = replyLatency();
        Runnable arrival = () -> settings.callbacks().execute(heard);
        // What is said in closing must not wait for a time that does not come.
        if (latency.isZero() || emulator.isClosing()) {
            arrival.run();
            return;
        }
        try {
            emulator.timeline().after(latency, arrival);
        } catch (RejectedExecutionException closed) {
            arrival.run();
        }
    }

    private Duration replyLatency() {
        fates.lock();
        try {
            return settings.replyLatency().next();
        } finally {
            fates.unlock();
        }
    }

    /** What an answer is stamped with that nobody asked for. */
    Call call(String operation, long nowMillis) {
        return new Call(operation, new Fault.None(), requestId(), nowMillis);
    }

    KinesisEmulator emulator() {
        return emulator;
    }

    private String requestId() {
        return new UUID(emulator.draw(), emulator.draw()).toString();
    }
}
