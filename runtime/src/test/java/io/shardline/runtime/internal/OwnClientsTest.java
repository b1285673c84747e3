package io.shardline.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedClientOption;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;

/** What clients are made of, seen from their settings and from a server that speaks HTTP/1.1 only. */
@Timeout(60)
class OwnClientsTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Map<String, String> changed = new TreeMap<>();
    private final OwnClients clients = new OwnClients("shardline-test");
    private final OwnClients.Service<KinesisAsyncClientBuilder> kinesis = new OwnClients.Service<>();
    private HttpServer server = startNothing();

    private static HttpServer startNothing() {
        try {
            return HttpServer.create();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void start() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        changed.forEach((property, before) -> {
            if (before.isEmpty()) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        });
    }

    @Test
    void aPlainEndpointIsSpokenToInHttp11OnceAndByOurName() {
        clients.endpoint(here());
        clients.credentials(CREDENTIALS);
        try (KinesisAsyncClient client = build()) {
            assertThatThrownBy(() -> client.listStreams().join()).isInstanceOf(CompletionException.class);
        }
        assertThat(requests).hasSize(1);
        assertThat(requests.get(0))
                .startsWith("HTTP/1.1 shardline-test/")
                .doesNotContain("${")
                .contains("aws-sdk-java");
    }

    @Test
    void theServicesOwnEndpointGoesBeforeTheOneForAll() {
        clients.endpoint(URI.create("http://localhost:1"));
        clients.credentials(CREDENTIALS);
        kinesis.endpoint("kinesisEndpoint", here());
        try (KinesisAsyncClient client = build()) {
            assertThat(client.serviceClientConfiguration().endpointOverride()).contains(here());
        }
    }

    @Test
    void regionAndCredentialsAreTheGivenOnes() {
        clients.endpoint(here());
        clients.region(Region.EU_CENTRAL_1);
        clients.credentials(CREDENTIALS);
        try (KinesisAsyncClient client = build()) {
            KinesisServiceClientConfiguration made = client.serviceClientConfiguration();
            assertThat(made.region()).isEqualTo(Region.EU_CENTRAL_1);
            assertThat(made.credentialsProvider()).isSameAs(CREDENTIALS);
        }
    }

    @Test
    void aCustomizerCannotBringBackRetriesNorLiftTheLimitNorHideOurName() {
        clients.region(Region.EU_CENTRAL_1);
        clients.credentials(CREDENTIALS);
        kinesis.customize(
                "customizeKinesis",
                builder -> builder.overrideConfiguration(settings -> settings.retryStrategy(
                                StandardRetryStrategy.builder().maxAttempts(9).build())
                        .apiCallTimeout(Duration.ofDays(1))
                        .apiCallAttemptTimeout(Duration.ofSeconds(3))
                        .putAdvancedOption(SdkAdvancedClientOption.USER_AGENT_PREFIX, "somebody")));
        try (KinesisAsyncClient client = build()) {
            ClientOverrideConfiguration made =
                    client.serviceClientConfiguration().overrideConfiguration();
            assertThat(KinesisClients.requireOneAttempt(client, "")).isSameAs(client);
            assertThat(made.apiCallTimeout()).contains(LIMIT);
            assertThat(made.apiCallAttemptTimeout()).contains(Duration.ofSeconds(3));
            assertThat(made.advancedOption(SdkAdvancedClientOption.USER_AGENT_PREFIX))
                    .hasValueSatisfying(name -> assertThat(name).startsWith("shardline-test/"));
        }
    }

    @Test
    void aCustomizerSetsTheLimitOfACallWhereItMay() {
        clients.region(Region.EU_CENTRAL_1);
        clients.credentials(CREDENTIALS);
        kinesis.choosingCallTimeout();
        try (KinesisAsyncClient client = build()) {
            assertThat(client.serviceClientConfiguration()
                            .overrideConfiguration()
                            .apiCallTimeout())
                    .contains(LIMIT);
        }
        kinesis.customize(
                "customizeKinesis",
                builder -> builder.overrideConfiguration(settings -> settings.apiCallTimeout(Duration.ofSeconds(30))));
        try (KinesisAsyncClient client = build()) {
            assertThat(client.serviceClientConfiguration()
                            .overrideConfiguration()
                            .apiCallTimeout())
                    .contains(Duration.ofSeconds(30));
        }
    }

    @Test
    void beforeAnEndpointOfOnesOwnTheMetadataServiceIsNotAsked() {
        setProperty("aws.disableEc2Metadata", "false");
        setProperty("aws.ec2MetadataServiceEndpoint", here().toString());
        hideConfiguration();
        clients.endpoint(here());
        try (KinesisAsyncClient client = build()) {
            client.listStreams().handle((answer, failure) -> failure).join();
        }
        assertThat(requests).noneMatch(request -> request.contains("meta-data") || request.contains("api/token"));
    }

    @Test
    void withoutCredentialsAMessageNamesTheEndpointAndWhatWasAsked() {
        hideConfiguration();
        clients.endpoint(here());
        try (KinesisAsyncClient client = build()) {
            Throwable failure =
                    client.listStreams().handle((answer, thrown) -> thrown).join();
            assertThat(ServiceErrors.lacksCredentials(failure)).isTrue();
            assertThat(ServiceErrors.message(failure))
                    .contains(here().toString())
                    .contains("environment variables")
                    .contains("web identity")
                    .contains("container")
                    .contains("the instance metadata service is not asked");
        }
        assertThat(requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://kinesis.test:4566", "https://localhost:4566", "https://vpce-1.kinesis.eu-west-3.test"})
    void theContainersRoleIsUsedAtEveryEndpoint(String address) {
        hideConfiguration();
        setProperty("aws.containerCredentialsFullUri", here() + "/role");
        clients.endpoint(URI.create(address));
        clients.region(Region.EU_WEST_3);
        try (KinesisAsyncClient client = build()) {
            assertThat(credentialsOf(client).accessKeyId()).isEqualTo("container-key");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://kinesis.test:4566", "https://localhost:4566", "https://vpce-1.kinesis.eu-west-3.test"})
    void theWebIdentityTokenIsAskedAtEveryEndpoint(String address) {
        hideConfiguration();
        setProperty("aws.webIdentityTokenFile", "nowhere");
        setProperty("aws.roleArn", "arn:aws:iam::123456789012:role/reader");
        clients.endpoint(URI.create(address));
        clients.region(Region.EU_WEST_3);
        try (KinesisAsyncClient client = build()) {
            // Without the STS module the SDK says what is missing; that it says so shows that it was asked.
            assertThatThrownBy(() -> credentialsOf(client)).hasStackTraceContaining("'sts' service module");
        }
    }

    @Test
    void atAVpcEndpointRegionAndRoleAreTheInstances() {
        hideConfiguration();
        setProperty("aws.disableEc2Metadata", "false");
        setProperty("aws.ec2MetadataServiceEndpoint", here().toString());
        clients.endpoint(URI.create("https://vpce-1.kinesis.eu-west-3.test"));
        try (KinesisAsyncClient client = build()) {
            assertThat(client.serviceClientConfiguration().region()).isEqualTo(Region.EU_WEST_3);
            assertThat(credentialsOf(client).accessKeyId()).isEqualTo("instance-key");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://localhost:1",
                "https://LOCALHOST",
                "https://kinesis.localhost",
                "https://localhost.localstack.cloud:4566",
                "https://127.0.0.1:1",
                "https://127.1.2.3",
                "https://[::1]:1"
            })
    void aLoopbackAddressIsTakenForOne(String address) {
        assertThat(LocalEndpoint.isLoopback(URI.create(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://kinesis.eu-west-3.amazonaws.com",
                "https://10.0.0.1",
                "https://localhosts",
                "https://[::2]"
            })
    void anyOtherAddressIsNot(String address) {
        assertThat(LocalEndpoint.isLoopback(URI.create(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:4566", "ftp://localhost", "http:///path", "kinesis", "http://"})
    void whatIsNoWebAddressIsRefused(String address) {
        assertThatThrownBy(() -> clients.endpoint(new URI(address.equals("http://") ? "http:/" : address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "endpoint must be an http or https address such as http://localhost:4566, was '");
    }

    @Test
    void whatWasChosenIsRefusedBesideWhatIsFinished() {
        clients.refuseBeside("a client");
        kinesis.refuseBeside("a client");
        clients.endpoint(here());
        clients.region(Region.EU_CENTRAL_1);
        kinesis.customize("customizeKinesis", builder -> {});
        assertThatThrownBy(() -> clients.refuseBeside("a client"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("endpoint, region cannot be set beside a client, which is finished already;"
                        + " leave out the one or the other");
        assertThatThrownBy(() -> kinesis.refuseBeside("a client")).hasMessageStartingWith("customizeKinesis cannot");
    }

    private KinesisAsyncClient build() {
        return clients.build(KinesisAsyncClient.builder(), kinesis, LIMIT);
    }

    private URI here() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void refuse(HttpExchange exchange) throws IOException {
        List<String> words = new ArrayList<>();
        words.add(exchange.getProtocol());
        words.add(String.valueOf(exchange.getRequestHeaders().getFirst("User-Agent")));
        words.add(exchange.getRequestURI().toString());
        requests.add(String.join(" ", words));
        exchange.sendResponseHeaders(400, -1);
        exchange.close();
    }

    /** Answers as a container's or a machine's metadata service, and refuses everything else. */
    private void answer(HttpExchange exchange) throws IOException {
        String role = "{\"Code\":\"Success\",\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"secret\",\"Token\":\"token\","
                + "\"Expiration\":\"2099-01-01T00:00:00Z\"}";
        Map<String, String> answers = Map.of(
                "/role", role.formatted("container-key"),
                "/latest/api/token", "session",
                "/latest/meta-data/iam/security-credentials-extended/", "machine",
                "/latest/meta-data/iam/security-credentials-extended/machine", role.formatted("instance-key"),
                "/latest/meta-data/iam/security-credentials/", "machine",
                "/latest/meta-data/iam/security-credentials/machine", role.formatted("instance-key"),
                "/latest/dynamic/instance-identity/document", "{\"region\":\"eu-west-3\"}");
        String found = answers.get(exchange.getRequestURI().getPath());
        if (found == null) {
            refuse(exchange);
            return;
        }
        byte[] body = found.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static AwsCredentialsIdentity credentialsOf(KinesisAsyncClient client) {
        return client.serviceClientConfiguration()
                .credentialsProvider()
                .resolveIdentity()
                .join();
    }

    /** Nothing of this machine's own configuration is found; variables of the environment cannot be hidden. */
    private void hideConfiguration() {
        assumeThat(System.getenv())
                .doesNotContainKeys("AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_WEB_IDENTITY_TOKEN_FILE");
        setProperty("aws.configFile", "nowhere");
        setProperty("aws.sharedCredentialsFile", "nowhere");
    }

    private void setProperty(String name, String value) {
        String before = System.setProperty(name, value);
        changed.put(name, before == null ? "" : before);
    }
}
