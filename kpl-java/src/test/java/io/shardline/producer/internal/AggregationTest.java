package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.Decoded;
import io.shardline.aggregation.HashKey;
import io.shardline.producer.Ordering;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.StoredRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

class AggregationTest {

    /** Two records, as KPL writes them. */
    private static final String KPLS_AGGREGATE =
            "f3899ac20a03706b311a0908001a0568656c6c6f1a0908001a05776f726c64f5fb92b07d5dc986bb5915e9657557aa";

    @Test
    void recordsLingerTogetherAndLeaveInOneAggregate() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        CompletableFuture<PutReceipt> first = world.put("a", "first");
        world.advance(Duration.ofMillis(60));
        CompletableFuture<PutReceipt> second = world.put("b", "second");
        world.advance(Duration.ofMillis(39));
        assertThat(world.client.requests).isEmpty();

        world.advance(Duration.ofMillis(2));
        assertThat(world.sentData()).containsExactly(List.of("first", "second"));
        PutReceipt one = world.get(first);
        PutReceipt two = world.get(second);
        assertThat(one.sequenceNumber()).isEqualTo(two.sequenceNumber());
        assertThat(one.subSequenceNumber()).isZero();
        assertThat(two.subSequenceNumber()).isEqualTo(1);
        assertThat(two.attempts()).isEqualTo(1);
    }

    @Test
    void withoutLingerARecordLeavesAtOnceAndThoseBehindItGoTogether() {
        ProducerConfig config = ProducerConfig.builder().linger(Duration.ZERO).build();
        ProducerWorld world = ProducerWorld.healthy(config, 1).warm();
        world.put("a", "first");
        world.advance(Duration.ofMillis(1));
        world.put("b", "second");
        world.put("c", "third");
        world.advance(Duration.ofSeconds(1));

        assertThat(world.sentData()).containsExactly(List.of("first"), List.of("second", "third"));
    }

    @Test
    void aggregateIsFramedAsKplDoes() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        world.put("pk1", "hello");
        world.put("pk2", "world");
        world.advance(Duration.ofSeconds(1));

        PutRecordsRequestEntry entry = world.client.requests.get(0).records().get(0);
        assertThat(entry.partitionKey()).isEqualTo("a");
        assertThat(entry.explicitHashKey())
                .isEqualTo(HashKey.ofPartitionKey("pk1").toString());
        assertThat(AggregateCodec.decode(entry.data().asByteArray())).isInstanceOf(Decoded.Aggregated.class);
    }

    @Test
    void aggregateOfOneGoesRawWithItsOwnKeyAndHashKey() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        world.producer.put(STREAM, UserRecord.of("pk1", new byte[] {7}).withExplicitHashKey("123"));
        world.advance(Duration.ofSeconds(1));

        PutRecordsRequestEntry entry = world.client.requests.get(0).records().get(0);
        assertThat(entry.partitionKey()).isEqualTo("pk1");
        assertThat(entry.explicitHashKey()).isEqualTo("123");
        assertThat(entry.data().asByteArray()).containsExactly(7);
    }

    @Test
    void idleLaneSendsTwoBillingUnitsAndGrowsWhileItWaitsForTheAnswer() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        for (int i = 0; i < 1_000; i++) {
            world.put("key-" + i % 50, 1_000);
        }
        world.advance(Duration.ofSeconds(2));

        List<Integer> sizes = sizes(world);
        assertThat(sizes.get(0)).isBetween(50_000, ProducerSettings.IDLE_AGGREGATE);
        assertThat(sizes.get(1)).isBetween(260_000, 262_144);
        assertThat(sizes).allMatch(size -> size <= 262_144);
        assertThat(sizes.stream().mapToInt(size -> size).sum()).isGreaterThan(1_000_000);
    }

    @Test
    void steadyTrickleNeverMakesAnAggregateAboveTheIdleSize() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        for (int i = 0; i < 200; i++) {
            world.put("key", 1_000);
            world.advance(Duration.ofMillis(1));
        }
        world.advance(Duration.ofSeconds(1));

        assertThat(sizes(world)).hasSizeGreaterThan(2).allMatch(size -> size <= ProducerSettings.IDLE_AGGREGATE);
    }

    @Test
    void smallAggregatesOfAShardTravelTogetherAndAKeyIsInOneOfThem() {
        ProducerWorld world = ProducerWorld.healthy(smallAggregates(), 1).warm();
        for (int i = 0; i < 200; i++) {
            world.put("key-" + i % 70, 200);
        }
        world.advance(Duration.ofSeconds(2));

        assertThat(world.client.requests)
                .allSatisfy(request -> assertThat(request.records()).hasSizeLessThanOrEqualTo(8))
                .anySatisfy(request -> assertThat(request.records()).hasSize(8));
        for (PutRecordsRequest request : world.client.requests) {
            List<String> keys = request.records().stream()
                    .flatMap(entry -> keys(entry).stream().distinct())
                    .toList();
            assertThat(keys).doesNotHaveDuplicates();
        }
    }

    @Test
    void aKeyThatIsInAnEarlierAggregateWaitsForTheNextRequest() {
        ProducerWorld world = ProducerWorld.healthy(smallAggregates(), 1).warm();
        for (String key : List.of("a", "b", "c", "d", "e", "a", "f")) {
            world.put(key, 230);
        }
        world.advance(Duration.ofSeconds(2));

        assertThat(world.client.requests.stream()
                        .map(request -> request.records().stream()
                                .map(AggregationTest::keys)
                                .toList()))
                .containsExactly(List.of(List.of("a", "b", "c", "d"), List.of("e")), List.of(List.of("a", "f")));
    }

    @Test
    void aggregateBehindFullOnesGrowsOnUntilItHasLingered() {
        ProducerWorld world = ProducerWorld.healthy(smallAggregates(), 1).warm();
        for (String key : List.of("a", "b", "c", "d", "e")) {
            world.put(key, 230);
        }
        world.advance(Duration.ofMillis(60));
        world.put("f", 230);
        world.advance(Duration.ofSeconds(2));

        assertThat(world.client.requests.stream()
                        .map(request -> request.records().stream()
                                .map(AggregationTest::keys)
                                .toList()))
                .containsExactly(List.of(List.of("a", "b", "c", "d")), List.of(List.of("e", "f")));
    }

    @Test
    void severalAggregatesTogetherAreNoLargerThanOneMayBeByDefault() {
        ProducerConfig config =
                ProducerConfig.builder().maxAggregateSize(51_200).build();
        ProducerWorld world = ProducerWorld.healthy(config, 1).warm();
        for (int i = 0; i < 1_000; i++) {
            world.put("key-" + i, 1_000);
        }
        world.advance(Duration.ofSeconds(2));

        assertThat(world.client.requests)
                .allSatisfy(request -> assertThat(request.records()).hasSizeLessThanOrEqualTo(5))
                .anySatisfy(request -> assertThat(request.records()).hasSize(5));
    }

    private static ProducerConfig smallAggregates() {
        return ProducerConfig.builder().maxAggregateSize(1_024).build();
    }

    private static List<String> keys(PutRecordsRequestEntry entry) {
        return AggregateCodec.decode(entry.data().asByteArray()) instanceof Decoded.Aggregated aggregated
                ? aggregated.entries().stream()
                        .map(AggregateEntry::partitionKey)
                        .toList()
                : List.of(entry.partitionKey());
    }

    @Test
    void recordsTooLargeToAggregateGoRawAndInOrder() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        world.put("k", "before");
        CompletableFuture<PutReceipt> large = world.put("k", 300_000);
        CompletableFuture<PutReceipt> after = world.put("k", "after");
        PutReceipt receipt = world.get(large);

        assertThat(world.sentData()).hasSize(2);
        assertThat(world.sentData().get(0)).containsExactly("before");
        assertThat(receipt.subSequenceNumber()).isZero();
        assertThat(world.get(after).sequenceNumber()).isGreaterThan(receipt.sequenceNumber());
    }

    @Test
    void withoutAggregationARequestHasEachKeyOnceAndTheNextWaits() {
        ProducerConfig config =
                ProducerConfig.builder().aggregationEnabled(false).build();
        ProducerWorld world = ProducerWorld.healthy(config, 1).warm();
        for (String each : List.of("a1", "b1", "a2", "c1", "a3", "b2")) {
            world.put(each.substring(0, 1), each);
        }
        world.advance(Duration.ofSeconds(2));

        assertThat(world.sentData()).containsExactly(List.of("a1", "b1", "c1"), List.of("a2", "b2"), List.of("a3"));
        assertThat(world.client.requests.get(0).records()).hasSize(3);
    }

    @Test
    void withoutOrderManyRequestsOfOneShardAreInFlightAtOnce() {
        ProducerConfig config = ProducerConfig.builder()
                .ordering(Ordering.NONE)
                .linger(Duration.ZERO)
                .build();
        ProducerWorld world = ProducerWorld.healthy(config, 1).warm();
        for (int i = 0; i < 5; i++) {
            world.put("k", "record " + i);
            world.advance(Duration.ofMillis(1));
        }

        assertThat(world.client.inFlight(Duration.ofSeconds(6))).hasSize(5);
    }

    @Test
    void requestsInFlightAreLimitedOverAllShards() {
        ProducerConfig config = ProducerConfig.builder()
                .maxInFlightRequests(2)
                .linger(Duration.ZERO)
                .build();
        ProducerWorld world = ProducerWorld.healthy(config, 8).warm();
        List<CompletableFuture<PutReceipt>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(world.put("key-" + i, "x"));
            world.advance(Duration.ofMillis(1));
            assertThat(world.client.inFlight(Duration.ofSeconds(6)).size()).isLessThanOrEqualTo(2);
        }
        all.forEach(world::get);
    }

    @Test
    void lanesOfManyShardsShareOneRequest() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 8).warm();
        for (int i = 0; i < 100; i++) {
            world.put("key-" + i, "x");
        }
        world.advance(Duration.ofSeconds(1));

        assertThat(world.client.requests).hasSize(1);
        assertThat(world.client.requests.get(0).records()).hasSize(8);
    }

    @Test
    void recordsPutBeforeTheMapIsThereWaitForItAndAreAggregated() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        world.put("a", "first");
        world.put("b", "second");
        world.advance(Duration.ofSeconds(1));

        assertThat(world.client.listings).isEqualTo(1);
        assertThat(world.sentData()).containsExactly(List.of("first", "second"));
    }

    @ParameterizedTest
    @CsvSource({
        "true, false, false",
        "true, true, false",
        "true, false, true",
        "true, true, true",
        "false, false, false"
    })
    void anAggregateThatIsForwardedArrivesAsItWasPut(boolean aggregating, boolean hasCompany, boolean hasHeader) {
        ProducerConfig config =
                ProducerConfig.builder().aggregationEnabled(aggregating).build();
        ProducerWorld world = ProducerWorld.healthy(config, 1).warm();
        UserRecord record = UserRecord.of("router-7", HexFormat.of().parseHex(KPLS_AGGREGATE));
        CompletableFuture<PutReceipt> put =
                world.producer.put(STREAM, hasHeader ? record.withHeader("from", "orders") : record);
        if (hasCompany) {
            world.put("router-8", "x");
        }

        assertThat(world.get(put).subSequenceNumber()).isZero();
        StoredRecord stored = world.kinesis.records(STREAM).get(1); // the first one is of the warming up
        assertThat(stored.sequenceNumber()).isEqualTo(world.get(put).sequenceNumber());
        List<KinesisClientRecord> seen = new AggregatorUtil()
                .deaggregate(new ArrayList<>(List.of(KinesisClientRecord.builder()
                        .data(stored.data().asByteBuffer())
                        .partitionKey(stored.partitionKey())
                        .sequenceNumber(stored.sequenceNumber())
                        .build())));
        assertThat(seen).hasSize(hasCompany ? 2 : 1);
        assertThat(seen.get(0).partitionKey()).isEqualTo("router-7");
        assertThat(seen.get(0).data()).isEqualTo(ByteBuffer.wrap(record.data()));
    }

    @Test
    void whatAnAggregateTakesInAnotherIsCounted() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        UserRecord record = UserRecord.of("router-7", HexFormat.of().parseHex(KPLS_AGGREGATE));
        world.get(world.producer.put(STREAM, record));

        PutRecordsRequestEntry entry = world.client.requests.get(0).records().get(0);
        assertThat(entry.data().asByteArrayUnsafe().length
                        + entry.partitionKey().length())
                .isLessThanOrEqualTo(record.size());
    }

    private static List<Integer> sizes(ProducerWorld world) {
        return world.client.requests.stream()
                .flatMap(request -> request.records().stream())
                .map(entry -> entry.data().asByteArrayUnsafe().length
                        + entry.partitionKey().length())
                .toList();
    }
}
