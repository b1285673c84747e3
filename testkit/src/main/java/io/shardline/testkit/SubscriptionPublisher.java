package io.shardline.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;

/**
 * Carries the events of one subscription to its one subscriber, as fast as he demands them and the network takes them.
 *
 * <p>State changes under the emulator's lock; the subscriber is called outside of it, one call at a time, in order.
 * Thread-safe.
 */
final class SubscriptionPublisher implements SdkPublisher<SubscribeToShardEventStream> {
    /** Events that may be under way to the subscriber at a time, however many he demands. */
    private static final int MAX_UNDER_WAY = 16;

    private final Transport transport;
    private final Subscription subscription;
    private final Consumer<Outcome> over;
    private final Queue<Runnable> signals = new ConcurrentLinkedQueue<>();
    private final AtomicInteger arrived = new AtomicInteger();
    private volatile boolean cancelled;

    // Under the emulator's lock.
    private @Nullable Subscriber<? super SubscribeToShardEventStream> subscriber;
    private @Nullable RuntimeException earlyFailure;
    private long demand;
    private int underWay;
    private int unsent;
    private boolean pumping;
    private boolean ended;
    private long timerMillis = Long.MAX_VALUE;

    /**
     * How it ended.
     *
     * @param failure null if it ended well
     * @param cancelled whether the subscriber ended it
     */
    record Outcome(@Nullable Throwable failure, boolean cancelled) {}

    SubscriptionPublisher(Transport transport, Subscription subscription, Consumer<Outcome> over) {
        this.transport = transport;
        this.subscription = subscription;
        this.over = over;
    }

    @Override
    public void subscribe(Subscriber<? super SubscribeToShardEventStream> another) {
        Objects.requireNonNull(another, "subscriber");
        boolean first = transport.emulator().locked(engine -> {
            if (subscriber != null) {
                return false;
            }
            subscriber = another;
            signals.add(() -> another.onSubscribe(new Demand()));
            return true;
        });
        if (!first) {
            another.onSubscribe(new NothingToDemand());
            another.onError(new IllegalStateException("the events of a subscription have one subscriber"));
            return;
        }
        drain();
        change(() -> {
            subscription.listener(this::soon);
            if (earlyFailure == null) {
                soon();
            } else {
                sendFailure(earlyFailure);
            }
        });
    }

    /** What a second subscriber holds. Immutable. */
    private record NothingToDemand() implements org.reactivestreams.Subscription {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}
    }

    /** What the subscriber holds. Thread-safe. */
    private final class Demand implements org.reactivestreams.Subscription {
        @Override
        public void request(long count) {
            change(() -> {
                if (count <= 0) {
                    end(new IllegalArgumentException("a subscriber demands a positive number of events: " + count));
                } else {
                    demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
                    soon();
                }
            });
        }

        @Override
        public void cancel() {
            SubscriptionPublisher.this.cancel(null);
        }
    }

    /** The subscriber wants no more, or cannot take more. */
    void cancel(@Nullable Throwable failure) {
        boolean first = transport.emulator().locked(engine -> {
            boolean before = cancelled;
            cancelled = true;
            ended = true;
            subscription.close();
            return !before;
        });
        if (first) {
            over.accept(new Outcome(failure, failure == null));
        }
    }

    /** Something is wrong with the subscription from its beginning on, or will be; under the lock. */
    void spoil(Fault fault) {
        if (fault instanceof Fault.SubscriptionDropped dropped) {
            IOException cause = new IOException("Connection reset by peer");
            String message = "The connection was closed: " + cause.getMessage();
            after(dropped.after(), () -> end(SdkClientException.create(message, cause)));
        } else if (fault instanceof Fault.SubscriptionSilent silent) {
            after(silent.after(), () -> ended = true); // the service's side goes on and counts
        } else if (fault instanceof Fault.SubscriptionEmpty) {
            subscription.close();
        } else if (fault instanceof Fault.MissingChildren) {
            subscription.concealChildren();
        }
    }

    private void after(Duration delay, Runnable change) {
        transport.emulator().timeline().after(delay, () -> change(change));
    }

    /** Changes the state, and then lets go what that has sent on its way. */
    private void change(Runnable change) {
        int sent = transport.emulator().locked(engine -> {
            change.run();
            int now = unsent;
            unsent = 0;
            return now;
        });
        for (int i = 0; i < sent; i++) {
            transport.arrive(this::drain);
        }
    }

    /** Has the emulator's thread look what is there for the subscriber; under the lock. */
    private void soon() {
        if (pumping || ended) {
            return;
        }
        try {
            transport.emulator().timeline().execute(() -> change(this::pump));
            pumping = true;
        } catch (RejectedExecutionException closed) {
            end(SdkClientException.create("The emulator is closed: SubscribeToShard", closed));
        }
    }

    private void pump() {
        pumping = false;
        long now = transport.emulator().nowMillis();
        boolean more = true;
        while (more && !ended && underWay < MAX_UNDER_WAY) {
            more = take(subscription.next(demand > 0, now), now);
        }
    }

    /** Sends a signal on its way, or waits for the next one; says whether to look for more. */
    private boolean take(Subscription.Signal signal, long nowMillis) {
        if (signal instanceof Subscription.Event event) {
            demand--;
            underWay++;
            send(() -> deliver(event.event()));
            return true;
        }
        if (signal instanceof Subscription.Wait wait) {
            wakeAt(wait.untilMillis(), nowMillis);
        } else if (signal instanceof Subscription.Failure failure) {
            end(SdkErrors.toSdk(failure.error(), transport.call("SubscribeToShard", nowMillis)));
        } else {
            ended = true;
            send(this::complete);
        }
        return false;
    }

    private void wakeAt(long untilMillis, long nowMillis) {
        if (untilMillis >= timerMillis) {
            return;
        }
        timerMillis = untilMillis;
        Duration delay = Duration.ofMillis(Math.max(1, untilMillis - nowMillis));
        transport
                .emulator()
                .timeline()
                .after(
                        delay,
                        () -> change(() -> {
                            timerMillis = timerMillis == untilMillis ? Long.MAX_VALUE : timerMillis;
                            soon();
                        }));
    }

    /** Nothing comes after what is under way but this error; under the lock. */
    private void end(RuntimeException failure) {
        if (ended) {
            return;
        }
        ended = true;
        subscription.close();
        // As the SDK wraps what the service says.
        RuntimeException wrapped = failure instanceof SdkException ? new CompletionException(failure) : failure;
        if (subscriber == null) {
            earlyFailure = wrapped;
        } else {
            sendFailure(wrapped);
        }
    }

    private void sendFailure(RuntimeException failure) {
        send(() -> {
            Objects.requireNonNull(subscriber).onError(failure);
            over.accept(new Outcome(failure, false));
        });
    }

    /** A signal sets out, and arrives after those that set out before; under the lock. */
    private void send(Runnable signal) {
        signals.add(signal);
        unsent++;
    }

    /** On the caller's side: takes as many signals as have arrived, on one thread at a time. */
    private void drain() {
        if (arrived.getAndIncrement() > 0) {
            return;
        }
        do {
            Runnable signal = signals.remove();
            if (!cancelled) {
                call(signal);
            }
        } while (arrived.decrementAndGet() > 0);
    }

    private void call(Runnable signal) {
        try {
            signal.run();
        } catch (RuntimeException thrown) {
            // Who throws out of a signal has cancelled, say the rules of reactive streams.
            cancel(thrown);
        }
    }

    private void deliver(SubscribeToShardEvent event) {
        Objects.requireNonNull(subscriber).onNext(event);
        change(() -> {
            underWay--;
            soon();
        });
    }

    private void complete() {
        Objects.requireNonNull(subscriber).onComplete();
        over.accept(new Outcome(null, false));
    }
}
