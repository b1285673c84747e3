package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;

/** Failures before anything was sent: the record was surely not written, and want of credentials is no lost endpoint. */
@Timeout(60)
class NothingSentTest {

    @Test
    void sdkSaysThatItHasNoCredentials() throws Exception {
        ServiceFailure failure = realFailure(
                freePort(),
                builder -> builder.credentialsProvider(
                        AwsCredentialsProviderChain.of(SystemPropertyCredentialsProvider.create())));

        assertThat(failure.code()).as(failure.message()).isEqualTo("NoCredentials");
        assertThat(RetryClassifier.ofRequest(failure)).isEqualTo(new Verdict.Retry(false));
        assertThat(RetryClassifier.isEndpointFailure(failure)).isFalse();
    }

    @Test
    void connectionThatIsRefusedCarriedNothing() throws Exception {
        ServiceFailure failure =
                realFailure(freePort(), builder -> builder.credentialsProvider(AnonymousCredentialsProvider.create()));

        assertThat(failure.code()).as(failure.message()).isEqualTo("NoConnection");
        assertThat(RetryClassifier.ofRequest(failure)).isEqualTo(new Verdict.Retry(false));
        assertThat(RetryClassifier.isEndpointFailure(failure)).isTrue();
    }

    @Test
    void onlyWhatWasSurelyNotSentIsTakenForIt() {
        assertThat(code(SdkClientException.create("x", new UnknownHostException("nowhere"))))
                .isEqualTo("NoConnection");
        assertThat(code(SdkClientException.create(
                        "x",
                        new IOException("Acquire operation took longer than the configured maximum time. This ..."))))
                .isEqualTo("NoConnection");
        assertThat(code(SdkClientException.create("x", new IOException("Connection reset"))))
                .isEqualTo("NoAnswer");
        assertThat(code(new IOException("x", new ConnectException("refused")))).isEqualTo("IOException");
        assertThat(code(SdkClientException.create("about: Unable to load credentials")))
                .isEqualTo("NoAnswer");
    }

    @Test
    void recordsWithoutCredentialsExpireUnwrittenAndTheEndpointIsNotLost() {
        ProducerConfig config = ProducerConfig.builder()
                .recordTtl(Duration.ofSeconds(20))
                .linger(Duration.ZERO)
                .build();
        ProducerWorld world = ProducerWorld.healthy(config, 4).warm();
        world.client.check = request -> {
            throw SdkClientException.create("Unable to load credentials from any of the providers in the chain");
        };
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            puts.add(world.producer.put(STREAM, UserRecord.of("key-" + i, new byte[1])));
            world.advance(Duration.ofMillis(100));
        }
        assertThat(world.producer.statistics().endpointLost()).isFalse();
        world.advance(Duration.ofSeconds(12));
        PutFailedException failed = world.failure(puts.get(0));

        assertThat(failed.reason()).isEqualTo(FailureReason.EXPIRED);
        assertThat(failed.mayHaveBeenWritten()).isFalse();
        assertThat(failed).hasMessageContaining("NoCredentials: Unable to load credentials");
        world.client.check = request -> {};
        world.get(puts.get(99));
    }

    private static String code(Throwable thrown) {
        return ServiceFailure.of(thrown).code();
    }

    private static ServiceFailure realFailure(int port, Consumer<KinesisAsyncClientBuilder> settings) {
        KinesisAsyncClientBuilder builder = KinesisAsyncClient.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(URI.create("http://localhost:" + port))
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()));
        settings.accept(builder);
        try (KinesisAsyncClient client = builder.build()) {
            client.listShards(r -> r.streamName(STREAM)).join();
        } catch (CompletionException | SdkClientException e) {
            return ServiceFailure.of(e);
        }
        throw new AssertionError("nobody should have answered");
    }

    /** Where nobody listens. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
