package io.shardline.testkit;

import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;

/**
 * SubscribeToShard: who may subscribe, and from where on.
 *
 * <p>Rules are the service's (docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html). Confined to the
 * engine's lock.
 */
final class FanOut {
    /** So soon after a subscription began there is no other of the same consumer to the same shard. */
    private static final long EXCLUSIVE_MILLIS = 5000;

    private final Streams streams;

    FanOut(Streams streams) {
        this.streams = streams;
    }

    /** A new subscription, which ends the one that the consumer may have to that shard. */
    Subscription subscribe(SubscribeToShardRequest request) {
        String arn = Constraints.required(request.consumerARN(), "", "consumerARN");
        Constraints.shardId(request.shardId(), "shardId");
        StartingPosition position = Constraints.required(request.startingPosition(), "", "startingPosition");
        EmulatedConsumer consumer = streams.consumer(arn);
        EmulatedStream stream = consumer.stream();
        long now = streams.nowMillis();
        if (consumer.status(now) != ConsumerStatus.ACTIVE) {
            throw ServiceError.inUse(consumer.inMessages() + " is not in ACTIVE status.");
        }
        EmulatedShard shard = Positions.shard(stream, request.shardId(), now);
        int ordinal = new Positions(stream, shard, now).ordinal(start(position));
        takeOver(consumer, shard, now);
        Subscription subscription = new Subscription(consumer, shard, ordinal, now);
        consumer.subscription(shard, subscription);
        return subscription;
    }

    private static Positions.Start start(StartingPosition position) {
        String type = Constraints.required(position.typeAsString(), "startingPosition.", "type");
        return new Positions.Start(
                ShardIteratorType.fromValue(type), type, position.sequenceNumber(), position.timestamp());
    }

    private void takeOver(EmulatedConsumer consumer, EmulatedShard shard, long now) {
        Subscription earlier = consumer.subscription(shard);
        if (earlier == null) {
            return;
        }
        ServiceError inUse = ServiceError.inUse("Another active subscription exists for this consumer: "
                + consumer.stream().name().account() + ":"
                + consumer.stream().name().name() + ":" + shard.id() + ":" + consumer.name());
        if (streams.quotas().on(Quota.SUBSCRIBE_CALLS) && now - earlier.beganMillis() < EXCLUSIVE_MILLIS) {
            throw inUse;
        }
        earlier.fail(inUse);
    }
}
