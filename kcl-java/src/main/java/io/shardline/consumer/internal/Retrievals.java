package io.shardline.consumer.internal;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.Retrieval;
import io.shardline.consumer.StreamConfig;
import io.shardline.consumer.internal.retrieve.Cursor;
import io.shardline.consumer.internal.retrieve.FanOutRegistration;
import io.shardline.consumer.internal.retrieve.FanOutSource;
import io.shardline.consumer.internal.retrieve.PollingSource;
import io.shardline.consumer.internal.retrieve.RecordSource;
import io.shardline.consumer.internal.retrieve.ShardName;
import io.shardline.consumer.internal.retrieve.SubscriptionSlots;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How the shards of each stream are read: the sources, and the registered consumers of those that are subscribed to.
 *
 * <p>Confined to the consumer loop.
 */
final class Retrievals implements RecordSource.Factory {

    private final ConsumerConfig config;
    private final PollingSource.Setting polling;
    private final Consumer<ConsumerException> failed;
    private final SubscriptionSlots slots;
    private final Map<String, Retrieval> chosen = new TreeMap<>();
    private final Map<String, FanOutRegistration> registrations = new TreeMap<>();

    /** The answers to {@link #deregister} that are still open. */
    private final List<CompletableFuture<Void>> ending = new ArrayList<>();

    /** @param failed called if the registered consumer of the only stream cannot be used */
    Retrievals(ConsumerConfig config, PollingSource.Setting polling, Consumer<ConsumerException> failed) {
        this.config = config;
        this.polling = polling;
        this.failed = failed;
        this.slots = new SubscriptionSlots(config.maxSubscriptions());
    }

    /** Looks for the registered consumers of the streams that are known from the beginning. */
    void begin() {
        known().forEach(FanOutRegistration::begin);
    }

    /** Those of the streams of the settings, and of all others that have been read. */
    private Collection<FanOutRegistration> known() {
        for (StreamConfig stream : config.streams()) {
            if (!(retrievalOf(stream.streamName()) instanceof Retrieval.Polling)) {
                registration(stream.streamName());
            }
        }
        return registrations.values();
    }

    /** Reads a stream as it says from its next source on; this worker alone, as others have their own settings. */
    void choose(StreamConfig stream) {
        String name = stream.streamName();
        Retrieval before = retrievalOf(name);
        if (stream.retrieval() == null) {
            chosen.remove(name);
        } else {
            chosen.put(name, stream.retrieval());
        }
        if (!before.equals(retrievalOf(name))) {
            registrations.remove(name);
        }
    }

    private Retrieval retrievalOf(String streamName) {
        Retrieval own = chosen.get(streamName);
        return own == null ? config.retrievalOf(streamName) : own;
    }

    @Override
    public RecordSource open(ShardName shard, Cursor from, RecordSource.Sink sink) {
        return retrievalOf(shard.streamName()) instanceof Retrieval.Polling
                ? polling.open(shard, from, sink)
                : new FanOutSource.Setting(polling, registration(shard.streamName()), slots).open(shard, from, sink);
    }

    /** In words, why a stream cannot be subscribed to yet, or null if all can, or should not be waited for. */
    @Nullable
    String waitsFor() {
        return registrations.values().stream()
                .filter(registration -> !registration.isGivenUp())
                .map(FanOutRegistration::waitsFor)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** In words, why streams cannot be subscribed to. */
    List<String> problems() {
        return registrations.values().stream()
                .flatMap(registration -> Optional.ofNullable(registration.waitsFor()).stream())
                .toList();
    }

    /** Ends the registrations that are made here when they are missing. Completes on the loop. */
    CompletableFuture<Void> deregister() {
        CompletableFuture<Void> done = CompletableFuture.allOf(
                known().stream().map(FanOutRegistration::deregister).toArray(CompletableFuture[]::new));
        ending.add(done);
        done.whenComplete((nothing, failure) -> ending.removeIf(CompletableFuture::isDone));
        return done;
    }

    /** Nothing is heard of the service any more. */
    void abandon(String why) {
        List.copyOf(ending)
                .forEach(waiting -> waiting.completeExceptionally(new ConsumerException(
                        why + ", and it is not known whether the fan-out consumers are deregistered", null)));
    }

    private FanOutRegistration registration(String streamName) {
        return registrations.computeIfAbsent(streamName, name -> {
            Retrieval retrieval = retrievalOf(name);
            String arn = retrieval instanceof Retrieval.FanOutArn given ? given.consumerArn() : null;
            String chosen = retrieval instanceof Retrieval.FanOut named ? named.consumerName() : null;
            String consumer = chosen != null ? chosen : FanOutRegistration.nameOf(config.applicationName());
            return new FanOutRegistration(
                    polling,
                    new FanOutRegistration.Target(
                            name,
                            arn == null ? consumer : null,
                            arn,
                            config.startTimeout(),
                            config.isMultiStream() ? null : failed));
        });
    }
}
