package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.HashKey;
import io.shardline.producer.LoopbackKinesis.Reply;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;

/** What can go wrong on a real connection, with the SDK's client, as the producer makes it, between us and it. */
class WireFaultsTest extends WireTest {

    /** Of nobody, hence a connection to it is refused. */
    private static final int NOBODYS_PORT = 9;

    private static final int HANGS_MILLIS = 4_000;

    WireFaultsTest(Wire wire) {
        super(wire, 1);
    }

    @ParameterizedTest
    @EnumSource(Reply.class)
    void putsThatFailOnTheWireAreMadeAgainInOrder(Reply reply) {
        kinesis.puts(reply, Reply.GOOD, reply);
        try (ShardlineProducer producer = producer(reply == Reply.SILENCE ? SOON : PATIENT)) {
            List<CompletableFuture<PutReceipt>> puts = putAll(producer);
            producer.flush().join();

            checkAccount(puts);
            boolean failed = puts.stream().anyMatch(put -> put.join().attempts() > 1);
            assertThat(failed).isEqualTo(reply != Reply.GOOD);
            boolean repeated = kinesis.stored.size() > RECORDS;
            assertThat(repeated).isEqualTo(reply.isUnknown());
            assertThat(producer.statistics().outstandingBytes()).isZero();
        }
        checkFormOfRequests();
    }

    @ParameterizedTest
    @EnumSource(
            value = Reply.class,
            names = {
                "RESET_IN_THE_REQUEST",
                "RESET_IN_THE_ANSWER",
                "SILENCE",
                "GARBAGE",
                "NOISE",
                "EMPTY",
                "THROTTLED",
                "INTERNAL_FAILURE",
                "BAD_GATEWAY"
            })
    void listingsThatFailOnTheWireAreMadeAgain(Reply reply) {
        kinesis.listings(reply, reply);
        try (ShardlineProducer producer = producer(reply == Reply.SILENCE ? SOON : PATIENT)) {
            List<CompletableFuture<PutReceipt>> puts = putAll(producer);
            producer.flush().join();

            checkAccount(puts);
        }
        checkFormOfRequests();
    }

    @Test
    void firstRequestWhoseConnectionIsRefusedIsMadeAgain() {
        try (ShardlineProducer producer = producer(
                settings(PATIENT),
                client -> client.overrideConfiguration(
                        overrides -> overrides.addExecutionInterceptor(new FirstPutToNobody())))) {
            checkSecondAttemptStoresAll(producer);
        }
        checkFormOfRequests();
    }

    @Test
    void requestWhoseCredentialsComeTooLateIsNotSentBesideItsRetry() {
        AtomicBoolean hangs = new AtomicBoolean();
        AwsCredentialsProvider hanging = () -> {
            if (hangs.compareAndSet(true, false)) {
                sleep();
            }
            return LoopbackKinesis.CREDENTIALS;
        };
        try (ShardlineProducer producer = producer(settings(SOON), client -> client.credentialsProvider(hanging))) {
            putAll(producer);
            producer.flush().join();
            int before = kinesis.stored.size();
            hangs.set(true);
            CompletableFuture<PutReceipt> put = producer.put("s", UserRecord.of("late", "credentials"));

            assertThat(put.join().failedAttempts()).hasSize(1).noneMatch(Attempt::mayHaveBeenWritten);
            sleep();
            assertThat(kinesis.stored).hasSize(before + 1);
        }
    }

    /** Longer than a request is waited for. */
    private static void sleep() {
        try {
            Thread.sleep(HANGS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void firstRequestForWhichThereAreNoCredentialsIsMadeAgain() {
        AtomicInteger asked = new AtomicInteger();
        AwsCredentialsProvider missingOnce = () -> {
            if (asked.incrementAndGet() == 2) { // the first is for the listing
                throw SdkClientException.create("no credentials yet");
            }
            return LoopbackKinesis.CREDENTIALS;
        };
        try (ShardlineProducer producer =
                producer(settings(PATIENT), client -> client.credentialsProvider(missingOnce))) {
            checkSecondAttemptStoresAll(producer);
        }
        checkFormOfRequests();
    }

    @Test
    void requestThatFailsIsMadeAgainByTheProducerAloneAndTheSame() {
        byte[] data = new byte[5 * 1024 * 1024];
        new Random(1).nextBytes(data);
        kinesis.puts(Reply.GOOD, Reply.INTERNAL_FAILURE, Reply.RESET_BEFORE_THE_ANSWER);
        try (ShardlineProducer producer = producer(
                settings(PATIENT).rateLimitPercent(10_000),
                client -> client.overrideConfiguration(
                        overrides -> overrides.retryStrategy(AwsRetryStrategy.standardRetryStrategy())))) {
            producer.put("s", UserRecord.of("first", new byte[1])).join();
            PutReceipt receipt = producer.put("s", UserRecord.of("large", data)).join();

            assertThat(receipt.attempts()).isEqualTo(3);
            assertThat(kinesis.requests).hasSize(4);
            assertThat(kinesis.requests.get(2)).isEqualTo(kinesis.requests.get(1));
            assertThat(kinesis.requests.get(3)).isEqualTo(kinesis.requests.get(1));
            assertThat(kinesis.stored).hasSize(3);
            assertThat(kinesis.stored.get(1).data()).isEqualTo(data);
            assertThat(kinesis.stored.get(2).data()).isEqualTo(data);
        }
        checkFormOfRequests();
    }

    @Test
    void recordAsLargeAsAStreamCanTakeArrives() {
        byte[] data = new byte[10 * 1024 * 1024 - "large".length()];
        new Random(1).nextBytes(data);
        try (ShardlineProducer producer = producer(settings(PATIENT).rateLimitPercent(10_000), client -> {})) {
            producer.put("s", UserRecord.of("first", new byte[1])).join();
            PutReceipt receipt = producer.put("s", UserRecord.of("large", data)).join();

            assertThat(receipt.attempts()).isEqualTo(1);
            assertThat(kinesis.stored).hasSize(2);
            assertThat(kinesis.stored.get(1).data()).isEqualTo(data);
        }
        checkFormOfRequests();
    }

    @Test
    void manySmallRecordsGoByThemselvesInFullRequestsAndTheFailedOnesAgain() {
        int records = 2_000;
        kinesis.puts(Reply.GOOD, Reply.SOME_THROTTLED, Reply.INTERNAL_FAILURE, Reply.EMPTY, Reply.SOME_THROTTLED);
        kinesis.hold();
        try (ShardlineProducer producer =
                producer(settings(PATIENT).aggregationEnabled(false).rateLimitPercent(10_000), client -> {})) {
            List<CompletableFuture<PutReceipt>> puts = putAll(producer, records, records);
            kinesis.release();
            producer.flush().join();

            checkAccount(puts, records);
            assertThat(kinesis.stored).allMatch(entry -> entry.partitionKey().equals(KEY + number(entry)));
            assertThat(kinesis.requests)
                    .anyMatch(request -> request.get("Records").size() == 500);
        }
        checkFormOfRequests();
    }

    @Test
    void requestsSideBySideFailEachInItsOwnWay() {
        Reply[] everyOther = Stream.of(Reply.values())
                .filter(reply -> reply != Reply.SILENCE)
                .flatMap(reply -> Stream.of(reply, Reply.GOOD))
                .toArray(Reply[]::new);
        int size = 10_000;
        try (ShardlineProducer producer = producer(PATIENT)) {
            producer.put("s", record(0, 1, size)).join();
            kinesis.stored.clear();
            kinesis.puts(everyOther);
            // A stream each, hence a request each.
            List<CompletableFuture<PutReceipt>> puts = IntStream.range(0, everyOther.length)
                    .mapToObj(i -> producer.put("s" + i, record(i, everyOther.length, size)))
                    .toList();
            producer.flush().join();

            checkAccount(puts, everyOther.length);
            assertThat(kinesis.stored).allMatch(entry -> entry.data().length == size);
        }
        checkFormOfRequests();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void explicitHashKeysArrive(boolean aggregated) {
        List<String> hashKeys = List.of(
                "0",
                "1",
                "340282366920938463463374607431768211455",
                BigInteger.TWO.pow(64).toString());
        kinesis.puts(Reply.GOOD, Reply.INTERNAL_FAILURE);
        try (ShardlineProducer producer = producer(settings(PATIENT).aggregationEnabled(aggregated), client -> {})) {
            producer.put("s", UserRecord.of("first", new byte[1])).join();
            for (String hashKey : hashKeys) {
                UserRecord record = UserRecord.of("key", hashKey.getBytes(StandardCharsets.UTF_8));
                producer.put("s", record.withExplicitHashKey(hashKey));
                producer.put("s", record);
            }
            producer.flush().join();

            List<AggregateEntry> stored = kinesis.stored.subList(1, kinesis.stored.size());
            assertThat(stored).hasSize(2 * hashKeys.size());
            for (int i = 0; i < hashKeys.size(); i++) {
                assertThat(stored.get(2 * i).hashKey()).isEqualTo(HashKey.parse(hashKeys.get(i)));
                assertThat(stored.get(2 * i + 1).hashKey()).isEqualTo(HashKey.ofPartitionKey("key"));
            }
        }
        checkFormOfRequests();
    }

    @Test
    void clientThatIsGivenSendsAsTheSdkDoes() {
        KinesisAsyncClientBuilder builder = KinesisAsyncClient.builder()
                .endpointOverride(kinesis.address())
                .region(Region.US_EAST_1)
                .credentialsProvider(() -> LoopbackKinesis.CREDENTIALS)
                .overrideConfiguration(overrides -> overrides.retryStrategy(AwsRetryStrategy.doNotRetry()));
        useHttp(builder);
        kinesis.puts(Reply.GOOD, Reply.INTERNAL_FAILURE);
        try (KinesisAsyncClient client = builder.build();
                ShardlineProducer producer = ShardlineProducer.builder()
                        .client(client)
                        .config(settings(PATIENT).build())
                        .build()) {
            List<CompletableFuture<PutReceipt>> puts = putAll(producer);
            producer.flush().join();

            checkAccount(puts);
            assertThat(kinesis.requests).extracting(WireTest::lastMember).containsOnly("StreamName");
        }
    }

    private void checkSecondAttemptStoresAll(ShardlineProducer producer) {
        List<CompletableFuture<PutReceipt>> puts = putAll(producer);
        producer.flush().join();

        checkAccount(puts);
        assertThat(puts.get(0).join().attempts()).isEqualTo(2);
        assertThat(kinesis.stored).hasSize(RECORDS);
    }

    /** Sends a client's first PutRecords to where nobody listens. Thread-safe. */
    private static final class FirstPutToNobody implements ExecutionInterceptor {

        private final AtomicBoolean sent = new AtomicBoolean();

        @Override
        public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
            SdkHttpRequest request = context.httpRequest();
            boolean isFirst = context.request() instanceof PutRecordsRequest && sent.compareAndSet(false, true);
            return isFirst ? request.copy(changed -> changed.port(NOBODYS_PORT)) : request;
        }
    }
}
