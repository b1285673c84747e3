package io.shardline.examples.tools;

import io.shardline.consumer.ShardlineConsumer;
import io.shardline.producer.ShardlineProducer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
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

    /** How long one call of a program's own may take, with the SDK's retries; tests on busy machines have another limit. */
    static final Duration CALL_LIMIT = Duration.parse(System.getProperty("examples.call.limit", "PT10S"));

    /** A mistyped region would be an unknown host at best. */
    private static final Pattern REAL_REGION = Pattern.compile("[a-z]{2,4}(-[a-z]+)+-\\d{1,2}");

    private static final Pattern LOOPBACK = Pattern.compile("(?i)localhost(\\..+)?|127\\..+|\\[::1]");

    /** Where tests have what they call the real services. */
    private static final String REAL_KINESIS = "examples.aws.kinesis";

    private static final String REAL_DYNAMODB = "examples.aws.dynamodb";

    private static final String ANY_ENDPOINT = "AWS_ENDPOINT_URL";
    private static final String KINESIS_ENDPOINT = "AWS_ENDPOINT_URL_KINESIS";
    private static final String DYNAMODB_ENDPOINT = "AWS_ENDPOINT_URL_DYNAMODB";

    private static final List<String> PROXIES = List.of("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY");
    private static final int PLAIN_PORT = 80;
    private static final int TLS_PORT = 443;

    /** What emulators take, for who has no credentials at all. */
    private static final AwsCredentialsProvider ANYBODY =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description =
                    "Where the services are, for example http://localhost:4566. Default: AWS_ENDPOINT_URL, or the real"
                            + " ones.")
    private @Nullable URI endpoint;

    @Option(
            names = "--region",
            paramLabel = "NAME",
            description = "Default: AWS_REGION or the profile's; us-east-1 at an endpoint.")
    private @Nullable String regionName;

    /** Whether an option says where the services are. */
    public boolean haveEndpoint() {
        return endpoint != null;
    }

    /** Whether an option says which region it is. */
    public boolean haveRegion() {
        return regionName != null;
    }

    /** Refuses an environment that leads elsewhere than to the real services. */
    public void requireReal() {
        for (String variable : List.of(ANY_ENDPOINT, KINESIS_ENDPOINT, DYNAMODB_ENDPOINT)) {
            if (environment(variable) != null) {
                throw new IllegalArgumentException("the real services are wanted, and " + variable + " leads to '"
                        + environment(variable) + "'; unset it, or give --endpoint instead");
            }
        }
    }

    /** Where Kinesis is, for messages. */
    public String where() {
        URI address = kinesisEndpoint();
        return address == null ? "region " + region() : address + " (region " + region() + ")";
    }

    /** Where DynamoDB is, for messages. */
    public String whereDynamoDb(@Nullable URI given) {
        URI address = dynamoDbEndpoint(given);
        return address == null ? "region " + region() : address + " (region " + region() + ")";
    }

    /** Points a producer to the services. */
    public ShardlineProducer.Builder configure(ShardlineProducer.Builder producer) {
        producer.region(region()).credentials(credentials());
        URI address = kinesisAddress();
        return address == null ? producer : producer.endpoint(address);
    }

    /**
     * Points a consumer to the services.
     *
     * @param given where DynamoDB is, if an option says so
     */
    public ShardlineConsumer.Builder configure(ShardlineConsumer.Builder consumer, @Nullable URI given) {
        consumer.region(region()).credentials(credentials());
        URI kinesis = kinesisAddress();
        URI dynamoDb = dynamoDbAddress(given);
        if (kinesis != null) {
            consumer.kinesisEndpoint(kinesis);
        }
        return dynamoDb == null ? consumer : consumer.dynamoDbEndpoint(dynamoDb);
    }

    /** Kinesis for what libraries do not do: making, changing and looking at streams. */
    public Operator operator() {
        requireCredentials();
        requireOpen("Kinesis at " + where(), kinesisEndpoint());
        return new Operator(client(KinesisAsyncClient.builder(), kinesisAddress()), where());
    }

    /** Says what is wrong unless something listens where DynamoDB is said to be. */
    void requireDynamoDb(@Nullable URI given) {
        requireOpen("DynamoDB at " + whereDynamoDb(given), dynamoDbEndpoint(given));
    }

    /** DynamoDB for what libraries do not do: looking at tables and deleting them. */
    public DynamoDbAsyncClient dynamoDb(@Nullable URI given) {
        requireDynamoDb(given);
        return client(DynamoDbAsyncClient.builder(), dynamoDbAddress(given));
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

    /** The environment's are taken as options, so that the same rules hold for them. */
    private @Nullable URI kinesisEndpoint() {
        return endpoint != null ? endpoint : configured(KINESIS_ENDPOINT);
    }

    private @Nullable URI dynamoDbEndpoint(@Nullable URI given) {
        if (given != null) {
            return given;
        }
        return endpoint != null ? endpoint : configured(DYNAMODB_ENDPOINT);
    }

    private @Nullable URI kinesisAddress() {
        URI address = kinesisEndpoint();
        return address == null ? property(REAL_KINESIS) : address;
    }

    private @Nullable URI dynamoDbAddress(@Nullable URI given) {
        URI address = dynamoDbEndpoint(given);
        return address == null ? property(REAL_DYNAMODB) : address;
    }

    private static @Nullable URI configured(String variable) {
        String address = environment(variable) == null ? environment(ANY_ENDPOINT) : environment(variable);
        return address == null ? null : URI.create(address);
    }

    private static @Nullable String environment(String variable) {
        String value = System.getenv(variable);
        return value == null || value.isBlank() ? null : value;
    }

    private static @Nullable URI property(String name) {
        String address = System.getProperty(name);
        return address == null ? null : URI.create(address);
    }

    /**
     * Connects once and hangs up: the SDK's pool of connections now and then loses the news that a connection was refused, and
     * the call then ends by its time limit, which says less and takes long. A proxy would have to be asked instead.
     */
    private static void requireOpen(String where, @Nullable URI address) {
        if (address == null || PROXIES.stream().anyMatch(proxy -> environment(proxy) != null)) {
            return;
        }
        requireWeb(address);
        boolean tls = "https".equalsIgnoreCase(address.getScheme());
        int port = address.getPort() >= 0 ? address.getPort() : tls ? TLS_PORT : PLAIN_PORT;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.getHost(), port), (int) CALL_LIMIT.toMillis());
        } catch (IOException e) {
            throw new ToolException(Failures.unreachable(where, e), e);
        }
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
        if (isEmulator()) {
            return Region.of(Optional.ofNullable(regionName).orElseGet(Services::regionOfEmulators));
        }
        String name = regionName == null ? configuredRegion() : regionName;
        if (!REAL_REGION.matcher(name).matches()) {
            throw new IllegalArgumentException("a region is like eu-west-1, was '" + name + "'");
        }
        return Region.of(name);
    }

    /** At a VPC endpoint, which is an https one elsewhere, region and credentials are the real ones. */
    private boolean isEmulator() {
        URI address = kinesisEndpoint();
        return address != null
                && (!"https".equalsIgnoreCase(address.getScheme())
                        || address.getHost() == null
                        || LOOPBACK.matcher(address.getHost()).matches());
    }

    private static String regionOfEmulators() {
        return Optional.ofNullable(environment("AWS_REGION")).orElse("us-east-1");
    }

    private static String configuredRegion() {
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion().id();
        } catch (SdkClientException e) {
            throw new ToolException("no region: give --region, set AWS_REGION, or give --endpoint of an emulator", e);
        }
    }

    private AwsCredentialsProvider credentials() {
        return isEmulator()
                ? AwsCredentialsProviderChain.of(
                        EnvironmentVariableCredentialsProvider.create(), ProfileCredentialsProvider.create(), ANYBODY)
                : DefaultCredentialsProvider.builder().build();
    }

    private void requireCredentials() {
        try {
            credentials().resolveCredentials();
        } catch (SdkClientException e) {
            throw new ToolException(
                    "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give"
                            + " --endpoint of an emulator",
                    e);
        }
    }
}
