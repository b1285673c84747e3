package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.bytes;
import static io.shardline.testkit.SimulatedKinesis.shard;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/**
 * SubscribeToShard, by docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html and the rules of reactive
 * streams. Confined to one thread.
 */
class FanOutTest {
    private static final String ONLY = shard(0);
    private static final String MIDDLE = "170141183460469231731687303715884105728";
    private static final StartingPosition HORIZON = position(ShardIteratorType.TRIM_HORIZON);
    private static final StartingPosition LATEST = position(ShardIteratorType.LATEST);

    private final SimulatedKinesis kinesis = new SimulatedKinesis();
    private String consumer = "";

    @BeforeEach
    void createStream() {
        kinesis.emulator.createStream(STREAM, 1);
        consumer = register("reader");
    }

    private String register(String name) {
        String streamArn = kinesis.emulator.streamArn(STREAM);
        String arn = kinesis.get(kinesis.client.registerStreamConsumer(
                        r -> r.streamARN(streamArn).consumerName(name)))
                .consumer()
                .consumerARN();
        kinesis.letTransitionsEnd();
        return arn;
    }

    private static StartingPosition position(ShardIteratorType type) {
        return StartingPosition.builder().type(type).build();
    }

    private static StartingPosition position(ShardIteratorType type, String sequenceNumber) {
        return StartingPosition.builder()
                .type(type)
                .sequenceNumber(sequenceNumber)
                .build();
    }

    private Heard subscribe(StartingPosition position) {
        Heard heard = Heard.everything(kinesis.client, consumer, ONLY, position);
        pass(Duration.ofMillis(10));
        return heard;
    }

    private void pass(Duration time) {
        kinesis.time.advance(time);
    }

    @Test
    void recordsComeAsTheyArrive() {
        kinesis.put("before");
        Heard heard = subscribe(HORIZON);
        assertThat(heard.payloads()).containsExactly("before");

        kinesis.put("after");
        pass(Duration.ofMillis(1));

        assertThat(heard.payloads()).containsExactly("before", "after");
        assertThat(heard.records().get(1).partitionKey()).isEqualTo("after");
        assertThat(heard.last().millisBehindLatest()).isZero();
        assertThat(heard.signals.subList(0, 2)).containsExactlyInAnyOrder("subscribed", "response");
    }

    @Test
    void everyStartingPositionOfAnIteratorIsOneOfASubscription() {
        kinesis.put("one");
        pass(Duration.ofMinutes(1));
        Instant between = kinesis.service.wallClock().instant();
        String two = kinesis.put("two").sequenceNumber();
        kinesis.put("three");

        assertThat(Heard.everything(kinesis.client, register("a"), ONLY, LATEST))
                .satisfies(heard -> {
                    pass(Duration.ofSeconds(1));
                    assertThat(heard.payloads()).isEmpty();
                });
        assertStart("b", position(ShardIteratorType.AT_SEQUENCE_NUMBER, two), "two", "three");
        assertStart("c", position(ShardIteratorType.AFTER_SEQUENCE_NUMBER, two), "three");
        StartingPosition time = StartingPosition.builder()
                .type(ShardIteratorType.AT_TIMESTAMP)
                .timestamp(between)
                .build();
        assertStart("d", time, "two", "three");
    }

    private void assertStart(String name, StartingPosition start, String... payloads) {
        Heard heard = Heard.everything(kinesis.client, register(name), ONLY, start);
        pass(Duration.ofSeconds(1));
        assertThat(heard.payloads()).containsExactly(payloads);
    }

    @Test
    void theContinuationNumberOfAnyEventGoesOnRightAfterIt() {
        Heard empty = subscribe(HORIZON);
        String beforeAll = empty.last().continuationSequenceNumber();
        kinesis.put("one");
        pass(Duration.ofMillis(1));
        String afterOne = empty.last().continuationSequenceNumber();
        kinesis.put("two");

        assertStart("a", position(ShardIteratorType.AFTER_SEQUENCE_NUMBER, beforeAll), "one", "two");
        assertStart("b", position(ShardIteratorType.AFTER_SEQUENCE_NUMBER, afterOne), "two");
        assertThat(afterOne).isEqualTo(empty.records().get(0).sequenceNumber());
    }

    @Test
    void anIdleShardSaysSoOnceASecond() {
        Heard heard = subscribe(LATEST);
        pass(Duration.ofSeconds(10));

        assertThat(heard.events).hasSizeBetween(10, 12).allSatisfy(event -> {
            assertThat(event.records()).isEmpty();
            assertThat(event.millisBehindLatest()).isZero();
            assertThat(event.continuationSequenceNumber()).isNotNull();
        });
    }

    @Test
    void theEndOfAShardNamesItsChildrenAndCompletes() {
        kinesis.put("a");
        Heard heard = subscribe(HORIZON);
        kinesis.split(ONLY, MIDDLE);

        assertThat(heard.last().childShards())
                .extracting(child -> child.shardId())
                .containsExactly(shard(1), shard(2));
        assertThat(heard.last().continuationSequenceNumber()).isNull();
        assertThat(heard.signals).endsWith("event", "complete", "handler complete");
        assertThat(heard.done).isCompleted();
    }

    @Test
    void aSplitThatWasPlannedBeforeIsNoticedWithoutAnyCall() {
        kinesis.get(kinesis.client.splitShard(
                r -> r.streamName(STREAM).shardToSplit(ONLY).newStartingHashKey(MIDDLE)));
        Heard heard = subscribe(LATEST);
        pass(SimulatedKinesis.TRANSITION);

        assertThat(heard.last().childShards()).hasSize(2);
        assertThat(heard.done).isCompleted();
    }

    @Test
    void aClosedShardIsReadToItsEnd() {
        kinesis.put("a");
        kinesis.split(ONLY, MIDDLE);
        Heard heard = subscribe(HORIZON);

        assertThat(heard.payloads()).containsExactly("a");
        assertThat(heard.last().childShards()).hasSize(2);
        assertThat(heard.done).isCompleted();
    }

    @Test
    void aSubscriptionEndsAfterFiveMinutes() {
        Heard heard = subscribe(LATEST);
        pass(Duration.ofMinutes(5).minusMillis(20));
        assertThat(heard.done).isNotDone();
        pass(Duration.ofMillis(30));

        assertThat(heard.done).isCompleted();
        assertThat(heard.signals).endsWith("complete", "handler complete");
        kinesis.put("missed");
        assertStart(
                "next",
                position(ShardIteratorType.AFTER_SEQUENCE_NUMBER, heard.last().continuationSequenceNumber()),
                "missed");
    }

    @Test
    void anotherSubscriptionWithinFiveSecondsIsRefused() {
        Heard first = subscribe(LATEST);
        pass(Duration.ofSeconds(4));
        Heard second = subscribe(LATEST);

        assertThat(kinesis.failure(second.done))
                .isInstanceOf(ResourceInUseException.class)
                .hasMessageContaining("Another active subscription exists for this consumer: 123456789012:flights:"
                        + "shardId-000000000000:reader");
        assertThat(second.signals).containsExactly("handler failure");
        assertThat(first.done).isNotDone();
    }

    @Test
    void aLaterSubscriptionTakesOverAndTheFirstFails() {
        Heard first = subscribe(LATEST);
        pass(Duration.ofSeconds(5));
        Heard second = subscribe(LATEST);
        kinesis.put("a");
        pass(Duration.ofMillis(1));

        assertThat(first.failure)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ResourceInUseException.class);
        assertThat(first.signals).endsWith("failure", "handler failure");
        assertThat(first.done).isCompletedExceptionally();
        assertThat(first.payloads()).isEmpty();
        assertThat(second.payloads()).containsExactly("a");
    }

    @Test
    void consumersDoNotDisturbEachOther() {
        Heard one = subscribe(LATEST);
        Heard two = Heard.everything(kinesis.client, register("second"), ONLY, LATEST);
        pass(Duration.ofMillis(1));
        kinesis.put("a");
        pass(Duration.ofMillis(1));

        assertThat(one.payloads()).containsExactly("a");
        assertThat(two.payloads()).containsExactly("a");
    }

    @Test
    void aConsumerGetsTwoMebibytesASecondFromAShard() {
        SdkBytes half = SdkBytes.fromByteArrayUnsafe(new byte[512 * 1024]);
        for (int i = 0; i < 40; i++) {
            kinesis.get(kinesis.client.putRecord(
                    r -> r.streamName(STREAM).partitionKey("k").data(half)));
        }
        Heard heard = subscribe(HORIZON);
        pass(Duration.ofSeconds(4));
        int soFar = heard.records().size();
        pass(Duration.ofSeconds(8));

        // 4 records a second, and one second's worth at once.
        assertThat(soFar).isBetween(16, 21);
        assertThat(heard.records()).hasSize(40);
        assertThat(heard.last().millisBehindLatest()).isZero();
    }

    @Test
    void nothingComesThatWasNotDemanded() {
        kinesis.put("a");
        Heard heard = Heard.demanding(0, kinesis.client, consumer, ONLY, HORIZON);
        pass(Duration.ofSeconds(20));
        assertThat(heard.events).isEmpty();

        heard.request(1);
        pass(Duration.ofSeconds(20));
        assertThat(heard.payloads()).containsExactly("a");
        assertThat(heard.events).hasSize(1);

        heard.request(3);
        pass(Duration.ofSeconds(20));
        assertThat(heard.events).hasSize(4);
    }

    @Test
    void anEndComesWithoutDemand() {
        Heard heard = Heard.demanding(0, kinesis.client, consumer, ONLY, HORIZON);
        pass(Duration.ofMinutes(5).plusSeconds(1));

        assertThat(heard.signals).endsWith("complete", "handler complete");
    }

    @Test
    void aDemandThatIsNotPositiveIsAnError() {
        Heard heard = subscribe(LATEST);
        heard.request(0);
        pass(Duration.ofMillis(1));

        assertThat(heard.failure).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("0");
        assertThat(heard.done).isCompletedExceptionally();
    }

    @Test
    void whoCancelsHearsNothingMore() {
        Heard heard = subscribe(LATEST);
        heard.cancel();
        int heardUntilThen = heard.signals.size();
        kinesis.put("a");
        pass(Duration.ofSeconds(20));

        assertThat(heard.signals).hasSize(heardUntilThen);
        assertThat(heard.done).isCompleted();
        assertStart("other", HORIZON, "a");
    }

    @Test
    void eventsTakeTheLatencyOfTheNetworkAndStayInOrder() {
        KinesisAsyncClient far = kinesis.emulator.client(ClientSettings.defaults()
                .latency(Latency.between(
                        Duration.ofMillis(5),
                        Duration.ofMillis(200),
                        kinesis.time.process("far").random())));
        Heard heard = Heard.everything(far, consumer, ONLY, HORIZON);
        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 50; i++) {
            kinesis.put("r" + i);
            pass(Duration.ofMillis(7));
        }
        pass(Duration.ofSeconds(1));

        assertThat(heard.records()).extracting(Record::sequenceNumber).isSorted();
        assertThat(heard.records()).hasSize(50);
    }

    @Test
    void whoThrowsHasCancelled() {
        Heard heard = subscribe(LATEST);
        heard.thrownNext = new IllegalStateException("no room");
        kinesis.put("a");
        kinesis.put("b");
        pass(Duration.ofSeconds(1));

        assertThat(kinesis.failure(heard.done)).hasMessage("no room");
        assertThat(heard.payloads()).containsExactly("a");
    }

    @Test
    void aConsumerOrAShardOrAPositionThatIsNotThereIsRefused() {
        assertThat(kinesis.failure(Heard.everything(kinesis.client, consumer + "0", ONLY, LATEST).done))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThat(kinesis.failure(Heard.everything(kinesis.client, consumer, shard(7), LATEST).done))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Shard shardId-000000000007 in stream flights");
        StartingPosition nowhere = position(ShardIteratorType.AT_SEQUENCE_NUMBER, "12");
        assertThat(kinesis.failure(Heard.everything(kinesis.client, consumer, ONLY, nowhere).done))
                .isInstanceOf(InvalidArgumentException.class);
        StartingPosition untyped = StartingPosition.builder().build();
        assertThat(kinesis.failure(Heard.everything(kinesis.client, consumer, ONLY, untyped).done))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Value null at 'startingPosition.type'");
    }

    @Test
    void aConsumerThatIsBeingCreatedCannotSubscribeYet() {
        String streamArn = kinesis.emulator.streamArn(STREAM);
        String arn = kinesis.get(kinesis.client.registerStreamConsumer(
                        r -> r.streamARN(streamArn).consumerName("new")))
                .consumer()
                .consumerARN();

        assertThat(kinesis.failure(Heard.everything(kinesis.client, arn, ONLY, LATEST).done))
                .isInstanceOf(ResourceInUseException.class)
                .hasMessageContaining("Consumer new with creation timestamp")
                .hasMessageContaining("is not in ACTIVE status");
    }

    @Test
    void deregisteringAndDeletingEndSubscriptionsWithAnError() {
        Heard first = subscribe(LATEST);
        Heard second = Heard.everything(kinesis.client, register("second"), ONLY, LATEST);
        pass(Duration.ofMillis(1));
        kinesis.get(kinesis.client.deregisterStreamConsumer(r -> r.consumerARN(consumer)));
        pass(Duration.ofMillis(1));
        assertThat(first.failure).hasCauseInstanceOf(ResourceNotFoundException.class);
        assertThat(second.failure).isNull();

        kinesis.get(kinesis.client.deleteStream(r -> r.streamName(STREAM).enforceConsumerDeletion(true)));
        pass(Duration.ofMillis(1));
        assertThat(second.failure).hasCauseInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aSubscriptionCanBeDropped() {
        kinesis.emulator
                .faults()
                .on("SubscribeToShard")
                .times(1)
                .inject(new Fault.SubscriptionDropped(Duration.ofSeconds(3)));
        Heard heard = subscribe(LATEST);
        pass(Duration.ofSeconds(2));
        assertThat(heard.failure).isNull();
        pass(Duration.ofSeconds(2));

        assertThat(heard.failure).hasCauseInstanceOf(SdkClientException.class);
        assertThat(heard.done).isCompletedExceptionally();
        pass(Duration.ofSeconds(2));
        kinesis.put("a");
        Heard again = subscribe(HORIZON);
        assertThat(again.payloads()).containsExactly("a");
    }

    @Test
    void whatIsPutWhileABurstIsUnderWayKeepsItsOrder() {
        Heard heard = subscribe(HORIZON);
        for (int i = 0; i < 200; i++) {
            kinesis.get(kinesis.client.putRecord(
                    r -> r.streamName(STREAM).partitionKey("k").data(bytes("x"))));
        }
        pass(Duration.ofSeconds(1));

        assertThat(heard.records()).hasSize(200);
        assertThat(heard.records()).extracting(Record::sequenceNumber).isSorted();
    }

    @Test
    void oneSubscriptionHasOneSubscriber() {
        List<String> signals = new ArrayList<>();
        kinesis.client.subscribeToShard(
                r -> r.consumerARN(consumer).shardId(ONLY).startingPosition(LATEST),
                SubscribeToShardResponseHandler.builder()
                        .onEventStream(events -> {
                            events.subscribe(event -> {});
                            events.subscribe(new Subscriber<>() {
                                @Override
                                public void onSubscribe(Subscription subscription) {
                                    signals.add("subscribed");
                                }

                                @Override
                                public void onNext(SubscribeToShardEventStream event) {
                                    signals.add("event");
                                }

                                @Override
                                public void onError(Throwable failure) {
                                    signals.add(failure.getClass().getSimpleName());
                                }

                                @Override
                                public void onComplete() {
                                    signals.add("complete");
                                }
                            });
                        })
                        .build());
        pass(Duration.ofSeconds(5));

        assertThat(signals).containsExactly("subscribed", "IllegalStateException");
    }
}
