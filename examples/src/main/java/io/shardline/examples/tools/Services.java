package io.shardline.examples.tools;

import io.shardline.consumer.ShardlineConsumer;
import io.shardline.producer.ShardlineProducer;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsAsyncClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * The options that say where Kinesis and DynamoDB are, and what is made of them.
 *
 * <p>Confined to the thread that runs the program.
 */
public final class Services {

    /** How long one call of a program's own may take, with the SDK's retries. */
    static final Duration CALL_LIMIT = Duration.ofSeconds(10);

    /** What emulators take, for who has no credentials at all. */
    private static final AwsCredentialsProvider ANYBODY =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "Where the services are, for example http://localhost:4566. Default: the real ones.")
    private @Nullable URI endpoint;

    @Option(
            names = "--region",
            paramLabel = "NAME",
            description = "Default: AWS_REGION or the profile's; us-east-1 at an endpoint.")
    private @Nullable String regionName;

    /** Whether the services are not the real ones. */
    public boolean haveEndpoint() {
        return endpoint != null;
    }

    /** Where Kinesis is, for messages. */
    public String where() {
        return endpoint == null ? "region " + region() : endpoint.toString();
    }

    /** Points a producer to the services. */
    public ShardlineProducer.Builder configure(ShardlineProducer.Builder producer) {
        producer.region(region()).credentials(credentials());
        return endpoint == null ? producer : producer.endpoint(endpoint);
    }

    /** Points a consumer to the services, and to another DynamoDB if there is one. */
    public ShardlineConsumer.Builder configure(ShardlineConsumer.Builder consumer, @Nullable URI dynamoDbEndpoint) {
        consumer.region(region()).credentials(credentials());
        if (endpoint != null) {
            consumer.endpoint(endpoint);
        }
        return dynamoDbEndpoint == null ? consumer : consumer.dynamoDbEndpoint(dynamoDbEndpoint);
    }

    /** Kinesis for what libraries do not do: making, changing and looking at streams. */
    public Operator operator() {
        requireCredentials();
        return new Operator(client(KinesisAsyncClient.builder(), endpoint), where());
    }

    /** DynamoDB for what libraries do not do: deleting tables. */
    public DynamoDbAsyncClient dynamoDb(@Nullable URI dynamoDbEndpoint) {
        return client(DynamoDbAsyncClient.builder(), dynamoDbEndpoint == null ? endpoint : dynamoDbEndpoint);
    }

    private <B extends AwsAsyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C client(
            B builder, @Nullable URI address) {
        builder.region(region())
                .credentialsProvider(credentials())
                .overrideConfiguration(settings -> settings.apiCallTimeout(CALL_LIMIT));
        if (address != null) {
            requireWeb(address);
            builder.endpointOverride(address);
            if ("http".equalsIgnoreCase(address.getScheme())) {
                builder.httpClientBuilder(NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1));
            }
        }
        return builder.build();
    }

    /** The SDK would fail later, and say less. */
    private static void requireWeb(URI address) {
        String scheme = String.valueOf(address.getScheme());
        if (!scheme.matches("(?i)https?") || address.getHost() == null) {
            throw new IllegalArgumentException(
                    "an endpoint is an http or https address such as http://localhost:4566, was '" + address + "'");
        }
    }

    private Region region() {
        if (regionName != null) {
            return Region.of(regionName);
        }
        if (endpoint != null) {
            return Region.of(Optional.ofNullable(System.getenv("AWS_REGION")).orElse("us-east-1"));
        }
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion();
        } catch (SdkClientException e) {
            throw new ToolException("no region: give --region, set AWS_REGION, or give --endpoint of an emulator", e);
        }
    }

    private AwsCredentialsProvider credentials() {
        return endpoint == null
                ? DefaultCredentialsProvider.builder().build()
                : AwsCredentialsProviderChain.of(
                        EnvironmentVariableCredentialsProvider.create(), ProfileCredentialsProvider.create(), ANYBODY);
    }

    private void requireCredentials() {
        try {
            credentials().resolveCredentials();
        } catch (SdkClientException e) {
            throw new ToolException(
                    "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give --endpoint"
                            + " of an emulator",
                    e);
        }
    }
}
