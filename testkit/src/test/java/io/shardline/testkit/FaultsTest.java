package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SplitMix64;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.InternalFailureException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/** What goes wrong on the way to the emulator and back. Confined to one thread. */
class FaultsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(6);

    private final SimulatedKinesis kinesis = new SimulatedKinesis();

    @BeforeEach
    void createStream() {
        kinesis.emulator.createStream(STREAM, 1);
    }

    private KinesisAsyncClient faulty(Fault fault) {
        return kinesis.emulator.client(ClientSettings.defaults().faults((operation, request) -> fault));
    }

    private static CompletableFuture<PutRecordResponse> put(KinesisAsyncClient client) {
        return client.putRecord(r -> r.streamName(STREAM).partitionKey("k").data(bytes("x")));
    }

    @Test
    void aFailureArrivesWrappedAsTheSdkWrapsIt() {
        List<Throwable> seen = new ArrayList<>();
        CompletableFuture<ListShardsResponse> answer = kinesis.client.listShards(r -> r.streamName("nowhere"));
        CompletableFuture<ListShardsResponse> dependent = answer.whenComplete((value, failure) -> seen.add(failure));
        kinesis.failure(dependent);

        assertThat(seen.get(0))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(answer::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aThrottleHasTheErrorOfTheOperationAndNoEffect() {
        KinesisAsyncClient client = faulty(new Fault.Throttle());

        KinesisException refusal = kinesis.refusal(put(client));

        assertThat(refusal).isInstanceOf(ProvisionedThroughputExceededException.class);
        assertThat(refusal.isThrottlingException()).isTrue();
        assertThat(refusal.statusCode()).isEqualTo(400);
        assertThat(kinesis.refusal(client.listShards(r -> r.streamName(STREAM))))
                .isInstanceOf(LimitExceededException.class);
        assertThat(kinesis.emulator.records(STREAM)).isEmpty();
    }

    @Test
    void anErrorHasItsCodeAndStatusEvenIfTheSdkHasNoClassForIt() {
        KinesisException unknown = kinesis.refusal(put(faulty(new Fault.ServiceFailure("ServiceUnavailable", 503))));

        assertThat(unknown.getClass()).isEqualTo(KinesisException.class);
        assertThat(unknown.awsErrorDetails().errorCode()).isEqualTo("ServiceUnavailable");
        assertThat(unknown.statusCode()).isEqualTo(503);
        assertThat(kinesis.refusal(put(faulty(new Fault.ServiceFailure("InternalFailureException", 500)))))
                .isInstanceOf(InternalFailureException.class);
        assertThatThrownBy(() -> new Fault.ServiceFailure("Fine", 200))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("200");
    }

    @Test
    void aCallWhoseReplyIsLostTakesEffectAndTimesOut() {
        CompletableFuture<PutRecordResponse> answer = put(faulty(new Fault.ReplyLost(TIMEOUT)));
        kinesis.time.advance(TIMEOUT.minusMillis(1));
        assertThat(answer).isNotDone();

        assertThat(kinesis.failure(answer))
                .isInstanceOf(ApiCallAttemptTimeoutException.class)
                .hasMessageContaining("6000 millis");
        assertThat(kinesis.emulator.records(STREAM)).hasSize(1);
    }

    @Test
    void aCallThatIsLostTimesOutWithoutEffect() {
        assertThat(kinesis.failure(put(faulty(new Fault.RequestLost(TIMEOUT)))))
                .isInstanceOf(ApiCallAttemptTimeoutException.class);
        assertThat(kinesis.emulator.records(STREAM)).isEmpty();
    }

    @Test
    void aCallThatLandsLateTakesEffectAfterItsCallerHasGivenUp() {
        CompletableFuture<PutRecordResponse> answer = put(faulty(new Fault.LandsLate(TIMEOUT, Duration.ofSeconds(10))));

        assertThat(kinesis.failure(answer)).isInstanceOf(ApiCallAttemptTimeoutException.class);
        assertThat(kinesis.emulator.records(STREAM)).isEmpty();
        kinesis.time.advance(Duration.ofSeconds(5));
        assertThat(kinesis.emulator.records(STREAM)).hasSize(1);
    }

    @Test
    void aTimeOutOfTheRequestItselfGoesFirst() {
        CompletableFuture<PutRecordResponse> answer = faulty(new Fault.RequestLost(TIMEOUT))
                .putRecord(r -> r.streamName(STREAM)
                        .partitionKey("k")
                        .data(bytes("x"))
                        .overrideConfiguration(o -> o.apiCallAttemptTimeout(Duration.ofMillis(300))));
        kinesis.time.advance(Duration.ofMillis(310));

        assertThat(answer).isCompletedExceptionally();
    }

    @Test
    void aDelayedCallArrivesThatMuchLater() {
        CompletableFuture<PutRecordResponse> answer = put(faulty(new Fault.Delay(Duration.ofSeconds(2))));
        kinesis.time.advance(Duration.ofMillis(1999));
        assertThat(answer).isNotDone();
        kinesis.time.advance(Duration.ofMillis(2));

        assertThat(answer).isCompleted();
    }

    @Test
    void aPartialFailureFailsTheChosenEntriesAndWritesTheOthers() {
        Fault fault = new Fault.PartialFailure(index -> index == 1, "ProvisionedThroughputExceededException");
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (String text : List.of("zero", "one", "two")) {
            entries.add(PutRecordsRequestEntry.builder()
                    .partitionKey("k")
                    .data(bytes(text))
                    .build());
        }

        PutRecordsResponse answer =
                kinesis.get(faulty(fault).putRecords(r -> r.streamName(STREAM).records(entries)));

        assertThat(answer.failedRecordCount()).isEqualTo(1);
        PutRecordsResultEntry failed = answer.records().get(1);
        assertThat(failed.errorCode()).isEqualTo("ProvisionedThroughputExceededException");
        assertThat(failed.errorMessage())
                .isEqualTo(
                        "Rate exceeded for shard shardId-000000000000 in stream flights under account 123456789012.");
        assertThat(failed.sequenceNumber()).isNull();
        assertThat(failed.shardId()).isNull();
        assertThat(kinesis.emulator.records(STREAM))
                .extracting(record -> record.data().asUtf8String())
                .containsExactly("zero", "two");
    }

    @Test
    void requestAndReplyTakeTheirLatencies() {
        KinesisAsyncClient client =
                kinesis.emulator.client(ClientSettings.defaults().latency(Latency.fixed(Duration.ofMillis(40))));
        CompletableFuture<PutRecordResponse> answer = put(client);
        kinesis.time.advance(Duration.ofMillis(39));
        assertThat(kinesis.emulator.records(STREAM)).isEmpty();
        kinesis.time.advance(Duration.ofMillis(2));
        assertThat(kinesis.emulator.records(STREAM)).hasSize(1);
        assertThat(answer).isNotDone();
        kinesis.time.advance(Duration.ofMillis(40));

        assertThat(answer).isCompleted();
    }

    @Test
    void theAnswerOfADeadCallerIsNeverHeardButItsCallTakesEffect() {
        SimulatedProcess caller = kinesis.time.process("caller");
        KinesisAsyncClient client =
                kinesis.emulator.client(ClientSettings.defaults().callbacks(caller.pool("sdk", 2)));
        CompletableFuture<PutRecordResponse> answer = put(client);
        caller.kill();
        kinesis.time.advance(Duration.ofSeconds(1));

        assertThat(answer).isNotDone();
        assertThat(kinesis.emulator.records(STREAM)).hasSize(1);
    }

    @Test
    void randomFaultsEndAtTheHealTime() {
        FaultRates rates =
                FaultRates.none().with(FaultRates.Kind.THROTTLE, 0.5).with(FaultRates.Kind.REQUEST_LOST, 0.5);
        long healed = Duration.ofMinutes(2).toNanos();
        Faults faults = Faults.random(new SplitMix64(3), rates).until(() -> kinesis.time.nowNanos() >= healed);
        KinesisAsyncClient client =
                kinesis.emulator.client(ClientSettings.defaults().faults(faults));
        for (int i = 0; i < 10; i++) {
            kinesis.failure(put(client));
        }
        kinesis.time.advance(Duration.ofMinutes(2));

        for (int i = 0; i < 10; i++) {
            kinesis.get(put(client));
        }
        assertThat(kinesis.emulator.records(STREAM)).hasSize(10);
    }

    @Test
    void ratesAreProbabilitiesAlsoAllTogether() {
        FaultRates rates = FaultRates.none().with(FaultRates.Kind.THROTTLE, 0.6);

        assertThat(rates.rate(FaultRates.Kind.THROTTLE)).isEqualTo(0.6);
        assertThat(rates.rate(FaultRates.Kind.DELAY)).isZero();
        assertThatThrownBy(() -> rates.with(FaultRates.Kind.DELAY, 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.5");
        assertThatThrownBy(() -> rates.with(FaultRates.Kind.THROTTLE, -0.1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theClientSaysThatItMakesOneAttempt() {
        assertThat(kinesis.client
                        .serviceClientConfiguration()
                        .overrideConfiguration()
                        .retryStrategy())
                .hasValueSatisfying(
                        strategy -> assertThat(strategy.maxAttempts()).isEqualTo(1));
        assertThat(kinesis.client.serviceName()).isEqualTo("kinesis");
    }
}
