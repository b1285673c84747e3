package io.shardline.producer;

import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.HashKey;
import io.shardline.producer.LoopbackKinesis.Refusal;
import io.shardline.producer.LoopbackKinesis.Reply;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes wrong on a real connection and does not pass by itself: refusals, a shard that takes nothing, a lost endpoint. */
class WireOutagesTest extends WireTest {

    private static final int SHARDS = 4;
    private static final String SLOW = "shardId-000000000001";

    WireOutagesTest(Wire wire) {
        super(wire, SHARDS);
    }

    @ParameterizedTest
    @CsvSource({
        "ResourceNotFoundException, 400, STREAM_NOT_FOUND",
        "AccessDeniedException, 400, ACCESS_DENIED",
        "UnrecognizedClientException, 400, ACCESS_DENIED",
        "InvalidSignatureException, 403, ACCESS_DENIED",
        "KMSAccessDeniedException, 400, KMS_KEY_UNUSABLE",
        "KMSDisabledException, 400, KMS_KEY_UNUSABLE",
        "KMSInvalidStateException, 400, KMS_KEY_UNUSABLE",
        "KMSNotFoundException, 400, KMS_KEY_UNUSABLE",
        "KMSOptInRequired, 400, KMS_KEY_UNUSABLE",
        "InvalidArgumentException, 400, REJECTED",
        "ValidationException, 400, REJECTED",
        "SomeNewRefusal, 403, REJECTED"
    })
    void refusalOfRequestsGivesUpTheirRecordsForTheReasonThatItHas(String code, int status, FailureReason reason) {
        try (ShardlineProducer producer = producer(PATIENT)) {
            producer.put("s", record(0, 1, 1)).join();
            kinesis.refuse(Refusal.ofPuts(status, code));
            List<PutFailedException> failures = failuresOf(producer, putAll(producer));

            assertThat(failures).hasSize(RECORDS).allMatch(failed -> failed.reason() == reason);
            assertThat(failures).noneMatch(PutFailedException::mayHaveBeenWritten);
            assertThat(failures)
                    .flatExtracting(PutFailedException::attempts)
                    .extracting(Attempt::errorCode)
                    .containsOnly(code);
            assertThat(producer.statistics().endpointLost()).isFalse();
            checkAllIsStoredOnceItIsHealed(producer);
        }
        checkFormOfRequests();
    }

    @ParameterizedTest
    @CsvSource({"ValidationException", "InvalidArgumentException"})
    void requestThatIsRefusedForOneRecordIsDividedUntilItStandsAlone(String code) {
        int bad = 77;
        try (ShardlineProducer producer = producer(PATIENT)) {
            producer.put("s", record(0, 1, 1)).join();
            kinesis.stored.clear();
            kinesis.refuse(new Refusal(400, code, Set.of("PutRecords"), entry -> number(entry) == bad));
            List<CompletableFuture<PutReceipt>> puts = putAll(producer);
            producer.flush().join();

            assertThat(failureOf(puts.get(bad)).reason()).isEqualTo(FailureReason.REJECTED);
            assertThat(failureOf(puts.get(bad)).mayHaveBeenWritten()).isFalse();
            assertThat(puts)
                    .filteredOn(CompletableFuture::isCompletedExceptionally)
                    .hasSize(1);
            assertThat(kinesis.stored).hasSize(RECORDS - 1);
            for (int key = 0; key < KEYS; key++) {
                int remainder = key;
                assertThat(kinesis.stored.stream().map(WireTest::number).filter(number -> number % KEYS == remainder))
                        .isSorted();
            }
        }
        checkFormOfRequests();
    }

    @Test
    void recordsOfStreamThatIsDeletedAreGivenUpAndOnceItIsMadeAgainPutAgain() {
        try (ShardlineProducer producer = producer(PATIENT)) {
            List<CompletableFuture<PutReceipt>> before = putAll(producer);
            producer.flush().join();
            checkAccount(before);

            kinesis.refuse(Refusal.asIfDeleted());
            for (int i = 0; i < 2; i++) { // its shards are known at first, and then they are not
                assertThat(failuresOf(producer, putAll(producer)))
                        .hasSize(RECORDS)
                        .allMatch(failed -> failed.reason() == FailureReason.STREAM_NOT_FOUND)
                        .noneMatch(PutFailedException::mayHaveBeenWritten);
            }
            assertThat(kinesis.stored).hasSize(RECORDS);
            checkAllIsStoredOnceItIsHealed(producer);
        }
        checkFormOfRequests();
    }

    @ParameterizedTest
    @CsvSource({
        "ResourceNotFoundException, STREAM_NOT_FOUND",
        "AccessDeniedException, ACCESS_DENIED",
        "InvalidArgumentException, REJECTED"
    })
    void recordsOfStreamWhoseShardsAreNotToldAreGivenUpForTheReasonThatItHas(String code, FailureReason reason) {
        kinesis.refuse(new Refusal(400, code, Set.of("ListShards"), any -> true));
        try (ShardlineProducer producer = producer(PATIENT)) {
            assertThat(failuresOf(producer, putAll(producer)))
                    .hasSize(RECORDS)
                    .allMatch(failed ->
                            failed.reason() == reason && failed.attempts().isEmpty());
            assertThat(kinesis.requests).isEmpty();
            checkAllIsStoredOnceItIsHealed(producer);
        }
    }

    @Test
    void shardThatTakesNothingForLongHoldsUpNoOther() throws InterruptedException {
        int keys = 40;
        try (ShardlineProducer producer = producer(PATIENT)) {
            producer.put("s", record(0, 1, 1)).join();
            kinesis.stored.clear();
            CountDownLatch often = kinesis.throttle(SLOW, 8);
            List<CompletableFuture<PutReceipt>> puts = putAll(producer, RECORDS, keys);
            Map<Boolean, List<CompletableFuture<PutReceipt>>> bySlow = IntStream.range(0, RECORDS)
                    .boxed()
                    .collect(partitioningBy(
                            i -> kinesis.shardOf(HashKey.ofPartitionKey(KEY + i % keys))
                                    .equals(SLOW),
                            mapping(puts::get, toList())));
            assertThat(bySlow.get(false)).allMatch(put -> put.join().attempts() == 1);
            often.await();
            assertThat(bySlow.get(true)).isNotEmpty().noneMatch(CompletableFuture::isDone);
            assertThat(producer.lanes().join())
                    .allMatch(lane -> lane.rateShare() < 1 == lane.shardId().equals(SLOW));
            kinesis.heal();
            producer.flush().join();

            checkAccount(puts, keys);
            assertThat(kinesis.stored).hasSize(RECORDS);
            assertThat(bySlow.get(true)).allMatch(put -> put.join().shardId().equals(SLOW));
        }
        checkFormOfRequests();
    }

    @ParameterizedTest
    @EnumSource(
            value = Reply.class,
            names = {"INTERNAL_FAILURE", "RESET_BEFORE_THE_ANSWER"})
    void endpointThatFailsForLongIsLeftInPeaceAndThenEverythingIsStored(Reply reply) throws InterruptedException {
        BlockingQueue<ProducerEvent> lostAndReturned = new LinkedBlockingQueue<>();
        Reply[] outage = new Reply[14];
        Arrays.fill(outage, reply);
        try (ShardlineProducer producer =
                producer(settings(PATIENT), client -> {}, event -> noteLossAndReturn(event, lostAndReturned))) {
            producer.put("s", record(0, 1, 1)).join();
            kinesis.stored.clear();
            kinesis.puts(outage);
            List<CompletableFuture<PutReceipt>> puts = putAll(producer);
            assertThat(lostAndReturned.take()).isEqualTo(new ProducerEvent.EndpointLost());
            assertThat(producer.statistics().endpointLost()).isTrue();
            assertThat(puts).noneMatch(CompletableFuture::isDone);
            producer.flush().join();

            checkAccount(puts);
            assertThat(lostAndReturned.take()).isEqualTo(new ProducerEvent.EndpointReturned());
            assertThat(lostAndReturned).isEmpty();
            assertThat(producer.statistics().endpointLost()).isFalse();
            assertThat(kinesis.stored.size() > RECORDS).isEqualTo(reply.isUnknown());
        }
        checkFormOfRequests();
    }

    private static void noteLossAndReturn(ProducerEvent event, BlockingQueue<ProducerEvent> noted) {
        if (event instanceof ProducerEvent.EndpointLost || event instanceof ProducerEvent.EndpointReturned) {
            noted.add(event);
        }
    }

    private void checkAllIsStoredOnceItIsHealed(ShardlineProducer producer) {
        kinesis.heal();
        kinesis.stored.clear();
        List<CompletableFuture<PutReceipt>> puts = putAll(producer);
        producer.flush().join();
        checkAccount(puts);
        assertThat(kinesis.stored).hasSize(RECORDS);
    }

    /** All fail. */
    private static List<PutFailedException> failuresOf(
            ShardlineProducer producer, List<CompletableFuture<PutReceipt>> puts) {
        producer.flush().join();
        assertThat(puts).allMatch(CompletableFuture::isCompletedExceptionally);
        return puts.stream().map(WireOutagesTest::failureOf).toList();
    }

    private static PutFailedException failureOf(CompletableFuture<PutReceipt> put) {
        return (PutFailedException) put.handle((receipt, thrown) -> thrown).join();
    }
}
