package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.testkit.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.Record;

/** One shard that is subscribed to. In simulated time. */
class FanOutSourceTest {

    private static final long ALL = ReadShard.BUDGET + PrefetchBudget.MAX_READ;

    private final ReadShard shard = new ReadShard(Duration.ofMillis(20));

    private void subscribe() {
        shard.keepAsking();
        shard.subscribe(new Cursor.Start()).request();
    }

    @Test
    void noEventIsAskedForBeforeThereIsRoomForIt() {
        shard.put(1);
        shard.budget().reserve(new PrefetchBudget.Demand(ALL, ALL, () -> true), bytes -> {});
        subscribe();
        shard.advance(Duration.ofSeconds(20));
        assertThat(shard.calls("SubscribeToShard")).isNotEmpty();
        assertThat(shard.batches()).isEmpty();

        shard.budget().release(ALL);
        shard.advance(Duration.ofMillis(500));
        assertThat(shard.records()).isEqualTo(1);
        assertThat(shard.budget().free()).isGreaterThan(ReadShard.BUDGET - (1 << 20));
    }

    @Test
    void aShardThatMayBeSubscribedToIsReadOnceASubscriptionAtMost() {
        shard.put(3);
        shard.subscribe(new Cursor.Start());
        shard.keepAsking();
        shard.source().request();
        shard.advance(Duration.ofSeconds(10)); // the consumer is registered first, and polled until then
        int reads = shard.calls("GetRecords").size();
        for (int i = 0; i < 20; i++) {
            shard.put(1);
            shard.advance(Duration.ofMinutes(1));
        }
        assertThat(shard.records()).isEqualTo(23);
        assertThat(shard.calls("GetRecords").size() - reads).isLessThanOrEqualTo(2 * 4);
        assertThat(shard.calls("SubscribeToShard")).hasSize(5);
    }

    @Test
    void aShardThatStaysQuietIsReadOnceASubscription() {
        subscribe();
        shard.advance(Duration.ofSeconds(30));
        int reads = shard.calls("GetRecords").size();
        shard.advance(Duration.ofMinutes(20));
        assertThat(shard.calls("GetRecords").size() - reads).isBetween(4, 8);
        assertThat(shard.failures()).isEmpty();
    }

    @Test
    void anAnswerThatDoesNotComeIsBridgedAfterASecondAndGivenUpAfterTen() {
        shard.fail(1, "SubscribeToShard", new Fault.RequestLost(Duration.ofHours(1)));
        subscribe();
        shard.advance(Duration.ofSeconds(4));
        shard.put(2);
        shard.advance(Duration.ofSeconds(2));
        assertThat(shard.records()).isEqualTo(2);

        shard.advance(Duration.ofSeconds(15));
        assertThat(shard.calls("SubscribeToShard")).hasSize(2);
        int reads = shard.calls("GetRecords").size();
        shard.put(2);
        shard.advance(Duration.ofSeconds(5));
        assertThat(shard.records()).isEqualTo(4);
        assertThat(shard.calls("GetRecords")).hasSize(reads);
        assertThat(shard.failures()).isEmpty();
    }

    @Test
    void whatWasPolledIsLeftOutOfTheEventsThatFollow() {
        shard.fail(1, "SubscribeToShard", new Fault.Delay(Duration.ofSeconds(3)));
        subscribe();
        for (int i = 0; i < 10; i++) {
            shard.put(1);
            shard.advance(Duration.ofSeconds(1));
        }
        assertThat(shard.batches().stream()
                        .flatMap(batch -> batch.records().stream())
                        .map(Record::sequenceNumber)
                        .toList())
                .hasSize(10)
                .doesNotHaveDuplicates()
                .isSorted();
    }

    @Test
    void aSourceThatStopsWaitsForTheRegisteredConsumerNoMore() {
        shard.subscribe(new Cursor.Start()).request();
        assertThat(shard.registration().waiting()).isEqualTo(1);
        shard.source().stop();
        assertThat(shard.registration().waiting()).isZero();

        shard.advance(Duration.ofSeconds(10));
        shard.registration().deregister();
        shard.subscribeAgain(new Cursor.Start()).request();
        assertThat(shard.registration().waiting()).isZero();
    }

    @Test
    void refusedSubscriptionsAreAtLeastASecondApart() {
        shard.fail(3, "SubscribeToShard", new Fault.ServiceFailure("ResourceInUseException", 400));
        shard.fail(3, "SubscribeToShard", new Fault.ServiceFailure("LimitExceededException", 400));
        subscribe();
        shard.advance(Duration.ofSeconds(20));

        assertThat(shard.calls("SubscribeToShard")).hasSize(7);
        for (int i = 1; i < 7; i++) {
            assertThat(shard.gap("SubscribeToShard", i)).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1_300));
        }
        assertThat(shard.failures()).isEmpty();
    }

    @Test
    void anEndThatIsNamedWithTheLastRecordsIsNotReadAgain() {
        shard.fail(100, "SubscribeToShard", new Fault.ServiceFailure("LimitExceededException", 400));
        shard.put(3);
        shard.split();
        subscribe();
        shard.advance(Duration.ofSeconds(5));

        assertThat(shard.records()).isEqualTo(3);
        assertThat(shard.children()).hasSize(2);
        assertThat(shard.calls("GetRecords")).hasSize(1);
    }
}
