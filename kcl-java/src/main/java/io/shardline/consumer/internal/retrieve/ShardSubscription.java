package io.shardline.consumer.internal.retrieve;

import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.LoopCalls;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponse;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/**
 * One SubscribeToShard call, from its sending to its end, an event for each demand.
 *
 * <p>The SDK's threads only post what they hear; demand and cancellation go through the I/O threads, one after the other, as the
 * SDK may decode an event on the thread that asks for it. Confined to the consumer loop.
 */
final class ShardSubscription {

    /** The service sends an event about every second, also when there is nothing. */
    static final Duration MAX_SILENCE = Duration.ofSeconds(10);

    /** Below the read time-outs of HTTP clients, which would end it with an error. */
    static final Duration MAX_UNUSED = Duration.ofSeconds(5);

    private static final Duration MAX_CALL = Duration.ofSeconds(10);

    /** More than the five minutes that a subscription lasts, since a client's limit of a call counts for its whole life. */
    private static final Duration MAX_LIFE = Duration.ofMinutes(6);

    private final PollingSource.Setting setting;
    private final EventLoop loop;
    private final Listener listener;
    private final long sentNanos;

    private @Nullable CompletableFuture<Void> call;
    private @Nullable Subscription events;
    private @Nullable Instant serviceTime;
    private long serviceTimeNanos;
    private CompletableFuture<Void> signals = CompletableFuture.completedFuture(null);
    private EventLoop.Timer watch;
    private boolean demanded;
    private boolean over;
    private int eventCount;

    /** How it ended. */
    enum End {
        /** The service ended it without an error. */
        COMPLETED,
        /** It was refused, or broke. */
        FAILED,
        /** There was demand, and nothing came. */
        SILENT,
        /** There was no demand for too long. */
        UNUSED
    }

    /** What hears of it. Called on the loop. */
    interface Listener {

        /** The service has accepted it; the first event has to be demanded. */
        void accepted();

        void event(SubscribeToShardEvent event);

        /** Nothing comes after this. */
        void ended(End how, @Nullable Throwable failure);
    }

    /** Sends the call. */
    ShardSubscription(PollingSource.Setting setting, SubscribeToShardRequest request, Listener listener) {
        this.setting = setting;
        this.loop = setting.loop();
        this.listener = listener;
        this.sentNanos = loop.nanoTime();
        this.watch = loop.schedule(
                MAX_CALL.toNanos(),
                () -> end(End.FAILED, SdkClientException.create("no answer to SubscribeToShard within " + MAX_CALL)));
        SubscribeToShardRequest unlimited = request.toBuilder()
                .overrideConfiguration(o -> o.apiCallTimeout(MAX_LIFE).apiCallAttemptTimeout(MAX_LIFE))
                .build();
        LoopCalls.send(loop, setting.platform().io(), () -> subscribe(unlimited), (nothing, failure) -> end(failure));
    }

    /** On an I/O thread. */
    private CompletableFuture<Void> subscribe(SubscribeToShardRequest request) {
        CompletableFuture<Void> begun = setting.client().subscribeToShard(request, new Response());
        if (!loop.post(() -> begun(begun))) {
            begun.cancel(true);
        }
        return begun;
    }

    private void begun(CompletableFuture<Void> begun) {
        if (over && events == null) {
            signal(() -> begun.cancel(true));
        }
        call = begun;
    }

    /** What asks for the records of a shard from a cursor on. */
    static SubscribeToShardRequest request(String consumerArn, String shardId, Cursor from) {
        StartingPosition.Builder position = StartingPosition.builder();
        if (from instanceof Cursor.After after) {
            position.type(ShardIteratorType.AFTER_SEQUENCE_NUMBER).sequenceNumber(after.sequenceNumber());
        } else if (from instanceof Cursor.At at) {
            position.type(ShardIteratorType.AT_SEQUENCE_NUMBER)
                    .sequenceNumber(at.position().sequenceNumber());
        } else if (from instanceof Cursor.AtTime time) {
            position.type(ShardIteratorType.AT_TIMESTAMP).timestamp(time.time());
        } else {
            position.type(ShardIteratorType.TRIM_HORIZON);
        }
        return SubscribeToShardRequest.builder()
                .consumerARN(consumerArn)
                .shardId(shardId)
                .startingPosition(position.build())
                .build();
    }

    long sentNanos() {
        return sentNanos;
    }

    boolean isAccepted() {
        return events != null;
    }

    boolean isDemanded() {
        return demanded;
    }

    int eventCount() {
        return eventCount;
    }

    /** The service's own time now, to a second; the worker's if the service did not tell. */
    Instant serviceTime() {
        Instant at = serviceTime;
        return at == null
                ? setting.platform().wallClock().instant().truncatedTo(ChronoUnit.SECONDS)
                : at.plusNanos(loop.nanoTime() - serviceTimeNanos).truncatedTo(ChronoUnit.SECONDS);
    }

    /** Asks for one more event, of one that is accepted. */
    void demand() {
        Subscription accepted = events;
        if (accepted != null && !demanded && !over) {
            demanded = true;
            watch(MAX_SILENCE, () -> end(End.SILENT, null));
            signal(() -> accepted.request(1));
        }
    }

    /** Ends it; nothing is heard of it any more. */
    void cancel() {
        if (!over) {
            over = true;
            watch.cancel();
            Subscription accepted = events;
            CompletableFuture<Void> begun = call;
            if (accepted != null) {
                signal(accepted::cancel);
            } else if (begun != null) {
                signal(() -> begun.cancel(true)); // or it would keep its connection for as long as a subscription lives
            }
        }
    }

    private void signal(Runnable signal) {
        signals = signals.thenRunAsync(signal, setting.platform().io());
    }

    private void watch(Duration limit, Runnable then) {
        watch.cancel();
        watch = loop.schedule(limit.toNanos(), then);
    }

    private void accepted(Subscription accepted) {
        if (over || events != null) {
            signal(accepted::cancel);
            return;
        }
        events = accepted;
        watch(MAX_UNUSED, () -> end(End.UNUSED, null));
        listener.accepted();
    }

    private void event(SubscribeToShardEvent event) {
        if (!over) {
            demanded = false;
            eventCount++;
            watch(MAX_UNUSED, () -> end(End.UNUSED, null));
            listener.event(event);
        }
    }

    private void end(@Nullable Throwable failure) {
        end(failure == null ? End.COMPLETED : End.FAILED, failure == null ? null : ServiceErrors.cause(failure));
    }

    private void end(End how, @Nullable Throwable failure) {
        if (!over) {
            cancel();
            listener.ended(how, failure);
        }
    }

    /** Hears the answer. Any thread. */
    private final class Response implements SubscribeToShardResponseHandler {

        @Override
        public void responseReceived(SubscribeToShardResponse response) {
            loop.post(() -> {
                serviceTime = ServiceTime.of(response, setting.platform());
                serviceTimeNanos = loop.nanoTime();
            });
        }

        @Override
        public void onEventStream(SdkPublisher<SubscribeToShardEventStream> publisher) {
            publisher.subscribe(new Events());
        }

        @Override
        public void exceptionOccurred(Throwable failure) {
            loop.post(() -> end(failure));
        }

        @Override
        public void complete() {
            loop.post(() -> end(null));
        }
    }

    /** Hears the events. Any thread. */
    private final class Events implements Subscriber<SubscribeToShardEventStream> {

        @Override
        public void onSubscribe(Subscription subscription) {
            if (!loop.post(() -> accepted(subscription))) {
                subscription.cancel();
            }
        }

        @Override
        public void onNext(SubscribeToShardEventStream event) {
            loop.post(() -> {
                if (event instanceof SubscribeToShardEvent records) {
                    event(records);
                } else {
                    demanded = false; // something new, which is not for us
                    demand();
                }
            });
        }

        @Override
        public void onError(Throwable failure) {
            loop.post(() -> end(failure));
        }

        @Override
        public void onComplete() {
            loop.post(() -> end(null));
        }
    }
}
