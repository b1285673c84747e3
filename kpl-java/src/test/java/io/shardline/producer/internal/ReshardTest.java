package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.FailureReason;
import io.shardline.producer.OnLoss;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.Fault;
import io.shardline.testkit.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.ScalingType;

class ReshardTest {

    private static final String PARENT = "shardId-000000000000";
    private static final String LOW = "10"; // a hash key in the lower half
    private static final String HIGH = "340282366920938463463374607431768211000";

    @Test
    void aggregateThatStraddlesTheChildrenIsPutAgainAsAWhole() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        world.split(PARENT);
        world.advance(Duration.ofSeconds(1));
        CompletableFuture<PutReceipt> low = put(world, "low", LOW, "one;");
        CompletableFuture<PutReceipt> high = put(world, "high", HIGH, "two;");

        assertThat(world.get(low).shardId()).isEqualTo("shardId-000000000001");
        assertThat(world.get(high).shardId()).isEqualTo("shardId-000000000002");
        assertThat(low.join().attempts()).isEqualTo(2);
        assertThat(high.join().attempts()).isEqualTo(2);
        StreamTruth truth = new StreamTruth(world.kinesis, STREAM);
        assertThat(truth.firstSeenKclWise()).extracting(StreamTruth.Seen::data).contains("one;", "two;");
        assertThat(truth.at(high.join())).isEqualTo(new StreamTruth.Seen("high", "two;"));
    }

    @Test
    void aggregateThatStraddlesBehindALostOneOfItsLoadIsStoppedWithItsLane() {
        ProducerConfig config = ProducerConfig.builder()
                .maxAggregateSize(10_000)
                .maxAggregateCount(2)
                .onLoss(OnLoss.STOP_LANE)
                .build();
        FaultScript faults = new FaultScript("PutRecords")
                .then(new Fault.None(), new Fault.PartialFailure(index -> index == 0, "KMSDisabledException"));
        ProducerWorld world = ProducerWorld.withFaults(config, 1, faults).warm();
        world.split(PARENT);
        world.advance(Duration.ofSeconds(1));
        CompletableFuture<PutReceipt> lost = put(world, "a", LOW, "one;");
        put(world, "b", LOW, "two;");
        CompletableFuture<PutReceipt> low = put(world, "c", LOW, "three;");
        CompletableFuture<PutReceipt> high = put(world, "d", HIGH, "four;");

        assertThat(world.failure(lost).reason()).isEqualTo(FailureReason.KMS_KEY_UNUSABLE);
        assertThat(world.failure(low).reason()).isEqualTo(FailureReason.LANE_STOPPED);
        assertThat(world.failure(high).reason()).isEqualTo(FailureReason.LANE_STOPPED);
        assertThat(world.client.requests).hasSize(1);
    }

    @Test
    void aggregateThatIsInsideTheChildIsDoneOnceTheRangeIsKnown() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        world.split(PARENT);
        world.advance(Duration.ofSeconds(1));
        CompletableFuture<PutReceipt> one = put(world, "a", LOW, "one;");
        CompletableFuture<PutReceipt> two = put(world, "b", LOW, "two;");

        assertThat(world.get(one).attempts()).isEqualTo(1);
        assertThat(world.get(two).attempts()).isEqualTo(1);
        assertThat(world.client.requests).hasSize(1);
        assertThat(world.client.listings).isEqualTo(2);
    }

    @Test
    void streamThatIsMadeAnewIsLookedAtAnew() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        world.get(world.admin.deleteStream(r -> r.streamName(STREAM)));
        world.advance(Duration.ofMinutes(1));
        CompletableFuture<PutReceipt> gone = put(world, "low", LOW, "gone;");
        assertThat(world.failure(gone).reason()).isEqualTo(FailureReason.STREAM_NOT_FOUND);
        world.kinesis.createStream(STREAM, 2); // the first shard has the old one's name, and half its range
        world.advance(Duration.ofMinutes(1));
        CompletableFuture<PutReceipt> low = put(world, "low", LOW, "one;");
        CompletableFuture<PutReceipt> high = put(world, "high", HIGH, "two;");
        world.get(low);
        world.get(high);

        StreamTruth truth = new StreamTruth(world.kinesis, STREAM);
        assertThat(truth.firstSeenKclWise()).extracting(StreamTruth.Seen::data).containsExactly("one;", "two;");
        assertThat(low.join().attempts()).isEqualTo(1);
    }

    @Test
    void streamThatWasMadeAgainWhileTheProducerWasIdleIsFoundOutBeforeAnythingCounts() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        world.get(world.admin.deleteStream(r -> r.streamName(STREAM)));
        world.advance(Duration.ofSeconds(10));
        world.kinesis.createStream(STREAM, 2); // the first shard has the old one's name, and half its range
        CompletableFuture<PutReceipt> low = put(world, "low", LOW, "one;");
        CompletableFuture<PutReceipt> high = put(world, "high", HIGH, "two;");

        assertThat(world.get(low).shardId()).isEqualTo(PARENT);
        assertThat(world.get(high).shardId()).isEqualTo("shardId-000000000001");
        assertThat(high.join().attempts()).isEqualTo(2);
        StreamTruth truth = new StreamTruth(world.kinesis, STREAM);
        assertThat(truth.at(low.join())).isEqualTo(new StreamTruth.Seen("low", "one;"));
        assertThat(truth.at(high.join())).isEqualTo(new StreamTruth.Seen("high", "two;"));
        assertThat(truth.firstSeenKclWise()).extracting(StreamTruth.Seen::data).contains("one;", "two;");
    }

    @Test
    void streamInUseIsNotDoubted() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        for (int i = 0; i < 20; i++) {
            put(world, "low", LOW, "one;");
            put(world, "high", HIGH, "two;");
            world.advance(Duration.ofSeconds(9));
        }

        assertThat(world.client.listings).isEqualTo(1);
        assertThat(world.client.requests).hasSize(20);
    }

    @Test
    void listingForAnIdleStreamTravelsBesideTheRequestSoThatNobodyWaitsForIt() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        world.advance(Duration.ofSeconds(10));
        put(world, "low", LOW, "one;");
        PutReceipt receipt = world.get(put(world, "high", HIGH, "two;"));

        assertThat(world.client.listings).isEqualTo(2);
        assertThat(receipt.elapsed()).isLessThan(Duration.ofMillis(125)); // the linger, and both ways
    }

    @Test
    void whatIsStoredInADoubtedStreamWaitsForTheListing() {
        FaultScript lost = new FaultScript("ListShards")
                .then(new Fault.None(), new Fault.RequestLost(Duration.ofSeconds(4)), new Fault.Throttle());
        ProducerWorld world =
                ProducerWorld.withFaults(ProducerConfig.defaults(), 1, lost).warm();
        world.advance(Duration.ofSeconds(10));
        put(world, "low", LOW, "one;");
        PutReceipt receipt = world.get(put(world, "high", HIGH, "two;"));

        assertThat(receipt.attempts()).isEqualTo(1);
        assertThat(receipt.elapsed()).isGreaterThan(Duration.ofSeconds(4));
    }

    @Test
    void rawRecordIsDoneWhereverItLands() {
        ProducerConfig config =
                ProducerConfig.builder().aggregationEnabled(false).build();
        ProducerWorld world = ProducerWorld.healthy(config, 1).warm();
        world.split(PARENT);
        world.advance(Duration.ofSeconds(1));
        CompletableFuture<PutReceipt> low = put(world, "low", LOW, "one;");
        CompletableFuture<PutReceipt> high = put(world, "high", HIGH, "two;");

        assertThat(world.get(low).attempts()).isEqualTo(1);
        assertThat(world.get(high).attempts()).isEqualTo(1);
        world.advance(Duration.ofSeconds(1));
        assertThat(world.client.listings).isEqualTo(2);
    }

    @Test
    void childrenWaitUntilTheirParentsLastRecordsAreJudged() {
        // The parent's request is lost; meanwhile a record of another lane shows that the map is old.
        FaultScript faults =
                new FaultScript("PutRecords").then(new Fault.None(), new Fault.RequestLost(Duration.ofSeconds(6)));
        ProducerConfig config = ProducerConfig.builder().linger(Duration.ZERO).build();
        ProducerWorld world = ProducerWorld.withFaults(config, 2, faults).warm();
        CompletableFuture<PutReceipt> first = put(world, "low", LOW, "first;");
        world.advance(Duration.ofMillis(5));
        world.split(PARENT);
        world.advance(Duration.ofSeconds(1));
        world.split("shardId-000000000001");
        world.advance(Duration.ofSeconds(1));
        world.get(put(world, "high", HIGH, "other;"));
        world.advance(Duration.ofSeconds(1));
        assertThat(world.client.listings).isEqualTo(2);
        CompletableFuture<PutReceipt> second = put(world, "low", LOW, "second;");
        world.advance(Duration.ofSeconds(1));
        assertThat(second).isNotDone();

        world.get(second);
        assertThat(first.join().sequenceNumber())
                .isLessThanOrEqualTo(second.join().sequenceNumber());
        assertThat(new StreamTruth(world.kinesis, STREAM).firstSeenEntryWise())
                .extracting(StreamTruth.Seen::data)
                .containsSubsequence("first;", "second;");
    }

    @Test
    void mergeMidFlightLosesNothingAndKeepsOrder() {
        runWhile(2, world -> world.merge(PARENT, "shardId-000000000001"));
    }

    @Test
    void splitMidFlightLosesNothingAndKeepsOrder() {
        runWhile(1, world -> world.split(PARENT));
    }

    @Test
    void updateShardCountMidFlightLosesNothingAndKeepsOrder() {
        runWhile(
                3,
                world -> world.get(world.admin.updateShardCount(
                        r -> r.streamName(STREAM).targetShardCount(5).scalingType(ScalingType.UNIFORM_SCALING))));
    }

    @Test
    void oldMapIsAskedForAgainNowAndThenWhileItIsUsed() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        world.advance(Duration.ofMinutes(20));
        assertThat(world.client.listings).isEqualTo(1);

        world.get(world.put("k", "x"));
        world.advance(Duration.ofSeconds(1));
        assertThat(world.client.listings).isEqualTo(2);
    }

    @Test
    void aggregateIsPutAgainOnceIfItsShardIsNeverLearnt() {
        Faults listings = new Faults() {
            private int calls;

            @Override
            public Fault next(String operation, KinesisRequest request) {
                boolean later = operation.equals("ListShards") && calls++ > 0;
                return later ? new Fault.ServiceFailure("AccessDeniedException", 400) : new Fault.None();
            }
        };
        ProducerConfig config =
                ProducerConfig.builder().recordTtl(Duration.ofSeconds(10)).build();
        ProducerWorld world = ProducerWorld.withFaults(config, 1, listings).warm();
        world.split(PARENT);
        world.advance(Duration.ofSeconds(1));
        CompletableFuture<PutReceipt> one = put(world, "a", LOW, "one;");
        put(world, "b", LOW, "two;");

        // Then it goes by itself, and any shard will do: one copy more, and not one with every try.
        PutReceipt receipt = world.get(one);
        assertThat(receipt.attempts()).isEqualTo(2);
        assertThat(new StreamTruth(world.kinesis, STREAM).at(receipt)).isEqualTo(new StreamTruth.Seen("a", "one;"));
    }

    private static CompletableFuture<PutReceipt> put(ProducerWorld world, String key, String hashKey, String data) {
        return world.producer.put(
                STREAM, UserRecord.of(key, ProducerWorld.bytes(data)).withExplicitHashKey(hashKey));
    }

    /** A steady load, with something happening to the shards in the middle. */
    private static void runWhile(int shards, Consumer<ProducerWorld> change) {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), shards).warm();
        Map<String, CompletableFuture<PutReceipt>> puts = new LinkedHashMap<>();
        for (int i = 0; i < 1_000; i++) {
            String key = "key-" + i % 30;
            puts.put(key + "/" + i + ";", world.put(key, i + ";" + "x".repeat(500)));
            world.advance(Duration.ofMillis(1));
            if (i == 500) {
                change.accept(world);
            }
        }
        world.get(world.producer.flush());

        StreamTruth truth = new StreamTruth(world.kinesis, STREAM);
        puts.forEach((name, future) -> {
            StreamTruth.Seen seen = Objects.requireNonNull(truth.at(future.join()), name);
            assertThat(name).isEqualTo(seen.partitionKey() + "/" + seen.data());
        });
        assertThat(order(truth.firstSeenEntryWise())).isEqualTo(order(truth.firstSeenKclWise()));
        order(truth.firstSeenEntryWise())
                .forEach((key, numbers) -> assertThat(numbers).isSorted());
    }

    private static Map<String, List<Integer>> order(Iterable<StreamTruth.Seen> records) {
        Map<String, List<Integer>> byKey = new LinkedHashMap<>();
        for (StreamTruth.Seen seen : records) {
            if (!seen.data().isEmpty()) {
                byKey.computeIfAbsent(seen.partitionKey(), key -> new ArrayList<>())
                        .add(Integer.valueOf(seen.data().replace(";", "")));
            }
        }
        return byKey;
    }
}
