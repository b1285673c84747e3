package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.AggregateEntry;
import io.shardline.producer.Attempt;
import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.Fault;
import io.shardline.testkit.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RetryTest {

    private static final Fault NONE = new Fault.None();
    private static final Fault THROTTLE = new Fault.Throttle();
    private static final Fault REPLY_LOST = new Fault.ReplyLost(Duration.ofSeconds(6));
    private static final ProducerConfig AT_ONCE =
            ProducerConfig.builder().linger(Duration.ZERO).build();

    @Test
    void throttledRecordIsSentAgainBeforeThoseBehindIt() {
        FaultScript faults = new FaultScript("PutRecords").then(NONE, THROTTLE, THROTTLE);
        ProducerWorld world = ProducerWorld.withFaults(AT_ONCE, 1, faults).warm();
        CompletableFuture<PutReceipt> first = world.put("k", "first");
        world.advance(Duration.ofMillis(5));
        world.put("k", "second");

        assertThat(world.get(first).attempts()).isEqualTo(3);
        assertThat(world.sentData())
                .containsExactly(List.of("first"), List.of("first", "second"), List.of("first", "second"));
    }

    @Test
    void partialFailureOfRawRecordsKeepsEachKeysOrder() {
        ProducerConfig config =
                ProducerConfig.builder().aggregationEnabled(false).build();
        String throttled = "ProvisionedThroughputExceededException";
        FaultScript faults =
                new FaultScript("PutRecords").then(NONE, new Fault.PartialFailure(index -> index == 0, throttled));
        ProducerWorld world = ProducerWorld.withFaults(config, 1, faults).warm();
        world.put("a", "a1");
        world.put("b", "b1");
        world.put("a", "a2");
        world.put("b", "b2");
        world.advance(Duration.ofSeconds(2));

        assertThat(world.sentData()).containsExactly(List.of("a1", "b1"), List.of("a1", "b2"), List.of("a2"));
    }

    @Test
    void refusedAggregateGoesAgainBeforeWhatCameBehindItsLoadAndTheOthersAreDone() {
        ProducerConfig config = ProducerConfig.builder().maxAggregateSize(1_024).build();
        FaultScript faults = new FaultScript("PutRecords")
                .then(NONE, new Fault.PartialFailure(index -> index == 0, "ProvisionedThroughputExceededException"));
        ProducerWorld world = ProducerWorld.withFaults(config, 1, faults).warm();
        List<CompletableFuture<PutReceipt>> all = new ArrayList<>();
        for (String key : List.of("a", "b", "c", "d", "e", "f", "a", "e")) {
            all.add(world.put(key, 230));
        }
        List<Integer> attempts =
                all.stream().map(put -> world.get(put).attempts()).toList();

        assertThat(attempts).containsExactly(2, 2, 2, 2, 1, 1, 1, 1);
        assertThat(world.client.requests.stream()
                        .map(request -> ProducerWorld.userRecords(request).stream()
                                .map(AggregateEntry::partitionKey)
                                .toList()))
                .containsExactly(List.of("a", "b", "c", "d", "e", "f"), List.of("a", "b", "c", "d"), List.of("a", "e"));
    }

    @Test
    void lostReplyMakesADuplicateInOrder() {
        FaultScript faults = new FaultScript("PutRecords").then(NONE, REPLY_LOST);
        ProducerWorld world = ProducerWorld.withFaults(AT_ONCE, 1, faults).warm();
        CompletableFuture<PutReceipt> first = world.put("k", "first;");
        world.advance(Duration.ofSeconds(1));
        CompletableFuture<PutReceipt> second = world.put("k", "second;");

        assertThat(world.get(first).attempts()).isEqualTo(2);
        assertThat(world.get(second).attempts()).isEqualTo(1);
        assertThat(new StreamTruth(world.kinesis, STREAM).firstSeenKclWise())
                .extracting(StreamTruth.Seen::data)
                .containsExactly("", "first;", "second;");
        assertThat(world.kinesis.records(STREAM)).hasSize(3);
    }

    @Test
    void expiredRecordSaysWhatStoodInItsWay() {
        ProducerConfig config =
                ProducerConfig.builder().recordTtl(Duration.ofSeconds(3)).build();
        Faults always = (operation, request) -> operation.equals("PutRecords") ? THROTTLE : NONE;
        ProducerWorld world = ProducerWorld.withFaults(config, 1, always);
        PutFailedException failed = world.failure(world.put("k", "x"));

        assertThat(failed.reason()).isEqualTo(FailureReason.EXPIRED);
        assertThat(failed.mayHaveBeenWritten()).isFalse();
        assertThat(failed.record().partitionKey()).isEqualTo("k");
        assertThat(failed.attempts()).hasSizeGreaterThan(3);
        Attempt first = failed.attempts().get(0);
        assertThat(first.errorCode()).isEqualTo("ProvisionedThroughputExceededException");
        assertThat(first.startedAfter()).isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
        assertThat(first.duration()).isBetween(Duration.ofMillis(20), Duration.ofMillis(40));
        assertThat(failed)
                .hasMessageStartingWith("record with partition key 'k' was not put into stream 'flights':"
                        + " ProvisionedThroughputExceededException: Rate exceeded")
                .hasMessageContaining("; its time to live ended; failed attempts: ");
    }

    @Test
    void failureAfterALostReplySaysThatTheRecordMayHaveBeenWritten() {
        ProducerConfig config =
                ProducerConfig.builder().recordTtl(Duration.ofSeconds(8)).build();
        FaultScript faults = new FaultScript("PutRecords").then(NONE, REPLY_LOST, REPLY_LOST, REPLY_LOST);
        ProducerWorld world = ProducerWorld.withFaults(config, 1, faults).warm();
        PutFailedException failed = world.failure(world.put("k", "x"));

        assertThat(failed.reason()).isEqualTo(FailureReason.EXPIRED);
        assertThat(failed.mayHaveBeenWritten()).isTrue();
        assertThat(failed)
                .hasMessageContaining("NoAnswer")
                .hasMessageEndingWith("it may have been written all the same");
    }

    @Test
    void expiredEntriesAreCutOutAndLaterOnesGoOn() {
        ProducerConfig config =
                ProducerConfig.builder().recordTtl(Duration.ofSeconds(8)).build();
        FaultScript faults = new FaultScript("PutRecords").then(NONE, REPLY_LOST, REPLY_LOST);
        ProducerWorld world = ProducerWorld.withFaults(config, 1, faults).warm();
        CompletableFuture<PutReceipt> early = world.put("k", "early");
        world.advance(Duration.ofSeconds(5));
        CompletableFuture<PutReceipt> late = world.put("k", "late");

        assertThat(world.failure(early).reason()).isEqualTo(FailureReason.EXPIRED);
        assertThat(world.get(late).attempts()).isEqualTo(2);
        assertThat(world.sentData()).containsExactly(List.of("early"), List.of("early", "late"), List.of("late"));
    }

    /** In an outage the loop would otherwise be woken for each record alone. */
    @Test
    void recordsThatWerePutTogetherExpireTogether() {
        ProducerConfig config =
                ProducerConfig.builder().recordTtl(Duration.ofSeconds(10)).build();
        Faults always = (operation, request) -> operation.equals("PutRecords") ? THROTTLE : NONE;
        ProducerWorld world = ProducerWorld.withFaults(config, 50, always).warm();
        Set<Long> times = new TreeSet<>();
        List<Duration> ages = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            long putAt = world.time.nowNanos();
            world.put("key-" + i, "x").whenComplete((receipt, failure) -> {
                times.add(world.time.nowNanos());
                ages.add(Duration.ofNanos(world.time.nowNanos() - putAt));
            });
            world.advance(Duration.ofNanos(500_000));
        }
        world.advance(Duration.ofSeconds(11));

        assertThat(ages)
                .hasSize(200)
                .allSatisfy(age -> assertThat(age).isBetween(Duration.ofMillis(9_990), Duration.ofMillis(10_001)));
        assertThat(times).hasSizeLessThan(15);
    }

    @Test
    void recordsExpireInTimeAlsoWhileAllRequestsAreInFlight() {
        FaultScript lost =
                new FaultScript("PutRecords").then(new Fault.None(), new Fault.RequestLost(Duration.ofSeconds(6)));
        ProducerConfig config = ProducerConfig.builder()
                .maxInFlightRequests(1)
                .recordTtl(Duration.ofSeconds(1))
                .linger(Duration.ZERO)
                .build();
        ProducerWorld world = ProducerWorld.withFaults(config, 1, lost).warm();
        world.put("k", "in flight");
        world.advance(Duration.ofMillis(50));
        CompletableFuture<PutReceipt> waiting = world.put("k", "waiting");
        world.advance(Duration.ofMillis(1_100));

        assertThat(world.failure(waiting).reason()).isEqualTo(FailureReason.EXPIRED);
        assertThat(world.failure(waiting).attempts()).isEmpty();
    }

    @Test
    void clientThatNeverAnswersIsNotWaitedForForEver() {
        ProducerConfig config =
                ProducerConfig.builder().requestTimeout(Duration.ofSeconds(1)).build();
        FaultScript faults = new FaultScript("PutRecords").then(NONE, new Fault.Delay(Duration.ofMinutes(5)));
        ProducerWorld world = ProducerWorld.withFaults(config, 1, faults).warm();
        CompletableFuture<PutReceipt> put = world.put("k", "x");
        world.advance(Duration.ofSeconds(3));

        assertThat(put.join().attempts()).isEqualTo(2);
        world.advance(Duration.ofMinutes(6)); // the late answer is ignored
        assertThat(put.join().attempts()).isEqualTo(2);
    }

    @Test
    void unknownStreamFailsAtOnceWithItsName() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        CompletableFuture<PutReceipt> put = world.producer.put("nowhere", UserRecord.of("k", new byte[1]));
        world.advance(Duration.ofSeconds(1));
        PutFailedException failed = world.failure(put);

        assertThat(failed.reason()).isEqualTo(FailureReason.STREAM_NOT_FOUND);
        assertThat(failed)
                .hasMessageContaining("was not put into stream 'nowhere'")
                .hasMessageContaining("ResourceNotFoundException")
                .hasMessageEndingWith("it was not sent");
    }

    @Test
    void streamThatIsCreatedAfterAFailureIsFound() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        UserRecord record = UserRecord.of("k", new byte[1]);
        world.failure(world.producer.put("later", record));
        world.kinesis.createStream("later", 1);

        assertThat(world.get(world.producer.put("later", record)).shardId()).isEqualTo("shardId-000000000000");
    }

    @Test
    void accessDeniedFailsAtOnceAndTheNextRecordHasItsChance() {
        FaultScript faults =
                new FaultScript("PutRecords").then(NONE, new Fault.ServiceFailure("AccessDeniedException", 400));
        ProducerWorld world =
                ProducerWorld.withFaults(ProducerConfig.defaults(), 1, faults).warm();
        PutFailedException failed = world.failure(world.put("k", "x"));

        assertThat(failed.reason()).isEqualTo(FailureReason.ACCESS_DENIED);
        assertThat(failed.attempts()).hasSize(1);
        assertThat(failed)
                .hasMessageContaining("the service refused it for good")
                .hasMessageContaining("AccessDenied");
        world.get(world.put("k", "y"));
    }

    @Test
    void recordThatTheStreamDoesNotTakeIsFoundAmongOthersAndOnlyItFails() {
        ProducerConfig config = ProducerConfig.builder()
                .maxRecordSize(4 * 1024 * 1024)
                .linger(Duration.ofSeconds(1))
                .aggregationEnabled(false)
                .build();
        ProducerWorld world = ProducerWorld.healthy(config, 2).warm();
        List<CompletableFuture<PutReceipt>> good = new ArrayList<>();
        CompletableFuture<PutReceipt> bad = world.put("key-0", 2 * 1024 * 1024);
        for (int i = 0; i < 40; i++) {
            good.add(world.put("key-" + i, "x"));
        }
        PutFailedException failed = world.failure(bad);

        assertThat(failed.reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(failed).hasMessageContaining("ValidationException");
        good.forEach(world::get);
    }

    @Test
    void validationFailureOfARequestOfManyShardsIsNarrowedDown() {
        FaultScript faults = new FaultScript("PutRecords");
        Faults poison = (operation, request) -> request.toString().contains("poison")
                ? new Fault.ServiceFailure("ValidationException", 400)
                : faults.next(operation, request);
        ProducerConfig config =
                ProducerConfig.builder().aggregationEnabled(false).build();
        ProducerWorld world = ProducerWorld.withFaults(config, 8, poison).warm();
        List<CompletableFuture<PutReceipt>> good = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            good.add(world.put("key-" + i, "x"));
        }
        CompletableFuture<PutReceipt> bad = world.put("poison", "x");
        good.forEach(world::get);

        assertThat(world.failure(bad).reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(world.client.requests).hasSizeLessThan(40);
    }

    @Test
    void recordsExpireWhileTheShardsCannotBeListed() {
        ProducerConfig config =
                ProducerConfig.builder().recordTtl(Duration.ofSeconds(5)).build();
        Faults down = (operation, request) -> new Fault.ServiceFailure("InternalFailure", 500);
        ProducerWorld world = ProducerWorld.withFaults(config, 1, down);
        CompletableFuture<PutReceipt> put = world.put("k", "x");
        world.advance(Duration.ofMillis(5_100));
        PutFailedException failed = world.failure(put);

        assertThat(failed.reason()).isEqualTo(FailureReason.EXPIRED);
        assertThat(failed)
                .hasMessageContaining("stream 'flights': InternalFailure: Injected failure of ListShards; its time to"
                        + " live ended before its shards could be listed; it was not sent");
    }

    @Test
    void listingThatIsRefusedForItsContentFailsTheRecordsAtOnce() {
        ProducerConfig config = ProducerConfig.builder().noRecordTtl().build();
        for (String code : List.of("ValidationException", "InvalidArgumentException")) {
            Faults refused = (operation, request) -> new Fault.ServiceFailure(code, 400);
            ProducerWorld world = ProducerWorld.withFaults(config, 1, refused);
            CompletableFuture<PutReceipt> put = world.put("k", "x");
            world.advance(Duration.ofSeconds(1));

            assertThat(put).isCompletedExceptionally();
            assertThat(world.failure(put).reason()).isEqualTo(FailureReason.REJECTED);
            assertThat(world.failure(put))
                    .hasMessageContaining("stream 'flights': " + code + ": ")
                    .hasMessageEndingWith("; its shards cannot be listed; it was not sent");
        }
    }

    @Test
    void onlyTheFirstAndTheLatestAttemptsAreKept() {
        ProducerConfig config =
                ProducerConfig.builder().recordTtl(Duration.ofMinutes(5)).build();
        FaultScript faults = new FaultScript("PutRecords").then(NONE, REPLY_LOST);
        Faults then = (operation, request) -> {
            Fault next = faults.next(operation, request);
            return operation.equals("PutRecords")
                            && next.equals(NONE)
                            && request.toString().contains("doomed")
                    ? THROTTLE
                    : next;
        };
        ProducerWorld world = ProducerWorld.withFaults(config, 1, then).warm();
        PutFailedException failed = world.failure(world.put("doomed", "x"));

        assertThat(failed.attempts()).hasSize(PendingRecord.MOST_TRIES_KEPT);
        assertThat(failed.attempts().get(0).errorCode()).isEqualTo("NoAnswer");
        assertThat(failed.mayHaveBeenWritten()).isTrue();
    }
}
