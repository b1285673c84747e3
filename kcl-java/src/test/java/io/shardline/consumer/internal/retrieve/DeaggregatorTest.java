package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.AggregateBuilder;
import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.HashKey;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.ForeignEntries;
import io.shardline.consumer.Position;
import io.shardline.consumer.internal.retrieve.Deaggregator.Expanded;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Record;

/** Kinesis records to user records: what is delivered, under which number, and what is dropped. */
class DeaggregatorTest {

    /** Hash keys up to 99 belong to the shard; an entry named 1 or 2 does, one named 100 or more is foreign. */
    private static final HashKeyRange MINE = HashKeyRange.parse("0", "99");

    private static final Instant ARRIVAL = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aPlainRecordIsDeliveredAsItCame() {
        Expanded expanded = expand(ForeignEntries.AUTO, null, plain("7", "key", "data"));

        assertThat(expanded.records()).singleElement().satisfies(record -> {
            assertThat(record.position()).isEqualTo(new Position("7", 0));
            assertThat(record.partitionKey()).isEqualTo("key");
            assertThat(record.explicitHashKey()).isNull();
            assertThat(record.data()).asString(StandardCharsets.UTF_8).isEqualTo("data");
            assertThat(record.streamName()).isEqualTo("flights");
            assertThat(record.shardId()).isEqualTo("shard-1");
            assertThat(record.approximateArrival()).isEqualTo(ARRIVAL);
        });
        assertThat(expanded.last()).isEqualTo(new Position("7", 0));
    }

    @Test
    void whatStandsBeforeThePositionHandledIsNotDeliveredAgain() {
        Expanded expanded = expand(
                ForeignEntries.DROP_AGGREGATE,
                new Position("10", 1),
                plain("8", "key", "8"),
                aggregate("9", "a", 1, 100), // foreign, and told of before
                aggregate("10", "a", 1, 2, 3),
                plain("11", "key", "11"));

        assertThat(expanded.records())
                .extracting(ConsumerRecord::position)
                .containsExactly(new Position("10", 2), new Position("11", 0));
        assertThat(expanded.dropped()).isZero();
        assertThat(expanded.last()).isEqualTo(new Position("11", 0));
    }

    @Test
    void aPageThatIsGivenTwiceDoesNotMoveThePositionBack() {
        Expanded expanded =
                expand(ForeignEntries.AUTO, new Position("10", 1), plain("8", "key", "8"), plain("9", "key", "9"));

        assertThat(expanded.records()).isEmpty();
        assertThat(expanded.last()).isEqualTo(new Position("10", 1));
    }

    @Test
    void theEntriesOfAnAggregateShareTheNumberAndDifferByTheIndex() {
        Expanded expanded = expand(ForeignEntries.AUTO, null, aggregate("7", "a", 1, 2, 3));

        assertThat(expanded.records())
                .extracting(ConsumerRecord::position)
                .containsExactly(new Position("7", 0), new Position("7", 1), new Position("7", 2));
        assertThat(expanded.records())
                .extracting(ConsumerRecord::explicitHashKey)
                .containsExactly("1", "2", "3");
        assertThat(expanded.last()).isEqualTo(new Position("7", 2));
    }

    @Test
    void headersAreDelivered() {
        AggregateEntry entry = new AggregateEntry("key", HashKey.MIN, new byte[] {1}, Map.of("trace", "4711"));

        Expanded expanded = expand(ForeignEntries.AUTO, null, record("7", "a", AggregateCodec.encode(List.of(entry))));

        assertThat(expanded.records()).singleElement().satisfies(record -> {
            assertThat(record.headers()).containsExactly(Map.entry("trace", "4711"));
            assertThat(record.explicitHashKey()).isEqualTo("0");
        });
    }

    @Test
    void aForeignEntryOfAProducerThatPutsItAgainIsDroppedAlone() {
        Expanded expanded = expand(ForeignEntries.AUTO, null, aggregate("7", "a", 1, 100, 2));

        assertThat(names(expanded)).containsExactly("1", "2");
        assertThat(expanded.dropped()).isEqualTo(1);
        assertThat(expanded.records().get(1).subSequenceNumber())
                .as("before filtering")
                .isEqualTo(2);
    }

    @Test
    void aForeignEntryOfAnotherProducerIsDelivered() {
        Expanded expanded = expand(ForeignEntries.AUTO, null, aggregate("7", "another key", 1, 100));

        assertThat(names(expanded)).containsExactly("1", "100");
        assertThat(expanded.dropped()).isZero();
    }

    @Test
    void aForeignEntryIsDeliveredIfTheFirstEntrysOwnKeyIsTheOneThatKnowsTheProducer() {
        AggregateEntry first = new AggregateEntry("a", HashKey.MIN, new byte[] {'1'});
        byte[] data = AggregateCodec.encode(List.of(first, entry(100), entry(2)));

        Expanded expanded = expand(ForeignEntries.AUTO, null, record("7", "a", data));

        assertThat(names(expanded)).containsExactly("1", "100", "2");
        assertThat(expanded.dropped()).isZero();
    }

    @Test
    void deliverDeliversAllAndDropDropsWhateverTheProducer() {
        assertThat(names(expand(ForeignEntries.DELIVER, null, aggregate("7", "a", 1, 100))))
                .containsExactly("1", "100");
        assertThat(names(expand(ForeignEntries.DROP, null, aggregate("7", "a", 1, 100))))
                .containsExactly("1");
        assertThat(names(expand(ForeignEntries.DROP, null, aggregate("7", "another key", 1, 100))))
                .containsExactly("1");
    }

    @Test
    void dropAggregateDropsAllForOneForeignEntryAndNothingForNone() {
        Expanded expanded =
                expand(ForeignEntries.DROP_AGGREGATE, null, aggregate("7", "a", 1, 100, 2), aggregate("8", "a", 3));

        assertThat(names(expanded)).containsExactly("3");
        assertThat(expanded.dropped()).isEqualTo(3);
    }

    @Test
    void nothingIsForeignWhenTheRangeIsNotKnown() {
        Deaggregator deaggregator =
                new Deaggregator(new ShardName("flights", "shard-1"), null, ForeignEntries.DROP_AGGREGATE);

        assertThat(names(deaggregator.expand(List.of(aggregate("7", "a", 1, 100)), null)))
                .containsExactly("1", "100");
    }

    @Test
    void theRangeOfAPlainRecordIsNotLookedAt() {
        assertThat(names(expand(ForeignEntries.DROP, null, plain("7", "anything", "x"))))
                .containsExactly("x");
    }

    @Test
    void whatLooksLikeAnAggregateAndIsNoneIsDeliveredAsItCame() {
        byte[] damaged = AggregateCodec.encode(List.of(entry(1), entry(2)));
        damaged[10] ^= 1;
        Record record = record("7", "a", damaged);

        Expanded expanded = expand(ForeignEntries.DROP_AGGREGATE, null, record);

        assertThat(expanded.records())
                .singleElement()
                .satisfies(delivered -> assertThat(delivered.data()).isEqualTo(damaged));
        assertThat(expanded.last()).isEqualTo(new Position("7", 0));
    }

    @Test
    void readingGoesOnAfterACheckpointInsideAnAggregate() {
        Expanded expanded = expand(
                ForeignEntries.AUTO, new Position("7", 1), aggregate("7", "a", 1, 2, 3, 4), aggregate("8", "a", 5, 6));

        assertThat(expanded.records())
                .extracting(ConsumerRecord::position)
                .containsExactly(
                        new Position("7", 2), new Position("7", 3), new Position("8", 0), new Position("8", 1));
    }

    @Test
    void aCheckpointAtAPlainRecordSkipsIt() {
        assertThat(names(expand(
                        ForeignEntries.AUTO, new Position("7", 0), plain("7", "k", "old"), plain("8", "k", "new"))))
                .containsExactly("new");
    }

    @Test
    void whatIsDroppedAtTheEndIsPassedByTheLastPosition() {
        Expanded expanded = expand(ForeignEntries.AUTO, null, aggregate("7", "a", 1, 100, 101));

        assertThat(names(expanded)).containsExactly("1");
        assertThat(expanded.last()).isEqualTo(new Position("7", 2));
    }

    @Test
    void aBatchOfNothingButForeignEntriesIsEmptyAndHasAnEnd() {
        Expanded expanded = expand(ForeignEntries.AUTO, null, aggregate("7", "a", 100, 101));

        assertThat(expanded.records()).isEmpty();
        assertThat(expanded.dropped()).isEqualTo(2);
        assertThat(expanded.last()).isEqualTo(new Position("7", 1));
    }

    @Test
    void aMarkedAggregateThatStraddlesIsDiscardedAsAWhole() {
        Expanded expanded = expand(ForeignEntries.AUTO, null, marked("7", 1, 100, 2), plain("8", "key", "next"));

        assertThat(expanded.records()).extracting(ConsumerRecord::position).containsExactly(new Position("8", 0));
        assertThat(expanded.dropped()).isEqualTo(3);
        assertThat(expanded.replaced()).isEqualTo(3);
    }

    @Test
    void aPositionPassesAMarkedAggregateThatIsDiscarded() {
        Expanded expanded = expand(ForeignEntries.AUTO, null, marked("7", 1, 100, 2));

        assertThat(expanded.records()).isEmpty();
        assertThat(expanded.last()).isEqualTo(new Position("7", 2));
    }

    @Test
    void aMarkedAggregateThatBelongsHereIsDelivered() {
        assertThat(expand(ForeignEntries.AUTO, null, marked("7", 1, 2)).records())
                .extracting(ConsumerRecord::position)
                .containsExactly(new Position("7", 0), new Position("7", 1));
    }

    @Test
    void ofAMarkedAggregateNothingIsDiscardedIfTheRangeIsNotKnownOrTheUserWantsAll() {
        Expanded unknown = new Deaggregator(new ShardName("flights", "shard-1"), null, ForeignEntries.AUTO)
                .expand(List.of(marked("7", 1, 100)), null);
        assertThat(unknown.records()).hasSize(2);
        assertThat(expand(ForeignEntries.DELIVER, null, marked("7", 1, 100)).records())
                .hasSize(2);
        assertThat(expand(ForeignEntries.DROP, null, marked("7", 1, 100)).records())
                .hasSize(1);
    }

    @Test
    void aMarkedAggregateThatSomebodyCopiedUnderAnotherKeyIsDelivered() {
        Record marked = marked("7", 1, 100);
        Record copied = record("7", "key", marked.data().asByteArray());

        assertThat(expand(ForeignEntries.AUTO, null, copied).records()).hasSize(2);
    }

    private static Record marked(String sequenceNumber, int... hashKeys) {
        AggregateBuilder builder = AggregateBuilder.putAgainWhole(0, 0);
        for (int hashKey : hashKeys) {
            AggregateEntry entry =
                    new AggregateEntry("key", HashKey.of(BigInteger.valueOf(hashKey)), new byte[] {(byte) hashKey});
            builder.tryAdd(entry, Integer.MAX_VALUE);
        }
        return record(sequenceNumber, "a", builder.build());
    }

    private static Expanded expand(ForeignEntries treatment, @Nullable Position after, Record... records) {
        return new Deaggregator(new ShardName("flights", "shard-1"), MINE, treatment).expand(List.of(records), after);
    }

    private static List<String> names(Expanded expanded) {
        return expanded.records().stream()
                .map(record -> new String(record.data(), StandardCharsets.UTF_8))
                .toList();
    }

    private static Record plain(String number, String partitionKey, String data) {
        return record(number, partitionKey, data.getBytes(StandardCharsets.UTF_8));
    }

    private static Record aggregate(String number, String partitionKey, int... hashKeys) {
        List<AggregateEntry> entries = new ArrayList<>();
        for (int hashKey : hashKeys) {
            entries.add(entry(hashKey));
        }
        return record(number, partitionKey, AggregateCodec.encode(entries));
    }

    private static AggregateEntry entry(int hashKey) {
        String name = Integer.toString(hashKey);
        return new AggregateEntry(name, HashKey.of(BigInteger.valueOf(hashKey)), name.getBytes(StandardCharsets.UTF_8));
    }

    private static Record record(String number, String partitionKey, byte[] data) {
        return Record.builder()
                .sequenceNumber(number)
                .partitionKey(partitionKey)
                .data(SdkBytes.fromByteArray(data))
                .approximateArrivalTimestamp(ARRIVAL)
                .build();
    }
}
