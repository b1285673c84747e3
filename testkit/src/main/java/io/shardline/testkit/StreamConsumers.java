package io.shardline.testkit;

import java.util.Collection;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The registered consumers of one stream, by name.
 *
 * <p>Confined to the engine's lock.
 */
final class StreamConsumers {
    private final TreeMap<String, EmulatedConsumer> consumers = new TreeMap<>();
    private final EmulatedStream stream;

    StreamConsumers(EmulatedStream stream) {
        this.stream = stream;
    }

    /** All that are there at that time, by name. */
    Collection<EmulatedConsumer> all(long nowMillis) {
        consumers.values().removeIf(consumer -> consumer.isGone(nowMillis));
        return consumers.values();
    }

    /** The one of that name, if it is there. */
    @Nullable
    EmulatedConsumer find(String name, long nowMillis) {
        all(nowMillis);
        return consumers.get(name);
    }

    /** Adds one in state CREATING; the caller has made sure that the name is free. */
    EmulatedConsumer add(String name, long nowMillis, long activeMillis) {
        EmulatedConsumer consumer = new EmulatedConsumer(stream, name, nowMillis, activeMillis);
        consumers.put(name, consumer);
        return consumer;
    }
}
