package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;

/** The HTTP client of a producer's own client does what the settings say, and not less by its own defaults. */
@Timeout(60)
class OwnHttpClientTest {

    /** More than the 50 that the SDK allows by default. */
    private static final int REQUESTS = 120;

    /** The SDK waits for what is read from Kinesis so long by default. */
    private static final int READ_TIMEOUT_SECONDS = 10;

    private LoopbackKinesis kinesis;

    @BeforeEach
    void listen() throws IOException {
        System.setProperty(SdkSystemSetting.CBOR_ENABLED.property(), "false");
        kinesis = new LoopbackKinesis();
    }

    @AfterEach
    void speakAsBefore() throws IOException {
        System.clearProperty(SdkSystemSetting.CBOR_ENABLED.property());
        kinesis.close();
    }

    @Test
    void asManyRequestsAreInFlightAsTheSettingSays() {
        ProducerConfig config = ProducerConfig.builder()
                .maxInFlightRequests(REQUESTS)
                .requestTimeout(Duration.ofMinutes(1))
                .build();
        kinesis.hold();
        try (ShardlineProducer producer = builder(config).build()) {
            for (int i = 0; i < REQUESTS; i++) {
                producer.put("stream-" + i, UserRecord.of("k", new byte[1]));
            }
            while (kinesis.requests.size() < REQUESTS) {
                Thread.onSpinWait();
            }
            kinesis.release();
        }
        assertThat(kinesis.requests).hasSize(REQUESTS);
    }

    @Test
    void answerIsWaitedForAsLongAsTheSettingSays() throws Exception {
        ProducerConfig config =
                ProducerConfig.builder().requestTimeout(Duration.ofMinutes(1)).build();
        kinesis.hold();
        try (ShardlineProducer producer = builder(config).build()) {
            CompletableFuture<PutReceipt> put = producer.put("flights", UserRecord.of("k", new byte[1]));

            assertThatThrownBy(() -> put.get(READ_TIMEOUT_SECONDS + 2, TimeUnit.SECONDS))
                    .isInstanceOf(TimeoutException.class);
            kinesis.release();
            assertThat(put.get().attempts()).isEqualTo(1);
        }
    }

    @Test
    void httpClientOfTheUsersOwnTakesItsPlace() {
        try (SdkAsyncHttpClient mine = NettyNioAsyncHttpClient.create();
                ShardlineProducer producer = builder(ProducerConfig.defaults())
                        .customizeKinesis(
                                client -> client.httpClientBuilder(null).httpClient(mine))
                        .build()) {
            producer.put("flights", UserRecord.of("k", new byte[1]));
        }
        assertThat(kinesis.requests).hasSize(1);
    }

    private ShardlineProducer.Builder builder(ProducerConfig config) {
        return ShardlineProducer.builder()
                .endpoint(kinesis.address())
                .region("us-east-1")
                .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
                .config(config);
    }
}
