package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.bytes;
import static io.shardline.testkit.SimulatedKinesis.payloads;
import static io.shardline.testkit.SimulatedKinesis.shard;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/** GetShardIterator and GetRecords. Confined to one thread. */
class ReadingTest {
    private static final String ONLY = shard(0);

    private final SimulatedKinesis kinesis = new SimulatedKinesis();

    @BeforeEach
    void createStream() {
        kinesis.emulator.createStream(STREAM, 1);
    }

    private String iterator(GetShardIteratorRequest.Builder request) {
        return kinesis.get(kinesis.client.getShardIterator(
                        request.streamName(STREAM).shardId(ONLY).build()))
                .shardIterator();
    }

    private KinesisException iteratorRefusal(GetShardIteratorRequest.Builder request) {
        return kinesis.refusal(kinesis.client.getShardIterator(
                request.streamName(STREAM).shardId(ONLY).build()));
    }

    private static GetShardIteratorRequest.Builder type(ShardIteratorType type) {
        return GetShardIteratorRequest.builder().shardIteratorType(type);
    }

    @Test
    void trimHorizonReadsFromTheFirstRecordAndLatestOnlyWhatComesNext() {
        kinesis.put("before");
        String horizon = kinesis.iterator(ONLY, ShardIteratorType.TRIM_HORIZON);
        String latest = kinesis.iterator(ONLY, ShardIteratorType.LATEST);
        kinesis.put("after");

        assertThat(payloads(kinesis.read(horizon))).containsExactly("before", "after");
        assertThat(payloads(kinesis.read(latest))).containsExactly("after");
    }

    @Test
    void aSequenceNumberIsAStartWithOrWithoutItsRecord() {
        kinesis.put("one");
        String two = kinesis.put("two").sequenceNumber();
        kinesis.put("three");

        assertThat(payloads(kinesis.read(
                        iterator(type(ShardIteratorType.AT_SEQUENCE_NUMBER).startingSequenceNumber(two)))))
                .containsExactly("two", "three");
        assertThat(payloads(kinesis.read(
                        iterator(type(ShardIteratorType.AFTER_SEQUENCE_NUMBER).startingSequenceNumber(two)))))
                .containsExactly("three");
    }

    @Test
    void theStartingNumberOfAShardIsAStartToo() {
        kinesis.put("one");
        String start =
                kinesis.emulator.shards(STREAM).get(0).sequenceNumberRange().startingSequenceNumber();

        assertThat(payloads(kinesis.read(
                        iterator(type(ShardIteratorType.AT_SEQUENCE_NUMBER).startingSequenceNumber(start)))))
                .containsExactly("one");
        assertThat(payloads(kinesis.read(
                        iterator(type(ShardIteratorType.AFTER_SEQUENCE_NUMBER).startingSequenceNumber(start)))))
                .containsExactly("one");
    }

    @Test
    void aSequenceNumberOfAnotherShardIsRefused() {
        String foreign = kinesis.put("a").sequenceNumber();
        kinesis.split(ONLY, "170141183460469231731687303715884105728");

        KinesisException refusal = kinesis.refusal(kinesis.client.getShardIterator(r -> r.streamName(STREAM)
                .shardId(shard(1))
                .shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                .startingSequenceNumber(foreign)));

        assertThat(refusal)
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("It encodes shardId-000000000000, while it was used in a call to a shard with"
                        + " shardId-000000000001");
    }

    @Test
    void whatIsNoSequenceNumberIsRefused() {
        assertThat(iteratorRefusal(type(ShardIteratorType.AT_SEQUENCE_NUMBER).startingSequenceNumber("49abc")))
                .isInstanceOf(ValidationException.class);
        assertThat(iteratorRefusal(type(ShardIteratorType.AT_SEQUENCE_NUMBER).startingSequenceNumber("9".repeat(56))))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(iteratorRefusal(type(ShardIteratorType.AT_SEQUENCE_NUMBER)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("Request specified AT_SEQUENCE_NUMBER and no StartingSequenceNumber.");
    }

    @Test
    void aTimestampFindsTheFirstRecordThatArrivedThenOrLater() {
        kinesis.put("early");
        kinesis.time.advance(Duration.ofMinutes(1));
        Instant between = kinesis.service.wallClock().instant();
        kinesis.time.advance(Duration.ofMinutes(1));
        kinesis.put("late");

        assertThat(payloads(kinesis.read(
                        iterator(type(ShardIteratorType.AT_TIMESTAMP).timestamp(between)))))
                .containsExactly("late");
        Instant exactly = kinesis.emulator.records(STREAM).get(0).arrival();
        assertThat(payloads(kinesis.read(
                        iterator(type(ShardIteratorType.AT_TIMESTAMP).timestamp(exactly)))))
                .containsExactly("early", "late");
    }

    @Test
    void aTimestampInTheFutureIsRefused() {
        Instant future = kinesis.service.wallClock().instant().plusSeconds(1);

        assertThat(iteratorRefusal(type(ShardIteratorType.AT_TIMESTAMP).timestamp(future)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining(
                        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis."
                                + " timestampInMillis: " + future.toEpochMilli());
        assertThat(iteratorRefusal(type(ShardIteratorType.AT_TIMESTAMP))).isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void anUnknownShardOrTypeIsRefused() {
        assertThat(kinesis.refusal(kinesis.client.getShardIterator(
                        r -> r.streamName(STREAM).shardId(shard(7)).shardIteratorType(ShardIteratorType.LATEST))))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Shard shardId-000000000007 in stream flights under account 123456789012");
        assertThat(iteratorRefusal(GetShardIteratorRequest.builder().shardIteratorType("SOMEWHERE")))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Value 'SOMEWHERE' at 'shardIteratorType'");
        assertThat(iteratorRefusal(GetShardIteratorRequest.builder()))
                .hasMessageContaining("Value null at 'shardIteratorType'");
    }

    @Test
    void anIteratorLivesForFiveMinutes() {
        String iterator = kinesis.iterator(ONLY, ShardIteratorType.LATEST);
        kinesis.time.advance(Duration.ofMinutes(5).minusMillis(1));
        kinesis.read(iterator);
        kinesis.time.advance(Duration.ofMillis(10));

        assertThat(kinesis.refusal(kinesis.client.getRecords(r -> r.shardIterator(iterator))))
                .isInstanceOf(ExpiredIteratorException.class)
                .hasMessageContaining("Iterator expired.")
                .hasMessageContaining("tolerated delay of 300000 milliseconds");
    }

    @Test
    void aBrokenIteratorIsAnInvalidArgument() {
        String iterator = kinesis.iterator(ONLY, ShardIteratorType.LATEST);
        for (String broken :
                new String[] {"nonsense", iterator + "A", iterator.substring(1), "A" + iterator.substring(1)}) {
            assertThat(kinesis.refusal(kinesis.client.getRecords(r -> r.shardIterator(broken))))
                    .isInstanceOf(InvalidArgumentException.class)
                    .hasMessageContaining("Invalid ShardIterator.");
        }
        assertThat(kinesis.refusal(kinesis.client.getRecords(r -> {})))
                .hasMessageContaining("Value null at 'shardIterator'");
    }

    @Test
    void anIteratorCanBeUsedAgain() {
        kinesis.put("a");
        String iterator = kinesis.iterator(ONLY, ShardIteratorType.TRIM_HORIZON);

        assertThat(payloads(kinesis.read(iterator))).isEqualTo(payloads(kinesis.read(iterator)));
    }

    @Test
    void aLimitIsOneToTenThousand() {
        kinesis.put("a");
        kinesis.put("b");
        String iterator = kinesis.iterator(ONLY, ShardIteratorType.TRIM_HORIZON);

        GetRecordsResponse first = kinesis.get(
                kinesis.client.getRecords(r -> r.shardIterator(iterator).limit(1)));

        assertThat(payloads(first)).containsExactly("a");
        assertThat(payloads(kinesis.read(first.nextShardIterator()))).containsExactly("b");
        assertThat(kinesis.refusal(
                        kinesis.client.getRecords(r -> r.shardIterator(iterator).limit(10_001))))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Value '10001' at 'limit' failed to satisfy constraint:"
                        + " Member must have value less than or equal to 10000");
        assertThat(kinesis.refusal(
                        kinesis.client.getRecords(r -> r.shardIterator(iterator).limit(0))))
                .hasMessageContaining("greater than or equal to 1");
    }

    @Test
    void anAnswerHasAtMostTenMebibytes() {
        SdkBytes large = SdkBytes.fromByteArrayUnsafe(new byte[1_000_000]);
        for (int i = 0; i < 12; i++) {
            kinesis.get(kinesis.client.putRecord(
                    r -> r.streamName(STREAM).partitionKey("k").data(large)));
        }
        GetRecordsResponse first = kinesis.read(kinesis.iterator(ONLY, ShardIteratorType.TRIM_HORIZON));

        assertThat(first.records()).hasSize(10);
        assertThat(first.millisBehindLatest()).isPositive();
        assertThat(kinesis.read(first.nextShardIterator()).records()).hasSize(2);
    }

    @Test
    void millisBehindLatestIsTheAgeOfWhatIsNotYetReadAndZeroAtTheTip() {
        kinesis.put("a");
        kinesis.put("b");
        kinesis.time.advance(Duration.ofSeconds(30));
        String iterator = kinesis.iterator(ONLY, ShardIteratorType.TRIM_HORIZON);

        GetRecordsResponse first = kinesis.get(
                kinesis.client.getRecords(r -> r.shardIterator(iterator).limit(1)));
        assertThat(first.millisBehindLatest()).isBetween(30_000L, 30_001L);

        assertThat(kinesis.read(first.nextShardIterator()).millisBehindLatest()).isZero();
    }

    @Test
    void arrivalTimesDoNotGoBackWhenTheServiceClockDoes() {
        kinesis.put("a");
        kinesis.service.jumpWallClock(Duration.ofMinutes(-5));
        kinesis.put("b");

        assertThat(kinesis.emulator.records(STREAM))
                .extracting(StoredRecord::arrival)
                .isSorted();
    }

    @Test
    void recordsOfAClosedShardAreReadToItsEndWhichNamesTheChildren() {
        kinesis.put("a");
        kinesis.put("b");
        kinesis.split(ONLY, "170141183460469231731687303715884105728");
        String iterator = kinesis.iterator(ONLY, ShardIteratorType.TRIM_HORIZON);

        GetRecordsResponse first = kinesis.get(
                kinesis.client.getRecords(r -> r.shardIterator(iterator).limit(1)));
        GetRecordsResponse last = kinesis.read(first.nextShardIterator());

        assertThat(first.hasChildShards()).isFalse();
        assertThat(payloads(last)).containsExactly("b");
        assertThat(last.nextShardIterator()).isNull();
        assertThat(last.childShards())
                .hasSize(2)
                .allSatisfy(child -> assertThat(child.parentShards()).containsExactly(ONLY));
        assertThat(last.childShards().get(1).shardId()).isEqualTo(shard(2));
        assertThat(last.childShards().get(1).hashKeyRange().startingHashKey())
                .isEqualTo("170141183460469231731687303715884105728");
        assertThat(last.millisBehindLatest()).isZero();
    }

    @Test
    void latestOfAClosedShardIsItsEnd() {
        kinesis.put("a");
        kinesis.split(ONLY, "170141183460469231731687303715884105728");

        GetRecordsResponse answer = kinesis.read(kinesis.iterator(ONLY, ShardIteratorType.LATEST));

        assertThat(answer.records()).isEmpty();
        assertThat(answer.nextShardIterator()).isNull();
        assertThat(answer.childShards()).hasSize(2);
    }

    @Test
    void aReaderAtTheTipLearnsOfTheEndOnceTheShardIsClosed() {
        GetRecordsResponse tip = kinesis.read(kinesis.iterator(ONLY, ShardIteratorType.LATEST));
        kinesis.split(ONLY, "170141183460469231731687303715884105728");

        assertThat(kinesis.read(tip.nextShardIterator()).childShards()).hasSize(2);
    }

    @Test
    void aMergedChildNamesBothParents() {
        kinesis.split(ONLY, "170141183460469231731687303715884105728");
        kinesis.merge(shard(1), shard(2));

        GetRecordsResponse answer = kinesis.read(kinesis.iterator(shard(2), ShardIteratorType.TRIM_HORIZON));

        assertThat(answer.childShards()).hasSize(1);
        assertThat(answer.childShards().get(0).shardId()).isEqualTo(shard(3));
        assertThat(answer.childShards().get(0).parentShards()).containsExactly(shard(1), shard(2));
    }

    @Test
    void readingThroughSplitAndMergeGivesEveryRecordOnceInOrder() {
        for (int i = 0; i < 30; i++) {
            if (i == 10) {
                kinesis.split(ONLY, "170141183460469231731687303715884105728");
            }
            if (i == 20) {
                kinesis.merge(shard(1), shard(2));
            }
            int number = i;
            kinesis.get(kinesis.client.putRecord(
                    r -> r.streamName(STREAM).partitionKey("k").data(bytes("record " + number))));
        }
        // The hash of "k" begins with 8ce4: the upper half.
        String through = payloadsOf(shard(0)) + payloadsOf(shard(2)) + payloadsOf(shard(3));

        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            expected.append("record ").append(i).append(';');
        }
        assertThat(through).isEqualTo(expected.toString());
        assertThat(kinesis.readAll(shard(1))).isEmpty();
    }

    private String payloadsOf(String shardId) {
        StringBuilder text = new StringBuilder();
        kinesis.readAll(shardId)
                .forEach(record -> text.append(record.data().asUtf8String()).append(';'));
        return text.toString();
    }
}
