package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.Position;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.testkit.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a shard is read: at what pace, from where, through which troubles, and how reading stops. */
class PollingSourceTest {

    private static final Duration LATENCY = Duration.ofMillis(20);

    private final ReadShard shard = new ReadShard(LATENCY);

    @Test
    void aShardAtItsTipIsReadOnceASecondAfterASoonerSecondLook() {
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofMillis(900));
        assertThat(shard.calls("GetRecords")).hasSize(2);
        shard.advance(Duration.ofMillis(19_100));

        assertThat(shard.calls("GetRecords")).hasSize(21);
        assertThat(shard.calls("GetShardIterator")).hasSize(1);
    }

    @Test
    void aShardThatWillGoToAnotherWorkerIsReadSooner() {
        PollingSource source = shard.open(Checkpoint.trimHorizon());
        source.request();
        shard.advance(Duration.ofSeconds(10));
        int before = shard.calls("GetRecords").size();

        source.readSooner();
        shard.advance(Duration.ofSeconds(3));

        assertThat(shard.calls("GetRecords").size() - before).isBetween(5, 7);
    }

    @Test
    void aShardThatIsBehindIsReadTwiceASecond() {
        shard.putSmall(60_000); // six reads
        shard.keepAsking();
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(3));

        assertThat(shard.calls("GetRecords")).hasSize(6);
        assertThat(shard.records()).isEqualTo(60_000);
    }

    @Test
    void aShardThatIsFarBehindIsReadAtItsFullRateAndNeverThrottled() {
        shard.put(ReadShard.MIB_RECORDS); // ten reads of 10 MiB
        shard.keepAsking();
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(52)); // 100 MiB at 2 MiB a second, and some latency

        assertThat(shard.failures()).isEmpty();
        assertThat(shard.records()).isEqualTo(ReadShard.MIB_RECORDS);
    }

    @Test
    void aPromiseToAnotherWorkerDoesNotReadAShardThatHasGivenItsBytes() {
        shard.put(ReadShard.MIB_RECORDS);
        shard.keepAsking();
        PollingSource source = shard.open(Checkpoint.trimHorizon());
        source.request();
        shard.advance(Duration.ofSeconds(1));

        source.readSooner();
        shard.advance(Duration.ofSeconds(20));

        assertThat(shard.failures()).isEmpty();
    }

    @Test
    void nothingIsReadThatWasNotAskedFor() {
        shard.put(30);
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(30));

        assertThat(shard.batches()).hasSize(1);
        assertThat(shard.calls("GetRecords")).hasSize(1);
    }

    @Test
    void readingStartsAtTheCheckpointAndNotAfterIt() {
        shard.put(3);
        shard.open(new Checkpoint.At(new Position(shard.sequenceNumber(1), 0))).request();

        shard.advance(Duration.ofSeconds(1));

        assertThat(shard.batches().get(0).records().get(0).sequenceNumber()).isEqualTo(shard.sequenceNumber(1));
    }

    @Test
    void anExpiredIteratorIsReplacedByOneAfterTheLastRecord() {
        shard.put(3);
        shard.open(Checkpoint.trimHorizon()).request();
        shard.advance(Duration.ofMinutes(6)); // nothing asked for, and the iterator is good for five
        shard.put(2);

        shard.source().request();
        shard.advance(Duration.ofSeconds(5));

        assertThat(shard.failures()).containsExactly("ExpiredIteratorException 1");
        assertThat(shard.records()).isEqualTo(5);
        assertThat(shard.calls("GetShardIterator")).hasSize(2);
    }

    @Test
    void throttlesAreWaitedOutLongerEachTime() {
        shard.put(1);
        shard.fail(6, "GetRecords", new Fault.Throttle());
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(60));

        assertThat(shard.failures()).hasSize(6).allMatch(f -> f.startsWith("ProvisionedThroughputExceededException"));
        assertThat(shard.records()).isEqualTo(1);
        assertThat(shard.budget().free())
                .isEqualTo(ReadShard.BUDGET - shard.batches().get(0).bytes());
        for (int i = 1; i < 7; i++) {
            assertThat(shard.gap("GetRecords", i)).isGreaterThanOrEqualTo(Duration.ofMillis(500));
        }
    }

    @Test
    void lostAnswersLoseNoRecords() {
        shard.put(4);
        shard.fail(1, "GetShardIterator", new Fault.ReplyLost(Duration.ofSeconds(2)));
        shard.fail(2, "GetRecords", new Fault.ReplyLost(Duration.ofSeconds(2)));
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(30));

        assertThat(shard.records()).isEqualTo(4);
        assertThat(shard.failures()).containsExactly("NoAnswer 1", "NoAnswer 2", "NoAnswer 3");
    }

    @Test
    void aClosedShardEndsWithItsChildrenAfterItsLastRecord() {
        shard.put(2);
        shard.split();
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(5));

        assertThat(shard.records()).isEqualTo(2);
        assertThat(shard.children()).containsExactly("shardId-000000000001", "shardId-000000000002");
        shard.source().request();
        shard.advance(Duration.ofSeconds(5));
        assertThat(shard.calls("GetRecords")).hasSize(1);
        assertThat(shard.calls("GetShardIterator")).hasSize(1);
    }

    @Test
    void anAnswerWithNeitherIteratorNorChildrenIsAFailedReadAndItsRecordsCount() {
        shard.put(3);
        shard.fail(1, "GetRecords", new Fault.MissingIterator(true, false));
        shard.fail(1, "GetRecords", new Fault.MissingIterator(false, true));
        shard.keepAsking();
        shard.open(Checkpoint.trimHorizon()).request();
        shard.advance(Duration.ofSeconds(5));
        shard.put(2);

        shard.advance(Duration.ofSeconds(5));

        assertThat(shard.failures()).containsExactly("MalformedAnswerException 1", "MalformedAnswerException 2");
        assertThat(shard.records()).isEqualTo(5);
        assertThat(shard.calls("GetShardIterator")).hasSize(3);
        assertThat(shard.source().isStopped()).isFalse();
        assertThat(shard.budget().free()).isEqualTo(ReadShard.BUDGET);
    }

    @Test
    void aShardThatIsKnownToBeClosedEndsWithoutChildrenOnceNothingComes() {
        shard.put(2);
        shard.split();
        shard.fail(Integer.MAX_VALUE, "GetRecords", new Fault.MissingChildren());
        shard.keepAsking();
        shard.open(Checkpoint.trimHorizon()).request();
        shard.advance(Duration.ofSeconds(5));
        assertThat(shard.source().isStopped()).isFalse();

        shard.isKnownToBeClosed();
        shard.advance(Duration.ofSeconds(15));

        assertThat(shard.source().isStopped()).isTrue();
        assertThat(shard.records()).isEqualTo(2);
    }

    @Test
    void anAnswerWithoutAnIteratorThatHasRecordsHasAnswered() {
        shard.putSmall(25_000);
        shard.fail(1, "GetRecords", new Fault.ServiceFailure("InternalFailure", 500));
        shard.fail(2, "GetRecords", new Fault.MissingIterator(true, false));
        shard.keepAsking();
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(10));

        assertThat(shard.records()).isEqualTo(25_000);
        assertThat(shard.failures())
                .containsExactly("InternalFailure 1", "MalformedAnswerException 1", "MalformedAnswerException 1");
        assertThat(shard.answers()).hasSizeGreaterThanOrEqualTo(3).startsWith(10_000, 10_000, 5_000);
    }

    @Test
    void anAnswerThatSaysThatThereIsMoreIsNotTheEnd() {
        shard.putSmall(15_000);
        shard.split();
        shard.isKnownToBeClosed();
        shard.fail(1, "GetRecords", new Fault.MissingIterator(false, false));
        shard.keepAsking();
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(10));

        assertThat(shard.records()).isEqualTo(15_000);
        assertThat(shard.failures()).containsExactly("MalformedAnswerException 1");
    }

    @Test
    void aMissingIteratorIsAskedForAgainAfterAPause() {
        shard.put(1);
        shard.fail(3, "GetShardIterator", new Fault.MissingIterator(false, false));
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(30));

        assertThat(shard.records()).isEqualTo(1);
        assertThat(shard.failures()).hasSize(3);
        assertThat(shard.gap("GetShardIterator", 1)).isGreaterThanOrEqualTo(Duration.ofMillis(500));
    }

    @Test
    void aReadThatIsNotAnsweredInTimeIsRepeatedForFewerRecordsAndMoreAgainAfterSuccesses() {
        shard.putSmall(20_000);
        shard.fail(2, "GetRecords", new Fault.ReplyLost(Duration.ofSeconds(10)));
        shard.keepAsking();
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(60));

        assertThat(shard.limits()).startsWith(10_000, 2_500, 625, 1_250, 2_500, 5_000, 10_000);
        assertThat(shard.records()).isEqualTo(20_000);
    }

    @Test
    void aCallThatAGivenClientNeverAnswersIsGivenUpAfterAMinute() {
        shard.put(1);
        shard.fail(1, "GetRecords", new Fault.RequestLost(Duration.ofDays(1)));
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(70));

        assertThat(shard.failures()).containsExactly("NoAnswer 1");
        assertThat(shard.records()).isEqualTo(1);
        assertThat(shard.budget().free())
                .isEqualTo(ReadShard.BUDGET - shard.batches().get(0).bytes());
    }

    @Test
    void aSourceThatIsStoppedByItsLastBatchDoesNotEnd() {
        shard.put(2);
        shard.split();
        shard.stopAtOnce();
        shard.open(Checkpoint.trimHorizon()).request();

        shard.advance(Duration.ofSeconds(5));

        assertThat(shard.records()).isEqualTo(2);
        assertThat(shard.children())
                .as("the batch may be read anew, and the end comes behind it")
                .isEmpty();
    }

    @Test
    void aSourceThatIsStoppedAtAnyMomentGivesItsBytesBackAndNothingMore() {
        for (int millis = 0; millis < 1_200; millis += 7) {
            ReadShard stopped = new ReadShard(LATENCY);
            stopped.put(3);
            stopped.fail(1, "GetRecords", new Fault.Throttle());
            stopped.open(Checkpoint.trimHorizon()).request();
            stopped.advance(Duration.ofMillis(millis));
            stopped.source().stop();
            int batches = stopped.batches().size();
            stopped.source().request();

            stopped.advance(Duration.ofSeconds(5));

            assertThat(stopped.batches()).as("stopped at %d ms", millis).hasSize(batches);
            stopped.releaseAll();
            assertThat(stopped.budget().free()).as("stopped at %d ms", millis).isEqualTo(ReadShard.BUDGET);
        }
    }

    @Test
    void aSourceThatIsStoppedWhileItWaitsForMemoryReadsNothing() {
        shard.put(3);
        long all = ReadShard.BUDGET + PrefetchBudget.MAX_READ;
        shard.budget().reserve(new PrefetchBudget.Demand(all, all, () -> true), bytes -> {});
        shard.open(Checkpoint.trimHorizon()).request();
        shard.advance(Duration.ofSeconds(1));
        shard.source().stop();

        shard.budget().release(all);
        shard.advance(Duration.ofSeconds(5));

        assertThat(shard.calls("GetRecords")).isEmpty();
        assertThat(shard.budget().free()).isEqualTo(ReadShard.BUDGET);
    }
}
