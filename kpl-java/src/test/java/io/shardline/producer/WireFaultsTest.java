package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.AggregateEntry;
import io.shardline.producer.LoopbackKinesis.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** What can go wrong on a real connection, with the SDK's own client between us and it. */
@Timeout(60)
class WireFaultsTest {

    private static final int RECORDS = 200;
    private static final int KEYS = 5;
    private static final Duration SOON = Duration.ofMillis(500);

    /** So that a slow machine is not taken for a silent server. */
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private static LoopbackKinesis kinesis;

    /** One for all tests, because closing one takes the SDK's HTTP client two seconds. */
    private static KinesisAsyncClient client;

    @BeforeAll
    static void startSpeakingJson() throws IOException {
        System.setProperty(SdkSystemSetting.CBOR_ENABLED.property(), "false");
        kinesis = new LoopbackKinesis();
        client = KinesisAsyncClient.builder()
                .endpointOverride(kinesis.address())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
                .httpClientBuilder(NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1))
                .overrideConfiguration(settings ->
                        settings.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(Duration.ofSeconds(2)))
                .build();
    }

    @AfterAll
    static void speakAsBefore() throws IOException {
        System.clearProperty(SdkSystemSetting.CBOR_ENABLED.property());
        client.close();
        kinesis.close();
    }

    @BeforeEach
    void forget() {
        kinesis.stored.clear();
    }

    @ParameterizedTest
    @EnumSource(Reply.class)
    void putsThatFailOnTheWireAreMadeAgainInOrder(Reply reply) {
        try (ShardlineProducer producer = producer(reply == Reply.SILENCE ? SOON : PATIENT)) {
            kinesis.puts(reply, Reply.GOOD, reply);
            List<CompletableFuture<PutReceipt>> puts = putAll(producer);
            producer.flush().join();

            assertThat(puts).allMatch(put -> put.isDone() && !put.isCompletedExceptionally());
            checkAccount(kinesis.stored, puts);
            boolean failed = puts.stream().anyMatch(put -> put.join().attempts() > 1);
            assertThat(failed).isEqualTo(reply != Reply.GOOD);
            boolean repeated = kinesis.stored.size() > RECORDS;
            assertThat(repeated).isEqualTo(reply != Reply.GOOD && reply.hasEffect());
            assertThat(producer.statistics().outstandingBytes()).isZero();
        }
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
                "BAD_GATEWAY"
            })
    void listingsThatFailOnTheWireAreMadeAgain(Reply reply) {
        try (ShardlineProducer producer = producer(PATIENT)) {
            kinesis.listings(reply, reply);
            List<CompletableFuture<PutReceipt>> puts = putAll(producer);
            producer.flush().join();

            assertThat(puts).allMatch(put -> put.isDone() && !put.isCompletedExceptionally());
            checkAccount(kinesis.stored, puts);
        }
    }

    private static ShardlineProducer producer(Duration requestTimeout) {
        return ShardlineProducer.builder()
                .client(client)
                .config(ProducerConfig.builder()
                        .linger(Duration.ofMillis(1))
                        .maxAggregateCount(20)
                        .requestTimeout(requestTimeout)
                        .build())
                .build();
    }

    private static List<CompletableFuture<PutReceipt>> putAll(ShardlineProducer producer) {
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            byte[] data = String.valueOf(i).getBytes(StandardCharsets.UTF_8);
            puts.add(producer.put("s", UserRecord.of("key-" + i % KEYS, data)));
        }
        return puts;
    }

    /** Everything is there, first occurrences in order, and each further copy has an attempt that may have written it. */
    private static void checkAccount(List<AggregateEntry> stored, List<CompletableFuture<PutReceipt>> puts) {
        Map<String, Integer> copies = new LinkedHashMap<>();
        stored.forEach(entry -> copies.merge(new String(entry.data(), StandardCharsets.UTF_8), 1, Integer::sum));
        Map<Integer, List<Integer>> firstByKey =
                copies.keySet().stream().map(Integer::valueOf).collect(Collectors.groupingBy(number -> number % KEYS));
        assertThat(firstByKey).hasSize(KEYS);
        firstByKey.values().forEach(numbers -> assertThat(numbers).isSorted().hasSize(RECORDS / KEYS));
        for (int i = 0; i < RECORDS; i++) {
            long unknown = puts.get(i).join().failedAttempts().stream()
                    .filter(Attempt::mayHaveBeenWritten)
                    .count();
            assertThat(copies.get(String.valueOf(i))).isBetween(1, 1 + (int) unknown);
        }
    }
}
