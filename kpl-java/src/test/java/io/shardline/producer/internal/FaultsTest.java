package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.Attempt;
import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.Fault;
import io.shardline.testkit.Faults;
import io.shardline.testkit.time.SplitMix64;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.sts.model.StsException;

/**
 * A steady load through everything that goes wrong with a service. Whatever it is: every future completes, what is acknowledged
 * is delivered, in order and where its receipt says, and each further copy has an attempt that may have written it. All that is
 * {@link FaultLoad}'s to check; here stands what is special of each.
 */
class FaultsTest {

    private static final String THROTTLED = "ProvisionedThroughputExceededException";
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Fault NONE = new Fault.None();
    private static final Fault UNAVAILABLE = new Fault.ServiceFailure("ServiceUnavailable", 503);
    private static final ProducerConfig DEFAULTS = ProducerConfig.defaults();

    @Test
    void thirtyPercentOfEntriesThrottledCostTimeAndNothingElse() {
        RandomGenerator random = new SplitMix64(1);
        FaultLoad load = load(DEFAULTS, putRecords(() -> new Fault.PartialFailure(entries(random), THROTTLED)))
                .putFor(MINUTE)
                .finish();

        assertThat(load.failures()).isEmpty();
        assertThat(load.codes()).containsExactly(THROTTLED);
        assertThat(load.duplicates()).isZero();
    }

    @Test
    void thirtyPercentOfPlainRecordsThrottledKeepEachKeysOrder() {
        RandomGenerator random = new SplitMix64(1);
        ProducerConfig plain =
                ProducerConfig.builder().aggregationEnabled(false).build();
        FaultLoad load = load(plain, putRecords(() -> new Fault.PartialFailure(entries(random), THROTTLED)))
                .putFor(Duration.ofSeconds(20))
                .finish();

        assertThat(load.failures()).isEmpty();
        assertThat(load.codes()).containsExactly(THROTTLED);
        assertThat(load.duplicates()).isZero();
    }

    @Test
    void shardThatIsThrottledForAMinuteHoldsUpNoOther() {
        ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4).warm();
        String slow = "shardId-000000000001";
        Instant end = world.kinesis.now().plus(MINUTE);
        world.kinesis.faults().on("PutRecords").stream(STREAM)
                .shard(slow)
                .until(end)
                .inject(new Fault.Throttle());
        FaultLoad load = new FaultLoad(world).putFor(MINUTE).finish();

        assertThat(load.failures()).isEmpty();
        assertThat(load.duplicates()).isZero();
        assertThat(load.receipts())
                .filteredOn(receipt -> !receipt.shardId().equals(slow))
                .allMatch(
                        receipt -> receipt.attempts() == 1 && receipt.elapsed().toMillis() < 200);
        assertThat(load.receipts())
                .filteredOn(receipt -> receipt.shardId().equals(slow))
                .anyMatch(receipt -> receipt.elapsed().compareTo(Duration.ofSeconds(59)) > 0)
                .allMatch(receipt -> receipt.elapsed().compareTo(Duration.ofSeconds(70)) < 0);
    }

    @Test
    void minuteWithoutAnyRequestThatSucceedsLosesNothing() {
        ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4).warm();
        world.kinesis
                .faults()
                .on("PutRecords")
                .until(world.kinesis.now().plus(MINUTE))
                .inject(UNAVAILABLE);
        FaultLoad load = new FaultLoad(world).putFor(MINUTE);
        assertThat(world.producer.statistics().endpointLost()).isTrue();
        assertThat(world.client.requests).hasSizeLessThan(150); // about one a second, once it was found out
        load.putFor(Duration.ofSeconds(10)).finish();

        assertThat(load.failures()).isEmpty();
        assertThat(load.codes()).containsExactly("ServiceUnavailable");
        assertThat(load.duplicates()).isZero();
        assertThat(load.receipts()).allMatch(receipt -> receipt.elapsed().compareTo(Duration.ofSeconds(65)) < 0);
    }

    @Test
    void recordsThatOutliveTheirTimeInAnOutageSayWhatStoodInTheirWay() {
        ProducerConfig config =
                ProducerConfig.builder().recordTtl(Duration.ofSeconds(20)).build();
        ProducerWorld world = ProducerWorld.healthy(config, 4).warm();
        world.kinesis
                .faults()
                .on("PutRecords")
                .until(world.kinesis.now().plus(MINUTE))
                .inject(UNAVAILABLE);
        FaultLoad load = new FaultLoad(world)
                .putFor(MINUTE)
                .putFor(Duration.ofSeconds(10))
                .finish();

        assertThat(load.failures())
                .hasSizeGreaterThan(1_500)
                .allMatch(failed -> failed.reason() == FailureReason.EXPIRED);
        assertThat(load.failures()).anyMatch(PutFailedException::mayHaveBeenWritten);
        assertThat(load.receipts()).hasSizeGreaterThan(500);
        assertThat(load.duplicates()).isZero();
    }

    @Test
    void repliesThatAreLostAfterTheirEffectMakeDuplicatesThatAreAccountedFor() {
        RandomGenerator random = new SplitMix64(1);
        Fault lost = new Fault.ReplyLost(Duration.ofSeconds(6));
        FaultLoad load = load(DEFAULTS, putRecords(() -> random.nextInt(5) == 0 ? lost : NONE))
                .putFor(MINUTE)
                .finish();

        assertThat(load.failures()).isEmpty();
        assertThat(load.codes()).containsExactly("NoAnswer");
        assertThat(load.duplicates()).isPositive();
    }

    @Test
    void requestsThatLandAfterTheirTimeOutMakeDuplicatesInOrder() {
        RandomGenerator random = new SplitMix64(1);
        Fault late = new Fault.LandsLate(Duration.ofSeconds(6), Duration.ofSeconds(8));
        FaultLoad load = load(DEFAULTS, putRecords(() -> random.nextInt(5) == 0 ? late : NONE))
                .putFor(MINUTE)
                .finish();

        assertThat(load.failures()).isEmpty();
        assertThat(load.duplicates()).isPositive();
    }

    @Test
    void connectionsThatBreakCostNothing() {
        RandomGenerator random = new SplitMix64(1);
        FaultLoad load = load(DEFAULTS, putRecords(() -> random.nextInt(3) == 0 ? new Fault.ConnectionFailure() : NONE))
                .putFor(MINUTE)
                .finish();

        assertThat(load.failures()).isEmpty();
        assertThat(load.codes()).containsExactly("NoAnswer");
        assertThat(load.duplicates()).isZero();
    }

    @Test
    void answersWithTooFewOrTooManyResultsAreTakenAsNoAnswer() {
        for (boolean more : List.of(true, false)) {
            FaultLoad load = garbled(answer -> {
                List<PutRecordsResultEntry> results = answer.records();
                PutRecordsResponse.Builder garbled = answer.toBuilder();
                return more
                        ? garbled.records(concat(results, results.get(0))).build()
                        : garbled.records(results.subList(1, results.size())).build();
            });

            assertThat(load.failures()).isEmpty();
            assertThat(load.codes()).containsExactly("RecordCountMismatch");
            assertThat(load.duplicates()).isPositive();
        }
    }

    @Test
    void resultsWithoutASequenceNumberAreTakenAsUnknown() {
        FaultLoad load = garbled(answer -> answer.toBuilder()
                .records(answer.records().stream()
                        .map(result -> result.toBuilder().sequenceNumber(null).build())
                        .toList())
                .build());

        assertThat(load.failures()).isEmpty();
        assertThat(load.codes()).containsExactly("NoResult");
        assertThat(load.duplicates()).isPositive();
    }

    @Test
    void resultsThatAreNullAreTakenAsUnknown() {
        FaultLoad load = garbled(answer -> {
            List<PutRecordsResultEntry> results = new ArrayList<>(answer.records());
            results.set(0, null);
            return answer.toBuilder().records(results).build();
        });

        assertThat(load.failures()).isEmpty();
        assertThat(load.codes()).containsExactly("NoResult");
        assertThat(load.duplicates()).isPositive();
    }

    @Test
    void credentialsThatExpireForHalfAMinuteCostTimeAndNothingElse() {
        ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4).warm();
        world.kinesis
                .faults()
                .onAll()
                .until(world.kinesis.now().plusSeconds(30))
                .inject(new Fault.ServiceFailure("ExpiredTokenException", 400));
        FaultLoad load = new FaultLoad(world).putFor(MINUTE).finish();

        assertThat(load.failures()).isEmpty();
        assertThat(load.codes()).containsExactly("ExpiredTokenException");
        assertThat(load.receipts())
                .flatMap(PutReceipt::failedAttempts)
                .isNotEmpty()
                .noneMatch(Attempt::mayHaveBeenWritten);
        assertThat(load.duplicates()).isZero();
    }

    @Test
    void credentialsServiceThatFailsForHalfAMinuteCostsTimeAndNothingElse() {
        for (int status : List.of(400, 500)) {
            ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4).warm();
            AwsServiceException ofSts = StsException.builder()
                    .statusCode(status)
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode("InvalidIdentityToken")
                            .errorMessage("Couldn't retrieve verification key")
                            .serviceName("Sts")
                            .build())
                    .build();
            world.client.check = request -> {
                throw ofSts;
            };
            FaultLoad load = new FaultLoad(world).putFor(Duration.ofSeconds(30));
            assertThat(world.producer.statistics().endpointLost()).isFalse();
            world.client.check = request -> {};
            load.putFor(Duration.ofSeconds(30)).finish();

            assertThat(load.failures()).isEmpty();
            assertThat(load.codes()).containsExactly("NoCredentials");
            assertThat(load.receipts())
                    .flatMap(PutReceipt::failedAttempts)
                    .isNotEmpty()
                    .allMatch(attempt -> attempt.message().contains("InvalidIdentityToken"))
                    .noneMatch(Attempt::mayHaveBeenWritten);
        }
    }

    @Test
    void keyThatIsUnknownForASecondCostsTimeAndOneThatStaysUnknownEndsTheRecordSoon() {
        ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4).warm();
        Fault unknownKey = new Fault.ServiceFailure("UnrecognizedClientException", 400);
        world.kinesis
                .faults()
                .on("PutRecords")
                .until(world.kinesis.now().plusSeconds(1))
                .inject(unknownKey);
        assertThat(world.get(world.put("k", "0;")).failedAttempts()).isNotEmpty();
        world.kinesis.faults().on("PutRecords").inject(unknownKey);
        long begun = world.time.nowNanos();
        PutFailedException failed = world.failure(world.put("k", "1;"));

        assertThat(failed.reason()).isEqualTo(FailureReason.ACCESS_DENIED);
        assertThat(failed.mayHaveBeenWritten()).isFalse();
        assertThat(failed.attempts()).hasSize(AnswerJudge.MAX_DOUBTED_TRIES);
        assertThat(world.time.nowNanos() - begun)
                .isLessThan(Duration.ofSeconds(15).toNanos());
    }

    @Test
    void recordsPutAfterSilenceWithoutPermissionToListShardsAreStoredOnceMoreAtMost() {
        ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4).warm();
        world.kinesis.faults().on("ListShards").inject(new Fault.ServiceFailure("AccessDeniedException", 400));
        world.advance(Duration.ofSeconds(11));
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            puts.add(world.put("key-" + i, i + ";"));
        }
        world.get(world.producer.flush());
        assertThat(puts).noneMatch(CompletableFuture::isCompletedExceptionally);
        StreamTruth truth = new StreamTruth(world.kinesis, STREAM);
        for (int i = 0; i < 100; i++) {
            assertThat(truth.copies(new StreamTruth.Seen("key-" + i, i + ";"))).isBetween(1, 2);
        }
        world.advance(Duration.ofSeconds(11));
        CompletableFuture<PutReceipt> one = world.put("a", "later;");
        CompletableFuture<PutReceipt> two = world.put("b", "later;");
        assertThat(world.get(one).failedAttempts()).isEmpty(); // records go singly from now on
        assertThat(world.get(two).failedAttempts()).isEmpty();
    }

    @Test
    void aggregatesInFlightAreNotBelievedByAMapThatMayBeOfAFormerStream() {
        ProducerWorld world = ProducerWorld.healthy(
                        ProducerConfig.builder().linger(Duration.ofMillis(1)).build(), 2)
                .warm();
        world.get(world.admin.deleteStream(r -> r.streamName(STREAM)));
        world.advance(Duration.ofSeconds(11));
        world.kinesis.createStream(STREAM, 4);
        world.kinesis.faults().on("ListShards").inject(new Fault.ServiceFailure("AccessDeniedException", 400));
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        puts.add(putInQuarter(world, 2));
        puts.add(putInQuarter(world, 3));
        world.advance(Duration.ofMillis(10));
        assertThat(world.client.requests).hasSize(1);
        CompletableFuture<Void> released = new CompletableFuture<>();
        world.client.held = request -> released;
        puts.add(putInQuarter(world, 0));
        puts.add(putInQuarter(world, 1));
        world.advance(Duration.ofMillis(10));
        assertThat(world.client.requests).hasSize(2);
        world.advance(Duration.ofMillis(500));
        released.complete(null);
        puts.forEach(world::get);

        StreamTruth truth = new StreamTruth(world.kinesis, STREAM);
        assertThat(truth.firstSeenKclWise()).hasSize(puts.size());
    }

    private static CompletableFuture<PutReceipt> putInQuarter(ProducerWorld world, int quarter) {
        UserRecord record = UserRecord.of("key-" + quarter, ProducerWorld.bytes(quarter + ";"))
                .withExplicitHashKey(BigInteger.valueOf(quarter).shiftLeft(126));
        return world.producer.put(STREAM, record);
    }

    @Test
    void credentialsThatHaveExpiredAtTheStartDelayTheFirstRecord() {
        ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4);
        world.kinesis
                .faults()
                .onAll()
                .until(world.kinesis.now().plusSeconds(30))
                .inject(new Fault.ServiceFailure("ExpiredTokenException", 400));
        FaultLoad load = new FaultLoad(world).putFor(MINUTE).finish();

        assertThat(load.failures()).isEmpty();
        assertThat(load.receipts()).allMatch(receipt -> receipt.attempts() == 1);
    }

    @Test
    void shardMapThatFailsFromTheStartIsWaitedFor() {
        ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4);
        world.kinesis
                .faults()
                .on("ListShards")
                .until(world.kinesis.now().plusSeconds(90))
                .inject(UNAVAILABLE);
        FaultLoad load = new FaultLoad(world).putFor(MINUTE);
        assertThat(world.client.requests).isEmpty();
        load.finish();

        assertThat(load.failures()).isEmpty();
        assertThat(load.receipts()).allMatch(receipt -> receipt.attempts() == 1);
        assertThat(load.duplicates()).isZero();
    }

    @Test
    void shardMapThatFailsWhileAShardIsSplitDelaysItsRecordsOnly() {
        ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4).warm();
        world.kinesis
                .faults()
                .on("ListShards")
                .until(world.kinesis.now().plus(MINUTE))
                .inject(UNAVAILABLE);
        world.split("shardId-000000000000");
        FaultLoad load = new FaultLoad(world)
                .putFor(MINUTE)
                .putFor(Duration.ofSeconds(20))
                .finish();

        assertThat(load.failures()).isEmpty();
        assertThat(load.codes()).containsExactly("WrongShard");
        assertThat(load.receipts())
                .filteredOn(receipt -> receipt.shardId().compareTo("shardId-000000000004") < 0)
                .allMatch(receipt -> receipt.elapsed().toMillis() < 200);
    }

    @Test
    void streamThatIsDeletedFailsItsRecordsAtOnceAndServesAgainWhenItIsBack() {
        ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4).warm();
        new FaultLoad(world).putFor(Duration.ofSeconds(5)).finish();
        world.get(world.admin.deleteStream(r -> r.streamName(STREAM)));
        world.advance(Duration.ofSeconds(1));
        CompletableFuture<PutReceipt> gone = world.put("k", "gone;");
        PutFailedException failed = world.failure(gone);
        assertThat(failed.reason()).isEqualTo(FailureReason.STREAM_NOT_FOUND);
        assertThat(failed.mayHaveBeenWritten()).isFalse();
        assertThat(failed).hasMessageContaining("ResourceNotFoundException");

        world.advance(Duration.ofSeconds(30));
        world.kinesis.createStream(STREAM, 3);
        FaultLoad load = new FaultLoad(world).putFor(Duration.ofSeconds(5)).finish();
        assertThat(load.failures()).isEmpty();
        assertThat(load.receipts()).allMatch(receipt -> receipt.attempts() == 1);
    }

    @Test
    void recordsPutWhileTheStreamIsDeletedAllComeToAnEnd() {
        ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4).warm();
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            puts.add(world.producer.put(STREAM, UserRecord.of("key-" + i % 40, new byte[100])));
            world.advance(Duration.ofMillis(5));
            if (i == 300) {
                world.get(world.admin.deleteStream(r -> r.streamName(STREAM)));
            }
        }
        world.get(world.producer.flush());

        assertThat(puts).allMatch(CompletableFuture::isDone);
        assertThat(puts.subList(400, 1_000))
                .allMatch(put -> world.failure(put).reason() == FailureReason.STREAM_NOT_FOUND);
        assertThat(world.producer.statistics().outstandingBytes()).isZero();
    }

    private static FaultLoad load(ProducerConfig config, Faults faults) {
        return new FaultLoad(ProducerWorld.withFaults(config, 4, faults).warm());
    }

    /** Every fifth answer is garbled. */
    private static FaultLoad garbled(UnaryOperator<PutRecordsResponse> how) {
        RandomGenerator random = new SplitMix64(1);
        ProducerWorld world = ProducerWorld.healthy(DEFAULTS, 4).warm();
        world.client.garble = answer -> random.nextInt(5) == 0 ? how.apply(answer) : answer;
        return new FaultLoad(world).putFor(MINUTE).finish();
    }

    private static Faults putRecords(Supplier<Fault> next) {
        return (operation, request) -> operation.equals("PutRecords") ? next.get() : NONE;
    }

    /** Three in ten, fixed when the call is made. */
    private static IntPredicate entries(RandomGenerator random) {
        long seed = random.nextLong();
        return index -> new SplitMix64(seed + index).nextInt(10) < 3;
    }

    private static List<PutRecordsResultEntry> concat(List<PutRecordsResultEntry> results, PutRecordsResultEntry more) {
        return Stream.concat(results.stream(), Stream.of(more)).toList();
    }
}
