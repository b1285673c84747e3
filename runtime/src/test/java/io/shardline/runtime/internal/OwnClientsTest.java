package io.shardline.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
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
        server.createContext("/", this::refuse);
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
    void beforeAnEndpointOfOnesOwnTheMetadataServiceIsNotAsked() {
        setProperty("aws.disableEc2Metadata", "false");
        setProperty("aws.ec2MetadataServiceEndpoint", here().toString());
        setProperty("aws.configFile", "nowhere");
        setProperty("aws.sharedCredentialsFile", "nowhere");
        clients.endpoint(here());
        try (KinesisAsyncClient client = build()) {
            client.listStreams().handle((answer, failure) -> failure).join();
        }
        assertThat(requests).noneMatch(request -> request.contains("meta-data") || request.contains("api/token"));
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

    private void setProperty(String name, String value) {
        String before = System.setProperty(name, value);
        changed.put(name, before == null ? "" : before);
    }
}
