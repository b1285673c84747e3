package io.shardline.consumer.internal;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.Retrieval;
import io.shardline.consumer.StreamConfig;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.retrieve.Cursor;
import io.shardline.consumer.internal.retrieve.FanOutRegistration;
import io.shardline.consumer.internal.retrieve.FanOutSource;
import io.shardline.consumer.internal.retrieve.PollingSource;
import io.shardline.consumer.internal.retrieve.RecordSource;
import io.shardline.consumer.internal.retrieve.RetrievalPlanner;
import io.shardline.consumer.internal.retrieve.ShardName;
import io.shardline.consumer.internal.retrieve.SubscriptionSlots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the shards of each stream are read: the sources, and the registered consumers of those that are subscribed to.
 *
 * <p>Confined to the consumer loop.
 */
final class Retrievals implements RecordSource.Factory {

    private static final double SECOND = 1e9;

    private final ConsumerConfig config;
    private final PollingSource.Setting polling;
    private final Consumer<ConsumerException> failed;
    private final SubscriptionSlots slots;
    private final Map<String, Retrieval> chosen = new TreeMap<>();
    private final Map<String, FanOutRegistration> registrations = new TreeMap<>();
    private final AutomaticRetrieval automatic;
    private final AutomaticStream.Setting automaticSetting;

    /** The answers to {@link #deregister} that are still open. */
    private final List<CompletableFuture<Void>> ending = new ArrayList<>();

    /** @param failed called if the registered consumer of the only stream cannot be used */
    Retrievals(
            ConsumerConfig config,
            PollingSource.Setting polling,
            AutomaticRetrieval automatic,
            AutomaticStream.Setting automaticSetting,
            Consumer<ConsumerException> failed) {
        this.config = config;
        this.polling = polling;
        this.automatic = automatic;
        this.automaticSetting = automaticSetting;
        this.failed = failed;
        this.slots = new SubscriptionSlots(config.maxSubscriptions());
    }

    /** Looks for the registered consumers of the streams that are known from the beginning. */
    void begin() {
        known();
        registrations.values().forEach(FanOutRegistration::begin);
    }

    /** Those of the streams of the settings, and of all others that have been read. */
    private void known() {
        for (StreamConfig stream : config.streams()) {
            Retrieval retrieval = retrievalOf(stream.streamName());
            if (retrieval instanceof Retrieval.Automatic wish) {
                automatic(stream.streamName(), wish);
            } else if (!(retrieval instanceof Retrieval.Polling)) {
                registration(stream.streamName(), retrieval);
            }
        }
    }

    /** The lease table was read. */
    void scanned(LeaseStore.Scan scan) {
        for (StreamRow row : scan.streams()) {
            if (retrievalOf(row.streamName()) instanceof Retrieval.Automatic wish) {
                automatic(row.streamName(), wish); // another worker may have added it
            }
        }
        automatic.scanned(scan);
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
            automatic.forget(name);
        }
    }

    private Retrieval retrievalOf(String streamName) {
        Retrieval own = chosen.get(streamName);
        return own == null ? config.retrievalOf(streamName) : own;
    }

    @Override
    public RecordSource open(ShardName shard, Cursor from, RecordSource.Sink sink) {
        Retrieval retrieval = retrievalOf(shard.streamName());
        if (retrieval instanceof Retrieval.Polling) {
            return polling.open(shard, from, sink);
        }
        if (retrieval instanceof Retrieval.Automatic wish) {
            AutomaticStream stream = automatic(shard.streamName(), wish);
            return subscribing(stream.registration())
                    .open(shard, from, stream.gauges().watching(shard, sink));
        }
        return subscribing(registration(shard.streamName(), retrieval)).open(shard, from, sink);
    }

    private FanOutSource.Setting subscribing(FanOutRegistration registration) {
        return new FanOutSource.Setting(polling, registration, slots);
    }

    private Stream<FanOutRegistration> all() {
        return Stream.concat(
                registrations.values().stream(), automatic.all().stream().map(AutomaticStream::registration));
    }

    /** In words, why a stream cannot be subscribed to yet, or null if all can, or should not be waited for. */
    @Nullable
    String waitsFor() {
        return all().filter(registration -> !registration.isGivenUp())
                .map(FanOutRegistration::waitsFor)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** In words, why streams cannot be subscribed to. */
    List<String> problems() {
        return Stream.concat(
                        all().map(registration -> Optional.ofNullable(registration.waitsFor())),
                        automatic.all().stream().map(stream -> Optional.ofNullable(stream.problem())))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Ends the registrations that are made here when they are missing. Completes on the loop. */
    CompletableFuture<Void> deregister() {
        known();
        CompletableFuture<Void> done = CompletableFuture.allOf(Stream.concat(
                        registrations.values().stream().map(FanOutRegistration::deregister),
                        automatic.all().stream().map(AutomaticStream::deregister))
                .toArray(CompletableFuture[]::new));
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

    private FanOutRegistration registration(String streamName, Retrieval retrieval) {
        return registrations.computeIfAbsent(streamName, name -> {
            String arn = retrieval instanceof Retrieval.FanOutArn given ? given.consumerArn() : null;
            String own = retrieval instanceof Retrieval.FanOut named ? named.consumerName() : null;
            String consumer = own != null ? own : FanOutRegistration.nameOf(config.applicationName());
            return new FanOutRegistration(
                    polling,
                    new FanOutRegistration.Target(
                            name,
                            arn == null ? consumer : null,
                            arn,
                            config.startTimeout(),
                            config.isMultiStream() ? null : failed,
                            null));
        });
    }

    private AutomaticStream automatic(String streamName, Retrieval.Automatic wish) {
        return automatic.stream(
                streamName,
                name -> new AutomaticStream(
                        name,
                        automaticSetting,
                        new RetrievalPlanner.Wish(wish.maxFanOutShards(), wish.latency(), Duration.ofNanos((long)
                                (SECOND / config.readsPerSecondAtTip()))),
                        gate -> new FanOutRegistration(
                                polling,
                                new FanOutRegistration.Target(
                                        name,
                                        FanOutRegistration.nameOf(config.applicationName()),
                                        null,
                                        config.startTimeout(),
                                        null,
                                        gate))));
    }
}
