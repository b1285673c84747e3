package io.shardline.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** All that a subscriber hears, in order; demands nothing by himself but what he was told to. Confined to one thread. */
final class Heard implements Subscriber<SubscribeToShardEventStream> {
    final List<String> signals = new ArrayList<>();
    final List<SubscribeToShardEvent> events = new ArrayList<>();
    final CompletableFuture<Void> done;
    private final long demand;
    private @Nullable Subscription subscription;

    @Nullable
    Throwable failure;

    @Nullable
    RuntimeException thrownNext;

    private Heard(
            KinesisAsyncClient client, String consumerArn, String shardId, StartingPosition position, long demand) {
        this.demand = demand;
        SubscribeToShardResponseHandler handler = SubscribeToShardResponseHandler.builder()
                .onResponse(response -> signals.add("response"))
                .onEventStream(events -> events.subscribe(this))
                .onError(error -> signals.add("handler failure"))
                .onComplete(() -> signals.add("handler complete"))
                .build();
        this.done = client.subscribeToShard(
                r -> r.consumerARN(consumerArn).shardId(shardId).startingPosition(position), handler);
    }

    /** One who demands everything at once. */
    static Heard everything(KinesisAsyncClient client, String consumerArn, String shardId, StartingPosition position) {
        return new Heard(client, consumerArn, shardId, position, Long.MAX_VALUE);
    }

    /** One who demands so many events, and more by {@link #request}. */
    static Heard demanding(
            long demand, KinesisAsyncClient client, String consumerArn, String shardId, StartingPosition position) {
        return new Heard(client, consumerArn, shardId, position, demand);
    }

    @Override
    public void onSubscribe(Subscription given) {
        signals.add("subscribed");
        subscription = given;
        if (demand > 0) {
            given.request(demand);
        }
    }

    @Override
    public void onNext(SubscribeToShardEventStream event) {
        signals.add("event");
        events.add((SubscribeToShardEvent) event);
        if (thrownNext != null) {
            throw thrownNext;
        }
    }

    @Override
    public void onError(Throwable thrown) {
        signals.add("failure");
        failure = thrown;
    }

    @Override
    public void onComplete() {
        signals.add("complete");
    }

    void request(long count) {
        Objects.requireNonNull(subscription).request(count);
    }

    void cancel() {
        Objects.requireNonNull(subscription).cancel();
    }

    List<Record> records() {
        return events.stream().flatMap(event -> event.records().stream()).toList();
    }

    List<String> payloads() {
        return records().stream().map(record -> record.data().asUtf8String()).toList();
    }

    SubscribeToShardEvent last() {
        return events.get(events.size() - 1);
    }
}
