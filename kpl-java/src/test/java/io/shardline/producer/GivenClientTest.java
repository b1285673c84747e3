package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;

class GivenClientTest {

    @Test
    void clientThatRetriesIsRefused() {
        try (KinesisAsyncClient client = realClient().build()) {
            assertThatThrownBy(() -> ShardlineProducer.builder().client(client).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("attempts per call")
                    .hasMessageContaining("doNotRetry");
        }
    }

    @Test
    void clientThatDoesNotRetryIsTakenAndNotClosed() {
        try (KinesisAsyncClient client = realClient()
                .overrideConfiguration(settings -> settings.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build()) {
            ShardlineProducer producer =
                    ShardlineProducer.builder().client(client).build();
            assertThat(producer.closeAsync(Duration.ZERO).join().isDrained()).isTrue();
            assertThatCode(() -> client.listShards(r -> {})).doesNotThrowAnyException();
        }
    }

    private static KinesisAsyncClientBuilder realClient() {
        return KinesisAsyncClient.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(URI.create("http://localhost:9"))
                .credentialsProvider(AnonymousCredentialsProvider.create());
    }
}
