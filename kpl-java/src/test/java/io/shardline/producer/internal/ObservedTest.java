package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.Decoded;
import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.ProducerEvent;
import io.shardline.producer.ProducerMeters;
import io.shardline.producer.ProducerStatistics;
import io.shardline.producer.PutCallback;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.internal.OwnedResources;
import io.shardline.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What users see of the producer besides their futures: callbacks, statistics, events, meters; and headers. */
class ObservedTest {

    /** Notes what it hears. */
    private static final class Notes implements PutCallback {

        private final List<String> heard = new ArrayList<>();

        @Override
        public void acknowledged(UserRecord record, PutReceipt receipt) {
            heard.add(record.partitionKey() + " at " + receipt.subSequenceNumber());
            if (record.partitionKey().equals("throws")) {
                throw new IllegalStateException("on purpose");
            }
        }

        @Override
        public void failed(PutFailedException failure) {
            heard.add(failure.record().partitionKey() + " " + failure.reason());
        }
    }

    @Test
    void callbackHearsOfEveryRecordOnceAlsoIfItThrows() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        Notes notes = new Notes();
        for (String key : List.of("a", "throws", "b")) {
            world.producer.put(STREAM, UserRecord.of(key, new byte[1]), notes);
        }
        world.get(world.producer.flush());
        assertThat(notes.heard).containsExactly("a at 0", "throws at 1", "b at 2");
        world.get(world.producer.close(Duration.ofSeconds(1)));
        world.producer.put(STREAM, UserRecord.of("late", new byte[1]), notes);

        assertThat(notes.heard).last().isEqualTo("late CLOSED");
        assertThat(world.producer.freeBudget())
                .isEqualTo(ProducerConfig.defaults().memoryBudget());
    }

    @Test
    void statisticsTellWhatIsOutstandingAndHowOldTheOldestIs() {
        ProducerConfig config =
                ProducerConfig.builder().linger(Duration.ofMinutes(1)).build();
        ProducerWorld world = ProducerWorld.healthy(config, 2).warm();
        CompletableFuture<PutReceipt> put = world.put("k", 1_000);
        world.advance(Duration.ofSeconds(2));
        world.put("k", 500);
        world.advance(Duration.ofSeconds(1));

        ProducerStatistics statistics = world.producer.statistics();
        assertThat(statistics.state()).isEqualTo(ProducerStatistics.State.OPEN);
        assertThat(statistics.takenRecords()).isEqualTo(3);
        assertThat(statistics.outstandingRecords()).isEqualTo(2);
        assertThat(statistics.outstandingBytes()).isBetween(3_000L, 4_000L);
        assertThat(statistics.oldestAge()).isEqualTo(Duration.ofSeconds(3));
        List<ProducerStatistics.Lane> lanes = world.get(world.producer.lanes());
        assertThat(lanes).hasSize(2);
        assertThat(lanes.stream()
                        .mapToLong(ProducerStatistics.Lane::waitingRecords)
                        .sum())
                .isEqualTo(2);
        assertThat(lanes).allMatch(lane -> lane.rateShare() == 1 && lane.inFlightRequests() == 0);

        CompletableFuture<?> closing = world.producer.close(Duration.ofSeconds(5));
        assertThat(world.producer.statistics().state()).isEqualTo(ProducerStatistics.State.CLOSING);
        world.get(closing);
        statistics = world.producer.statistics();
        assertThat(put).isCompleted();
        assertThat(statistics.state()).isEqualTo(ProducerStatistics.State.CLOSED);
        assertThat(statistics.outstandingRecords()).isZero();
        assertThat(statistics.oldestAge()).isZero();
    }

    @Test
    void receiptTellsOfTheFailedAttempts() {
        FaultScript once = new FaultScript("PutRecords")
                .then(new Fault.None(), new Fault.ServiceFailure("ProvisionedThroughputExceededException", 400));
        ProducerWorld world =
                ProducerWorld.withFaults(ProducerConfig.defaults(), 1, once).warm();
        PutReceipt receipt = world.get(world.put("k", "x"));

        assertThat(receipt.attempts()).isEqualTo(2);
        assertThat(receipt.failedAttempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.errorCode()).isEqualTo("ProvisionedThroughputExceededException");
            assertThat(attempt.startedAfter()).isBetween(Duration.ofMillis(100), Duration.ofMillis(101));
            assertThat(attempt.duration()).isBetween(Duration.ofMillis(20), Duration.ofMillis(21));
        });
        assertThat(receipt.elapsed()).isBetween(Duration.ofMillis(140), Duration.ofMillis(200));
        assertThat(receipt.roundTrip()).isBetween(Duration.ofMillis(20), Duration.ofMillis(21));
        assertThat(receipt.sentAfter()).isEqualTo(receipt.elapsed().minus(receipt.roundTrip()));
    }

    @Test
    void receiptTellsWhenTheRecordWasSentAlsoIfTheShardsMustBeListedBehindIt() {
        FaultScript once = new FaultScript("ListShards").then(new Fault.None(), new Fault.ServiceFailure("Busy", 500));
        ProducerWorld world =
                ProducerWorld.withFaults(ProducerConfig.defaults(), 2, once).warm();
        world.advance(Duration.ofSeconds(15)); // idle for so long, it might be another stream
        CompletableFuture<PutReceipt> put = world.put("k", "x");
        world.put("k", "y");
        world.advance(Duration.ofMillis(130));
        assertThat(put).isNotDone();

        assertThat(world.get(put).sentAfter()).isBetween(Duration.ofMillis(100), Duration.ofMillis(101));
        assertThat(world.get(put).roundTrip()).isGreaterThan(Duration.ofMillis(30));
    }

    @Test
    void eventsTellWhatHappenedAndMetersCountIt() {
        FaultScript once = new FaultScript("PutRecords")
                .then(new Fault.PartialFailure(index -> true, "ProvisionedThroughputExceededException"));
        ProducerWorld world = ProducerWorld.withFaults(ProducerConfig.defaults(), 1, once);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        ProducerMeters meters = new ProducerMeters(registry);
        List<ProducerEvent> events = new ArrayList<>();
        ProducerLoop producer = ProducerLoop.start(
                ProducerConfig.defaults(), OwnedResources.of(world.client, world.platform), event -> {
                    events.add(event);
                    meters.accept(event);
                });
        for (int i = 0; i < 10; i++) {
            producer.put(STREAM, UserRecord.of("k", new byte[10]));
        }
        world.get(producer.flush());
        producer.put("nowhere", UserRecord.of("k", new byte[10]));
        world.get(producer.flush());

        assertThat(events).hasAtLeastOneElementOfType(ProducerEvent.ShardListingFailed.class);
        assertThat(events)
                .contains(
                        new ProducerEvent.ShardsListed(STREAM, 1),
                        new ProducerEvent.KinesisRecordRefused(
                                STREAM, "shardId-000000000000", 10, "ProvisionedThroughputExceededException"),
                        new ProducerEvent.UserRecordGivenUp("nowhere", FailureReason.STREAM_NOT_FOUND, 0));
        assertThat(registry.get("shardline.producer.user.records.stored")
                        .counter()
                        .count())
                .isEqualTo(10);
        assertThat(registry.get("shardline.producer.user.bytes.stored")
                        .counter()
                        .count())
                .isEqualTo(110);
        assertThat(registry.get("shardline.producer.retries").summary().max()).isEqualTo(1);
        assertThat(registry.getMeters().stream().map(Meter::getId).map(Meter.Id::getName))
                .contains(
                        "shardline.producer.kinesis.records.refused",
                        "shardline.producer.user.records.given.up",
                        "shardline.producer.request",
                        "shardline.producer.waiting",
                        "shardline.producer.user.records.per.kinesis.record",
                        "shardline.producer.kinesis.records.per.request",
                        "shardline.producer.user.records.per.request");
    }

    @Test
    void endpointThatIsLostAndReturnsIsTold() {
        Fault[] now = {new Fault.ServiceFailure("InternalFailure", 500)};
        ProducerWorld world = ProducerWorld.withFaults(
                ProducerConfig.defaults(),
                20,
                (operation, request) -> operation.equals("PutRecords") ? now[0] : new Fault.None());
        List<ProducerEvent> events = new ArrayList<>();
        ProducerConfig config = ProducerConfig.builder().linger(Duration.ZERO).build();
        ProducerLoop producer =
                ProducerLoop.start(config, OwnedResources.of(world.client, world.platform), events::add);
        for (int i = 0; i < 40; i++) {
            producer.put(STREAM, UserRecord.of("key-" + i, new byte[1]));
            world.advance(Duration.ofMillis(20));
        }
        world.advance(Duration.ofSeconds(5));

        assertThat(events).containsOnlyOnce(new ProducerEvent.EndpointLost());
        assertThat(events).doesNotContain(new ProducerEvent.EndpointReturned());
        assertThat(producer.statistics().endpointLost()).isTrue();

        now[0] = new Fault.None();
        world.advance(Duration.ofSeconds(5));
        assertThat(events).containsOnlyOnce(new ProducerEvent.EndpointLost(), new ProducerEvent.EndpointReturned());
        assertThat(producer.statistics().endpointLost()).isFalse();
        assertThat(producer.statistics().outstandingRecords()).isZero();
    }

    @Test
    void streamMayBeGivenByItsArn() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        String arn = world.kinesis.streamArn(STREAM);

        assertThat(world.get(world.producer.put(arn, UserRecord.of("k", new byte[1])))
                        .shardId())
                .isEqualTo("shardId-000000000000");
        assertThat(world.client.requests.get(0).streamARN()).isEqualTo(arn);
    }

    @Test
    void headersTravelInTheAggregateAlsoWhereTheRecordIsAlone() {
        for (boolean aggregation : List.of(true, false)) {
            ProducerConfig config =
                    ProducerConfig.builder().aggregationEnabled(aggregation).build();
            ProducerWorld world = ProducerWorld.healthy(config, 1).warm();
            UserRecord record = UserRecord.of("k", ProducerWorld.bytes("x;"))
                    .withHeader("trace", "1")
                    .withHeader("trace", "2")
                    .withHeader("unit", "\u00b5s");
            PutReceipt receipt = world.get(world.producer.put(STREAM, record));

            byte[] sent = world.client.requests.get(0).records().get(0).data().asByteArray();
            AggregateEntry expected =
                    new AggregateEntry("k", null, ProducerWorld.bytes("x;"), Map.of("trace", "2", "unit", "\u00b5s"));
            assertThat(AggregateCodec.decode(sent)).isEqualTo(new Decoded.Aggregated(List.of(expected)));
            assertThat(sent.length + 1).isLessThanOrEqualTo(record.size());
            assertThat(new StreamTruth(world.kinesis, STREAM).at(receipt)).isEqualTo(new StreamTruth.Seen("k", "x;"));
            assertThat(new StreamTruth(world.kinesis, STREAM).firstSeenKclWise())
                    .contains(new StreamTruth.Seen("k", "x;"));
        }
    }
}
