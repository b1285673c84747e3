package io.shardline.testkit;

import io.shardline.testkit.EmulatedStream.StreamName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * The account: all streams by name, the clock they live by, and the answers for those that can't be used.
 *
 * <p>Confined to the engine's lock.
 */
final class Streams {
    /** More than that is no number of shards, whatever the account may have. */
    static final int MAX_SHARDS = 100_000;

    private static final String CONSUMER = "/consumer/";

    private final TreeMap<String, EmulatedStream> streams = new TreeMap<>();
    private final InstantSource clock;
    private final Place place;
    private final Quotas quotas;
    private long generations;

    /**
     * Where the account is.
     *
     * @param region such as {@code us-east-1}
     * @param account 12 digits
     * @param streamTransition how long a stream is CREATING, UPDATING or DELETING
     * @param consumerTransition how long a consumer is CREATING or DELETING
     */
    record Place(String region, String account, Duration streamTransition, Duration consumerTransition) {
        private String arnPrefix() {
            return "arn:aws:kinesis:" + region + ":" + account + ":stream/";
        }
    }

    Streams(InstantSource clock, Place place, Quotas quotas) {
        this.clock = clock;
        this.place = place;
        this.quotas = quotas;
    }

    Quotas quotas() {
        return quotas;
    }

    long nowMillis() {
        return clock.millis();
    }

    /** When a change that begins now will have happened. */
    long changeMillis() {
        return nowMillis() + transitionMillis();
    }

    long transitionMillis() {
        return place.streamTransition().toMillis();
    }

    /** When a consumer whose state changes now will have changed. */
    long consumerChangeMillis() {
        return nowMillis() + place.consumerTransition().toMillis();
    }

    /** Open shards of the whole account, and those that are about to be. */
    int openShards() {
        return all().stream().mapToInt(EmulatedStream::openShardCount).sum();
    }

    /** All streams, up to date, by name. */
    Collection<EmulatedStream> all() {
        long now = nowMillis();
        streams.values().forEach(stream -> stream.settle(now));
        streams.values().removeIf(EmulatedStream::isDeleted);
        return streams.values();
    }

    /** Refuses that many open shards more, if they are too many for the account. */
    void limitShards(int more) {
        quotas.limit(
                Quota.SHARDS,
                openShards() + (long) more,
                Quotas.MAX_SHARDS,
                "This request would exceed the shard limit for the account " + place.account() + " in " + place.region()
                        + ".");
    }

    int onDemandStreams() {
        return (int)
                all().stream().filter(stream -> stream.settings().isOnDemand()).count();
    }

    /** Adds an empty stream in state CREATING. */
    EmulatedStream add(String name) {
        if (find(name) != null) {
            throw ServiceError.inUse("Stream " + named(name).inMessages() + " already exists.");
        }
        EmulatedStream stream = new EmulatedStream(named(name), generations++, quotas, nowMillis());
        streams.put(name, stream);
        return stream;
    }

    /** Adds a stream that is ACTIVE at once. */
    void createActive(String name, int shards) {
        Constraints.streamName(name);
        Constraints.range(shards, "shardCount", 1, MAX_SHARDS);
        EmulatedStream stream = add(name);
        stream.createShards(shards, nowMillis());
        stream.status(StreamStatus.ACTIVE);
    }

    private StreamName named(String name) {
        return new StreamName(name, place.account(), place.arnPrefix() + name);
    }

    /** The stream of that name, in whatever state, if there is one. */
    @Nullable
    EmulatedStream find(String name) {
        EmulatedStream stream = streams.get(name);
        if (stream == null) {
            return null;
        }
        stream.settle(nowMillis());
        if (stream.isDeleted()) {
            streams.remove(name);
            return null;
        }
        return stream;
    }

    /** The stream of that incarnation, or null if it is gone. */
    @Nullable
    EmulatedStream find(long generation) {
        for (EmulatedStream stream : all()) {
            if (stream.generation() == generation) {
                return stream;
            }
        }
        return null;
    }

    /** The stream that a request means, in whatever state, by name or by ARN. */
    EmulatedStream get(@Nullable String name, @Nullable String arn) {
        String wanted = name(name, arn);
        EmulatedStream stream = find(wanted);
        if (stream == null) {
            throw notFound(named(wanted));
        }
        return stream;
    }

    /** The stream that a request means, if it has shards: while it is created or deleted the service denies it exists. */
    EmulatedStream getReadable(@Nullable String name, @Nullable String arn) {
        EmulatedStream stream = get(name, arn);
        if (stream.status() != StreamStatus.ACTIVE && stream.status() != StreamStatus.UPDATING) {
            throw notFound(stream.name());
        }
        return stream;
    }

    /** The stream that a request means, if it is ACTIVE. */
    EmulatedStream getActive(@Nullable String name, @Nullable String arn) {
        EmulatedStream stream = get(name, arn);
        if (stream.status() != StreamStatus.ACTIVE) {
            throw ServiceError.inUse(
                    "Stream " + stream.name().inMessages() + " not ACTIVE, instead in state " + stream.status());
        }
        return stream;
    }

    private static ServiceError notFound(StreamName name) {
        return ServiceError.notFound("Stream " + name.inMessages() + " not found.");
    }

    /** The consumer of that ARN, in whatever state. */
    EmulatedConsumer consumer(String consumerArn) {
        int end = consumerArn.indexOf(CONSUMER);
        EmulatedStream stream = get(null, end < 0 ? consumerArn : consumerArn.substring(0, end));
        for (EmulatedConsumer consumer : stream.consumers().all(nowMillis())) {
            if (consumer.arn().equals(consumerArn)) {
                return consumer;
            }
        }
        throw ServiceError.notFound("Consumer " + consumerArn + " not found.");
    }

    /** Whether an ARN is a consumer's. */
    static boolean isConsumer(String arn) {
        return arn.contains(CONSUMER);
    }

    private String name(@Nullable String name, @Nullable String arn) {
        if (arn == null) {
            if (name == null) {
                throw ServiceError.invalidArgument("Either StreamName or StreamARN must be given.");
            }
            Constraints.streamName(name);
            return name;
        }
        String prefix = place.arnPrefix();
        if (!arn.startsWith(prefix)) {
            throw ServiceError.notFound("Stream " + arn + " not found: this account's begin with " + prefix);
        }
        String named = arn.substring(prefix.length());
        if (name != null && !name.equals(named)) {
            throw ServiceError.invalidArgument("StreamName " + name + " and StreamARN " + arn + " do not match.");
        }
        return named;
    }
}
