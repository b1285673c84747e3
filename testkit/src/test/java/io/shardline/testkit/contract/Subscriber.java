package io.shardline.testkit.contract;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** One call of SubscribeToShard: takes every event as it comes, and remembers how it ended. Thread-safe. */
final class Subscriber implements org.reactivestreams.Subscriber<SubscribeToShardEventStream> {

    private final List<SubscribeToShardEvent> events = new CopyOnWriteArrayList<>();
    private volatile boolean response;
    private volatile boolean over;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Subscription subscription;
    private volatile @Nullable CompletableFuture<Void> call;

    SubscribeToShardResponseHandler handler() {
        return SubscribeToShardResponseHandler.builder()
                .onResponse(answer -> response = true)
                .onEventStream(publisher -> publisher.subscribe(this))
                .onError(this::fail)
                .build();
    }

    /** The call itself; a refusal comes here. */
    void call(CompletableFuture<Void> made) {
        call = made;
        made.whenComplete((nothing, thrown) -> {
            if (thrown != null) {
                fail(thrown);
            }
            over = true;
        });
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(SubscribeToShardEventStream event) {
        if (event instanceof SubscribeToShardEvent records) {
            events.add(records);
        }
    }

    @Override
    public void onError(Throwable thrown) {
        fail(thrown);
    }

    @Override
    public void onComplete() {
        over = true;
    }

    private void fail(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        failure = cause;
        over = true;
    }

    void cancel() {
        Subscription current = subscription;
        if (current != null) {
            current.cancel();
        }
    }

    /** The call: completes when the subscription is over. */
    CompletableFuture<Void> call() {
        return Objects.requireNonNull(call);
    }

    /** Whether the service has said that it begins. */
    boolean hasResponse() {
        return response;
    }

    /** Whether it has completed, failed, or was refused. */
    boolean isOver() {
        return over;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    List<SubscribeToShardEvent> events() {
        return events;
    }

    SubscribeToShardEvent last() {
        return Objects.requireNonNull(events.get(events.size() - 1));
    }

    List<String> texts() {
        return events.stream()
                .flatMap(event -> KinesisContract.textsOf(event.records()).stream())
                .toList();
    }
}
