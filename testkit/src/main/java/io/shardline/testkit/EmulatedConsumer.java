package io.shardline.testkit;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Consumer;
import software.amazon.awssdk.services.kinesis.model.ConsumerDescription;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;

/**
 * One registered consumer of a stream, and what it subscribes to.
 *
 * <p>Its states follow from the time, so it needs no timer. Confined to the engine's lock.
 */
final class EmulatedConsumer {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long MILLIS_PER_SECOND = 1000;

    private final EmulatedStream stream;
    private final String name;
    private final String arn;
    private final long createdMillis;
    private final long activeMillis;
    private final TreeMap<String, String> tags = new TreeMap<>();
    private final TreeMap<String, Subscription> subscriptions = new TreeMap<>();
    private long goneMillis = NEVER;

    EmulatedConsumer(EmulatedStream stream, String name, long createdMillis, long activeMillis) {
        this.stream = stream;
        this.name = name;
        this.arn = stream.name().arn() + "/consumer/" + name + ":" + createdMillis / MILLIS_PER_SECOND;
        this.createdMillis = createdMillis;
        this.activeMillis = activeMillis;
    }

    EmulatedStream stream() {
        return stream;
    }

    String name() {
        return name;
    }

    String arn() {
        return arn;
    }

    Map<String, String> tags() {
        return tags;
    }

    ConsumerStatus status(long nowMillis) {
        if (goneMillis != NEVER) {
            return ConsumerStatus.DELETING;
        }
        return nowMillis < activeMillis ? ConsumerStatus.CREATING : ConsumerStatus.ACTIVE;
    }

    boolean isGone(long nowMillis) {
        return nowMillis >= goneMillis;
    }

    /** From now on DELETING, and gone at that time; all that it subscribes to fails. */
    void delete(long atMillis) {
        goneMillis = Math.min(goneMillis, atMillis);
        ServiceError error = ServiceError.notFound(inMessages() + " not found.");
        subscriptions.values().forEach(subscription -> subscription.fail(error));
        subscriptions.clear();
    }

    /** The latest subscription to a shard, also one that is over; null if there was none. */
    @Nullable
    Subscription subscription(EmulatedShard shard) {
        return subscriptions.get(shard.id());
    }

    void subscription(EmulatedShard shard, Subscription latest) {
        subscriptions.put(shard.id(), latest);
    }

    /** The words in which the service's messages name a consumer. */
    String inMessages() {
        return "Consumer " + name + " with creation timestamp " + createdMillis / MILLIS_PER_SECOND + " under stream: "
                + stream.name().name() + ", account " + stream.name().account();
    }

    Consumer describe(long nowMillis) {
        return Consumer.builder()
                .consumerName(name)
                .consumerARN(arn)
                .consumerStatus(status(nowMillis))
                .consumerCreationTimestamp(Instant.ofEpochMilli(createdMillis))
                .build();
    }

    ConsumerDescription describeInFull(long nowMillis) {
        return ConsumerDescription.builder()
                .consumerName(name)
                .consumerARN(arn)
                .consumerStatus(status(nowMillis))
                .consumerCreationTimestamp(Instant.ofEpochMilli(createdMillis))
                .streamARN(stream.name().arn())
                .build();
    }
}
