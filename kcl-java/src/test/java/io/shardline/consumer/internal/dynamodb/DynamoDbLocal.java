package io.shardline.consumer.internal.dynamodb;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardline.consumer.DynamoDbTable;
import io.shardline.runtime.SystemPlatform;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * Amazon's DynamoDB Local inside the test's JVM: in memory, on the loopback interface, on a free port.
 *
 * <p>It is put together here and not by its own starter, which listens on all interfaces. Its telemetry is never set up, and
 * the classes it would need are not on the class path. Started once for all tests, ended with the JVM. Thread-safe.
 */
public final class DynamoDbLocal {

    /** Generous: the machine that runs the tests may be busy. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    private static final AtomicInteger TABLES = new AtomicInteger();

    private DynamoDbLocal() {}

    /** Initialised at the first use. */
    private static final class Running {
        static final SystemPlatform PLATFORM = SystemPlatform.start("dynamodb-local", 1);
        static final String PROBLEM;
        static final DynamoDbAsyncClient CLIENT;

        static {
            String problem = "";
            URI endpoint = URI.create("http://127.0.0.1:1");
            try {
                endpoint = startServer();
            } catch (Exception | LinkageError e) {
                problem = "DynamoDB Local does not start here: " + e;
            }
            PROBLEM = problem;
            CLIENT = newClient(endpoint);
        }
    }

    private static URI startServer() throws Exception {
        // Its logging front end has no back end here; this one logs errors only.
        System.setProperty("log4j2.loggerContextFactory", "org.apache.logging.log4j.simple.SimpleLoggerContextFactory");
        Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.setHandler(
                new LocalDynamoDBServerHandler(new LocalDynamoDBRequestHandler(0, true, null, true, false), "*"));
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
        return URI.create("http://127.0.0.1:" + ((ServerConnector) server.getConnectors()[0]).getLocalPort());
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception e) {
            System.err.println("DynamoDB Local did not stop: " + e);
        }
    }

    /** A client for it; skips the test where it does not run. */
    public static DynamoDbAsyncClient client() {
        assumeTrue(Running.PROBLEM.isEmpty(), () -> Running.PROBLEM);
        return Running.CLIENT;
    }

    /** A client as the consumer's own would be, for any endpoint. */
    static DynamoDbAsyncClient newClient(URI endpoint, ExecutionInterceptor... interceptors) {
        return DynamoDbAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .overrideConfiguration(settings -> settings.retryStrategy(AwsRetryStrategy.doNotRetry())
                        .executionInterceptors(List.of(interceptors)))
                .build();
    }

    /** A client with the SDK's default retries. */
    static DynamoDbAsyncClient newClientThatRetries() {
        return DynamoDbAsyncClient.builder()
                .region(Region.US_EAST_1)
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .build();
    }

    /** Threads for preparing tables. */
    static SystemPlatform platform() {
        return Running.PLATFORM;
    }

    /** Settings with a table name that no other test has. */
    static DynamoDbTable.Builder newTable() {
        return table("leases-" + TABLES.incrementAndGet());
    }

    static DynamoDbTable.Builder table(String name) {
        return DynamoDbTable.builder(name).callTimeout(CALL_TIMEOUT);
    }

    /** A store on an empty table of its own. */
    public static DynamoDbLeaseStore newStore() {
        return newStore(newTable().build(), (key, what) -> {});
    }

    static DynamoDbLeaseStore newStore(DynamoDbTable table, RowReports.Sink sink) {
        DynamoDbLeaseStore store = new DynamoDbLeaseStore(client(), table, new RowReports(sink));
        store.prepare(platform().platform()).join();
        return store;
    }
}
