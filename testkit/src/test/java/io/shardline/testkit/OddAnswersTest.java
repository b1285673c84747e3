package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.payloads;
import static io.shardline.testkit.SimulatedKinesis.shard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;

/** Answers that succeed and are wrong. Confined to one thread. */
class OddAnswersTest {

    private static final String MIDDLE = "170141183460469231731687303715884105728";
    private static final Duration LATER = Duration.ofSeconds(30);

    private final SimulatedKinesis kinesis = new SimulatedKinesis();

    @BeforeEach
    void createStream() {
        kinesis.emulator.createStream(STREAM, 1);
        kinesis.put("1");
        kinesis.put("2");
        kinesis.put("3");
    }

    private String horizon() {
        return kinesis.iterator(shard(0), ShardIteratorType.TRIM_HORIZON);
    }

    private void inject(String operation, Fault fault) {
        kinesis.emulator.faults().on(operation).times(1).inject(fault);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anIteratorIsMissingOrEmptyThoughTheShardIsOpen(boolean isEmpty) {
        String iterator = horizon();
        inject("GetRecords", new Fault.MissingIterator(false, isEmpty));
        inject("GetShardIterator", new Fault.MissingIterator(false, isEmpty));

        GetRecordsResponse answer = kinesis.read(iterator);

        assertThat(answer.records()).isEmpty();
        assertThat(answer.nextShardIterator()).isEqualTo(isEmpty ? "" : null);
        assertThat(answer.hasChildShards() && !answer.childShards().isEmpty()).isFalse();
        assertThat(horizon()).isEqualTo(isEmpty ? "" : null);
        assertThat(payloads(kinesis.read(horizon()))).containsExactly("1", "2", "3");
    }

    @Test
    void theAnswerWithoutAnIteratorMayHaveItsRecords() {
        String iterator = horizon();
        inject("GetRecords", new Fault.MissingIterator(true, false));

        assertThat(payloads(kinesis.read(iterator))).containsExactly("1", "2", "3");
    }

    @Test
    void aShardEndsWithoutChildren() {
        kinesis.split(shard(0), MIDDLE);
        String iterator = horizon();
        inject("GetRecords", new Fault.MissingChildren());

        GetRecordsResponse answer = kinesis.read(iterator);

        assertThat(answer.nextShardIterator()).isNull();
        assertThat(answer.childShards()).isEmpty();
        assertThat(kinesis.read(iterator).childShards()).hasSize(2);
    }

    @Test
    void recordsComeAgain() {
        String next = kinesis.read(horizon()).nextShardIterator();
        kinesis.put("4");
        inject("GetRecords", new Fault.RepeatedRecords(2));

        GetRecordsResponse answer = kinesis.read(next);

        assertThat(payloads(answer)).containsExactly("2", "3", "4");
        assertThat(payloads(kinesis.read(answer.nextShardIterator()))).isEmpty();
        assertThatThrownBy(() -> new Fault.RepeatedRecords(0)).hasMessage("count must be at least 1: 0");
    }

    /** Their reader was never given them, so they would not come again. */
    @Test
    void noRecordFromBeforeTheTipThatReadingBeganAtComesAgain() {
        String latest = kinesis.iterator(shard(0), ShardIteratorType.LATEST);
        kinesis.put("4");
        inject("GetRecords", new Fault.RepeatedRecords(2));

        GetRecordsResponse answer = kinesis.read(latest);

        assertThat(payloads(answer)).containsExactly("4");
        kinesis.put("5");
        inject("GetRecords", new Fault.RepeatedRecords(2));
        assertThat(payloads(kinesis.read(answer.nextShardIterator()))).containsExactly("4", "5");
    }

    @Test
    void anAnswerIsEmptyBeforeTheTip() {
        String iterator = horizon();
        inject("GetRecords", new Fault.EmptyAnswer(Duration.ofHours(24)));

        GetRecordsResponse answer = kinesis.read(iterator);

        assertThat(answer.records()).isEmpty();
        assertThat(answer.millisBehindLatest()).isEqualTo(86_400_000);
        assertThat(payloads(kinesis.read(answer.nextShardIterator()))).containsExactly("1", "2", "3");
    }

    @Test
    void aListingIgnoresItsFilter() {
        kinesis.split(shard(0), MIDDLE);
        inject("ListShards", new Fault.UnfilteredListing());

        assertThat(openShards(kinesis.client)).isEqualTo(3);
        assertThat(openShards(kinesis.client)).isEqualTo(2);
    }

    private int openShards(KinesisAsyncClient client) {
        return kinesis.get(client.listShards(
                        r -> r.streamName(STREAM).shardFilter(f -> f.type(ShardFilterType.AT_LATEST))))
                .shards()
                .size();
    }

    @Test
    void timesAreInMilliseconds() {
        inject("GetRecords", new Fault.TimesInMillis());
        inject("DescribeStreamSummary", new Fault.TimesInMillis());

        Instant arrived = kinesis.read(horizon()).records().get(0).approximateArrivalTimestamp();
        Instant created = kinesis.get(kinesis.client.describeStreamSummary(r -> r.streamName(STREAM)))
                .streamDescriptionSummary()
                .streamCreationTimestamp();

        Instant future = Instant.parse("+20000-01-01T00:00:00Z");
        assertThat(arrived).isAfter(future);
        assertThat(created).isAfter(future);
    }

    @Test
    void aSubscriptionFallsSilent() {
        Heard heard = subscribe(new Fault.SubscriptionSilent(Duration.ofMillis(1500)));
        kinesis.time.advance(LATER);
        kinesis.put("4");
        kinesis.time.advance(LATER);

        assertThat(heard.signals).containsExactly("subscribed", "response", "event", "event");
        assertThat(heard.done).isNotDone();
    }

    @Test
    void aSubscriptionEndsBeforeItsFirstEvent() {
        Heard heard = subscribe(new Fault.SubscriptionEmpty());
        kinesis.time.advance(LATER);

        assertThat(heard.events).isEmpty();
        assertThat(heard.signals).contains("complete", "handler complete");
        assertThat(heard.done).isCompleted();
    }

    @Test
    void aSubscriptionEndsWithoutChildren() {
        kinesis.split(shard(0), MIDDLE);
        Heard heard = subscribe(new Fault.MissingChildren());
        kinesis.time.advance(LATER);

        assertThat(heard.events.get(heard.events.size() - 1).childShards()).isEmpty();
        assertThat(heard.done).isCompleted();
    }

    private Heard subscribe(Fault fault) {
        String streamArn = kinesis.emulator.streamArn(STREAM);
        String arn = kinesis.get(kinesis.client.registerStreamConsumer(
                        r -> r.streamARN(streamArn).consumerName("reader")))
                .consumer()
                .consumerARN();
        kinesis.letTransitionsEnd();
        inject("SubscribeToShard", fault);
        StartingPosition horizon =
                StartingPosition.builder().type(ShardIteratorType.TRIM_HORIZON).build();
        return Heard.everything(kinesis.client, arn, shard(0), horizon);
    }

    @Test
    void aSloppyEmulatorNamesNoChildrenAndKnowsNoFilters() {
        KinesisEmulator sloppy = KinesisEmulator.builder()
                .liftAll()
                .scheduler(kinesis.time.process("sloppy").executor("front"))
                .wallClock(kinesis.time::instant)
                .sloppy()
                .build();
        sloppy.createStream(STREAM, 1);
        KinesisAsyncClient client = sloppy.client();
        kinesis.get(client.splitShard(
                r -> r.streamName(STREAM).shardToSplit(shard(0)).newStartingHashKey(MIDDLE)));
        kinesis.letTransitionsEnd();

        String iterator = kinesis.get(client.getShardIterator(
                        r -> r.streamName(STREAM).shardId(shard(0)).shardIteratorType(ShardIteratorType.TRIM_HORIZON)))
                .shardIterator();
        GetRecordsResponse end = kinesis.get(client.getRecords(r -> r.shardIterator(iterator)));

        assertThat(end.nextShardIterator()).isNull();
        assertThat(end.childShards()).isEmpty();
        assertThat(openShards(client)).isEqualTo(3);
    }
}
