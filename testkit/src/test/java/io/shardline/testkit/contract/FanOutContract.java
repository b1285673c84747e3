package io.shardline.testkit.contract;

import static io.shardline.testkit.contract.KinesisContract.shard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.Consumer;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;

/**
 * Records that are pushed to registered consumers.
 *
 * <p>Rules from docs.aws.amazon.com/kinesis/latest/APIReference: API_SubscribeToShard.html, API_SubscribeToShardEvent.html,
 * API_StartingPosition.html. Confined to one thread.
 */
interface FanOutContract extends ConsumerContract {

    private Subscriber subscribe(Consumer consumer, String shard, StartingPosition position) {
        Subscriber subscriber = new Subscriber();
        subscriber.call(client().subscribeToShard(
                        r -> r.consumerARN(consumer.consumerARN())
                                .shardId(shard)
                                .startingPosition(position),
                        subscriber.handler()));
        return subscriber;
    }

    private static StartingPosition from(ShardIteratorType type) {
        return StartingPosition.builder().type(type).build();
    }

    private static StartingPosition from(ShardIteratorType type, String sequenceNumber) {
        return StartingPosition.builder()
                .type(type)
                .sequenceNumber(sequenceNumber)
                .build();
    }

    private void awaitTexts(Subscriber subscriber, String... texts) {
        kinesis().until(List.of(texts) + " has come", () -> subscriber.texts().size() >= texts.length);
        assertThat(subscriber.texts()).containsExactly(texts);
    }

    private void awaitEvents(Subscriber subscriber) {
        kinesis().until("an event", () -> !subscriber.events().isEmpty() || subscriber.isOver());
        assertThat(subscriber.events())
                .as("events before %s", subscriber.failure())
                .isNotEmpty();
    }

    @Test
    default void aSubscriberGetsWhatIsThereAndWhatComes() {
        String stream = newStream(1);
        put(stream, "before");
        Subscriber subscriber = subscribe(consumer(stream, "c"), shard(0), from(ShardIteratorType.TRIM_HORIZON));
        awaitTexts(subscriber, "before");

        put(stream, "after");

        awaitTexts(subscriber, "before", "after");
        subscriber.cancel();
    }

    @Test
    default void aSubscriptionBeginsWithAnInitialResponse() {
        String stream = newStream(1);
        Subscriber subscriber = subscribe(consumer(stream, "c"), shard(0), from(ShardIteratorType.LATEST));

        awaitEvents(subscriber);

        assertThat(subscriber.hasResponse()).isTrue();
        subscriber.cancel();
    }

    @Test
    default void latestIsWhatComesAfterTheSubscription() {
        String stream = newStream(1);
        put(stream, "before");
        Subscriber subscriber = subscribe(consumer(stream, "c"), shard(0), from(ShardIteratorType.LATEST));
        awaitEvents(subscriber);

        put(stream, "after");

        awaitTexts(subscriber, "after");
        subscriber.cancel();
    }

    @Test
    default void aSubscriptionBeginsAtOrAfterASequenceNumber() {
        String stream = newStream(1);
        put(stream, "one");
        String two = put(stream, "two").sequenceNumber();
        put(stream, "three");

        Subscriber at = subscribe(consumer(stream, "at"), shard(0), from(ShardIteratorType.AT_SEQUENCE_NUMBER, two));
        Subscriber after =
                subscribe(consumer(stream, "after"), shard(0), from(ShardIteratorType.AFTER_SEQUENCE_NUMBER, two));

        awaitTexts(at, "two", "three");
        awaitTexts(after, "three");
        at.cancel();
        after.cancel();
    }

    @Test
    default void aSubscriptionBeginsAtATimestamp() {
        String stream = newStream(1);
        put(stream, "early");
        tick();
        put(stream, "late");
        var late = read(iterator(stream, shard(0), ShardIteratorType.TRIM_HORIZON))
                .records()
                .get(1)
                .approximateArrivalTimestamp();

        Subscriber subscriber = subscribe(
                consumer(stream, "c"),
                shard(0),
                StartingPosition.builder()
                        .type(ShardIteratorType.AT_TIMESTAMP)
                        .timestamp(late)
                        .build());

        awaitTexts(subscriber, "late");
        subscriber.cancel();
    }

    @Test
    default void theContinuationIsWhereTheNextSubscriptionGoesOn() {
        String stream = newStream(1);
        BigInteger number = KinesisContract.number(put(stream, "one").sequenceNumber());
        Subscriber first = subscribe(consumer(stream, "first"), shard(0), from(ShardIteratorType.TRIM_HORIZON));
        awaitTexts(first, "one");
        String continuation = first.last().continuationSequenceNumber();
        assertThat(KinesisContract.number(continuation)).isGreaterThanOrEqualTo(number);
        put(stream, "two");

        // Another consumer, because the same one would have to wait for five seconds.
        Subscriber next = subscribe(
                consumer(stream, "next"), shard(0), from(ShardIteratorType.AFTER_SEQUENCE_NUMBER, continuation));

        awaitTexts(next, "two");
        first.cancel();
        next.cancel();
    }

    @Test
    default void eventsComeAlsoWithoutRecordsAndAreNotBehind() {
        String stream = newStream(1);
        Subscriber subscriber = subscribe(consumer(stream, "c"), shard(0), from(ShardIteratorType.TRIM_HORIZON));

        kinesis().until("two events", () -> subscriber.events().size() >= 2);

        assertThat(subscriber.events()).allSatisfy(event -> {
            assertThat(event.records()).isEmpty();
            assertThat(event.millisBehindLatest()).isZero();
            assertThat(event.continuationSequenceNumber()).isNotNull();
        });
        subscriber.cancel();
    }

    @Test
    default void aClosedShardEndsWithItsChildrenAndTheSubscriptionCompletes() {
        String stream = newStream(1);
        put(stream, "last");
        split(stream, shard(0), MIDDLE);
        Subscriber subscriber = subscribe(consumer(stream, "c"), shard(0), from(ShardIteratorType.TRIM_HORIZON));

        kinesis().until("the subscription is over", subscriber::isOver);

        assertThat(subscriber.failure()).isNull();
        assertThat(subscriber.texts()).containsExactly("last");
        assertThat(subscriber.last().childShards())
                .extracting(ChildShard::shardId)
                .containsExactlyInAnyOrder(shard(1), shard(2));
        assertThat(subscriber.last().childShards())
                .allSatisfy(child -> assertThat(child.parentShards()).containsExactly(shard(0)));
    }

    @Test
    default void aShardThatIsSplitEndsTheSubscriptionsToIt() {
        String stream = newStream(1);
        Subscriber subscriber = subscribe(consumer(stream, "c"), shard(0), from(ShardIteratorType.LATEST));
        awaitEvents(subscriber);

        split(stream, shard(0), MIDDLE);

        kinesis().until("the subscription is over", subscriber::isOver);
        assertThat(subscriber.failure()).isNull();
        assertThat(subscriber.events())
                .filteredOn(SubscribeToShardEvent::hasChildShards)
                .hasSize(1);
    }

    @Test
    default void aSecondSubscriptionWithinFiveSecondsIsRefused() {
        String stream = newStream(1);
        Consumer consumer = consumer(stream, "c");
        Subscriber first = subscribe(consumer, shard(0), from(ShardIteratorType.LATEST));
        awaitEvents(first);

        Subscriber second = subscribe(consumer, shard(0), from(ShardIteratorType.LATEST));

        kinesis().until("the second one is over", second::isOver);
        assertThat(second.failure()).isInstanceOf(ResourceInUseException.class);
        first.cancel();
    }

    @Test
    default void aSecondSubscriptionAfterFiveSecondsTakesOver() {
        String stream = newStream(1);
        Consumer consumer = consumer(stream, "c");
        Subscriber first = subscribe(consumer, shard(0), from(ShardIteratorType.LATEST));
        awaitEvents(first);
        kinesis().pass(Duration.ofSeconds(6));

        Subscriber second = subscribe(consumer, shard(0), from(ShardIteratorType.LATEST));

        awaitEvents(second);
        kinesis().until("the first one is over", first::isOver);
        put(stream, "x");
        awaitTexts(second, "x");
        second.cancel();
    }

    @Test
    default void otherConsumersAndOtherShardsAreOtherSubscriptions() {
        String stream = newStream(2);
        Consumer one = consumer(stream, "one");
        Consumer two = consumer(stream, "two");
        List<Subscriber> subscribers = List.of(
                subscribe(one, shard(0), from(ShardIteratorType.TRIM_HORIZON)),
                subscribe(two, shard(0), from(ShardIteratorType.TRIM_HORIZON)),
                subscribe(one, shard(1), from(ShardIteratorType.TRIM_HORIZON)));
        put(stream, "low", "0");
        put(stream, "high", MIDDLE);

        awaitTexts(subscribers.get(0), "low");
        awaitTexts(subscribers.get(1), "low");
        awaitTexts(subscribers.get(2), "high");
        subscribers.forEach(Subscriber::cancel);
    }

    @Test
    default void aSubscriptionEndsAfterFiveMinutes() {
        assumeTrue(kinesis().hasClock(), "five minutes are too long to wait");
        String stream = newStream(1);
        Subscriber subscriber = subscribe(consumer(stream, "c"), shard(0), from(ShardIteratorType.LATEST));
        awaitEvents(subscriber);
        kinesis().pass(Duration.ofMinutes(4));
        assertThat(subscriber.isOver()).isFalse();

        kinesis().pass(Duration.ofMinutes(1).plusSeconds(1));

        assertThat(subscriber.isOver()).isTrue();
        assertThat(subscriber.failure()).isNull();
    }

    @Test
    default void whoIsNotRegisteredCanNotSubscribe() {
        String stream = anyStream();
        Consumer nobody = Consumer.builder()
                .consumerARN(arn(stream) + "/consumer/nobody:1")
                .build();

        assertRefused(
                subscribe(nobody, shard(0), from(ShardIteratorType.LATEST)).call(), "ResourceNotFoundException");
    }

    @Test
    default void thereIsNoSubscriptionToAnUnknownShard() {
        String stream = newStream(1);

        assertRefused(
                subscribe(consumer(stream, "c"), shard(7), from(ShardIteratorType.LATEST))
                        .call(),
                "ResourceNotFoundException");
    }
}
