package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

    @Test
    void settingsForAnotherClientAreRefused() {
        try (KinesisAsyncClient client = realClient()
                .overrideConfiguration(settings -> settings.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build()) {
            assertThatThrownBy(() -> ShardlineProducer.builder()
                            .client(client)
                            .region("eu-central-1")
                            .build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("region cannot be set beside a client");
            assertThatThrownBy(() -> ShardlineProducer.builder()
                            .kinesisEndpoint(URI.create("http://localhost:9"))
                            .client(client)
                            .build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("kinesisEndpoint cannot be set beside a client");
        }
    }

    @Test
    void theProducersOwnClientIsMadeAsToldAndClosedWithIt() {
        List<KinesisAsyncClientBuilder> builders = new ArrayList<>();
        ShardlineProducer producer = ShardlineProducer.builder()
                .endpoint(URI.create("http://localhost:9"))
                .region("eu-central-1")
                .credentials(AnonymousCredentialsProvider.create())
                .customizeKinesis(builders::add)
                .build();
        producer.close();
        assertThat(builders.get(0).overrideConfiguration().apiCallTimeout())
                .contains(ProducerConfig.defaults().requestTimeout());
    }

    private static KinesisAsyncClientBuilder realClient() {
        return KinesisAsyncClient.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(URI.create("http://localhost:9"))
                .credentialsProvider(AnonymousCredentialsProvider.create());
    }
}
