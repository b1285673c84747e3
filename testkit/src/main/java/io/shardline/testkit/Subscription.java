package io.shardline.testkit;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;

/**
 * One consumer's subscription to one shard: where it is, how long it lives, and what comes next.
 *
 * <p>It does nothing by itself. Whoever carries its events asks for {@link #next}, again when it is woken and when the time
 * comes that the answer named. Confined to the engine's lock.
 */
final class Subscription {
    static final long LIFE_MILLIS = 300_000;

    private static final int MAX_RECORDS = 10_000;
    private static final long IDLE_MILLIS = 1000;

    private final EmulatedConsumer consumer;
    private final EmulatedShard shard;
    private final Quotas quotas;
    private final long beganMillis;
    private final Allowance bytes;
    private Runnable listener = () -> {};
    private int position;
    private long nextIdleMillis;
    private boolean childrenConcealed;
    private boolean over;
    private @Nullable ServiceError failure;

    /** What comes next. */
    sealed interface Signal {}

    /** An event for the consumer. */
    record Event(SubscribeToShardEvent event) implements Signal {}

    /** Nothing, until somebody wakes the subscription or that time comes. */
    record Wait(long untilMillis) implements Signal {}

    /** The end: of the shard, or of the subscription's life. */
    record End() implements Signal {}

    /** The end, by an error. */
    record Failure(ServiceError error) implements Signal {}

    /** One that reads from that ordinal on, at once. */
    Subscription(EmulatedConsumer consumer, EmulatedShard shard, int position, long nowMillis) {
        this.consumer = consumer;
        this.shard = shard;
        this.position = position;
        this.quotas = consumer.stream().quotas();
        this.beganMillis = nowMillis;
        this.nextIdleMillis = nowMillis;
        this.bytes = new Allowance(Quotas.FAN_OUT_BYTES_PER_SECOND, nowMillis);
        shard.add(this);
    }

    /** Whom to tell that it is time to ask; he must be quick and must not ask at once, for he is told under the lock. */
    void listener(Runnable changed) {
        listener = changed;
    }

    void wake() {
        listener.run();
    }

    /** At the end of the shard no children are named. */
    void concealChildren() {
        childrenConcealed = true;
    }

    long beganMillis() {
        return beganMillis;
    }

    /** Ends it with an error. */
    void fail(ServiceError error) {
        if (!over) {
            failure = error;
            close();
        }
    }

    /** Ends it without a word. */
    void close() {
        if (!over) {
            over = true;
            shard.remove(this);
            wake();
        }
    }

    /**
     * What comes next; an event that is returned is taken, and not returned again.
     *
     * @param demanded whether the consumer wants an event; it hears of the end in any case
     */
    Signal next(boolean demanded, long nowMillis) {
        EmulatedStream stream = consumer.stream();
        if (!over) {
            stream.settle(nowMillis);
        }
        if (!over && nowMillis >= endMillis()) {
            close();
        }
        if (failure != null) {
            return new Failure(failure);
        }
        if (over) {
            return new End();
        }
        if (!demanded) {
            return new Wait(endMillis());
        }
        return event(stream, nowMillis);
    }

    private long endMillis() {
        return quotas.on(Quota.SUBSCRIPTION_AGE) ? beganMillis + LIFE_MILLIS : Long.MAX_VALUE;
    }

    private Signal event(EmulatedStream stream, long nowMillis) {
        shard.log().trim(stream.trimHorizonMillis(nowMillis));
        boolean paced = quotas.on(Quota.FAN_OUT_BYTES);
        boolean records = position < shard.log().end();
        boolean blocked = records && paced && !bytes.isOpen(nowMillis);
        boolean due = records || !shard.isOpen() || nowMillis >= nextIdleMillis;
        if (blocked || !due) {
            long next = blocked ? bytes.opensAtMillis() : nextIdleMillis;
            return new Wait(Math.min(Math.min(next, stream.nextChangeMillis()), endMillis()));
        }
        long most = paced ? Math.max(1, bytes.left(nowMillis)) : Quotas.FAN_OUT_BYTES_PER_SECOND;
        ShardBatch batch = ShardBatch.read(shard, position, MAX_RECORDS, most);
        bytes.spend(batch.bytes(), nowMillis);
        position = batch.next();
        nextIdleMillis = nowMillis + IDLE_MILLIS;
        SubscribeToShardEvent.Builder event = SubscribeToShardEvent.builder()
                .records(batch.records())
                .millisBehindLatest(batch.millisBehind(shard, nowMillis));
        if (batch.isAtTheEndOf(shard)) {
            close();
            return new Event(
                    childrenConcealed
                            ? event.build()
                            : event.childShards(ShardBatch.childShards(stream, shard))
                                    .build());
        }
        return new Event(
                event.continuationSequenceNumber(shard.numberBefore(position)).build());
    }
}
