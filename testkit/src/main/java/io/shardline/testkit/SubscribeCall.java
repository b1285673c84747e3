package io.shardline.testkit;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponse;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/**
 * One SubscribeToShard call of a client, from the request to the end of its events, with the callbacks in the SDK's order.
 *
 * <p>Thread-safe.
 */
final class SubscribeCall {
    private final Transport transport;
    private final SubscribeToShardResponseHandler handler;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    /** What the service answers before the events. */
    private record Accepted(SubscribeToShardResponse response, SubscriptionPublisher events) {}

    SubscribeCall(Transport transport, SubscribeToShardResponseHandler handler) {
        this.transport = transport;
        this.handler = handler;
    }

    /** The future is done when no event will come any more. */
    CompletableFuture<Void> send(SubscribeToShardRequest request) {
        transport
                .send("SubscribeToShard", request, (engine, call) -> {
                    Subscription subscription = engine.subscribe(request);
                    SubscriptionPublisher events = new SubscriptionPublisher(transport, subscription, this::over);
                    events.spoil(call.fault());
                    return new Accepted(
                            call.stamp(SubscribeToShardResponse.builder()).build(), events);
                })
                .whenComplete(this::answered);
        return done;
    }

    private void answered(@Nullable Accepted accepted, @Nullable Throwable failure) {
        if (accepted == null) {
            fail(failure == null ? new IllegalStateException("a call has an answer or a failure") : failure);
            return;
        }
        try {
            handler.onEventStream(accepted.events());
            handler.responseReceived(accepted.response());
        } catch (RuntimeException thrown) {
            accepted.events().cancel(thrown);
        }
    }

    private void fail(Throwable failure) {
        if (done.isDone()) {
            return;
        }
        try {
            handler.exceptionOccurred(failure);
        } finally {
            done.completeExceptionally(failure);
        }
    }

    private void over(SubscriptionPublisher.Outcome outcome) {
        if (outcome.failure() != null) {
            fail(outcome.failure());
            return;
        }
        if (!outcome.cancelled() && !done.isDone()) {
            handler.complete();
        }
        done.complete(null);
    }
}
