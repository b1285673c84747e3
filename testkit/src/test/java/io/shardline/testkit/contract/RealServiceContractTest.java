package io.shardline.testkit.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * The contract on the service itself, which costs money and takes long: only with {@code -Dshardline.contract.region=REGION}
 * and credentials where the SDK looks for them.
 *
 * <p>Its streams have names with a random part that no other run has, and are the only ones that it deletes. Confined to one
 * thread.
 */
@Timeout(900)
class RealServiceContractTest implements WholeContract {

    private static final String SWITCH = "shardline.contract.region";

    /** Control operations are limited to a few a second, and reads of a shard to five. */
    private static final Duration PACE = Duration.ofMillis(350);

    private static final String PREFIX = "shardline-contract-" + UUID.randomUUID() + "-";

    private static RemoteKinesis.@Nullable Endpoint endpoint;

    private final Kinesis kinesis = new RemoteKinesis(endpoint);

    @BeforeAll
    static void start() {
        String region = System.getProperty(SWITCH, "");
        String whyNot = region.isEmpty() ? "-D" + SWITCH + "=... is not given" : missingCredentials();
        if (!whyNot.isEmpty()) {
            RemoteClients.saySkipped("the real service", whyNot);
        }
        assumeTrue(whyNot.isEmpty(), whyNot);
        endpoint = new RemoteKinesis.Endpoint(
                KinesisAsyncClient.builder().region(Region.of(region)).build(), PREFIX, Duration.ofMinutes(5), PACE);
    }

    private static String missingCredentials() {
        try (DefaultCredentialsProvider provider =
                DefaultCredentialsProvider.builder().build()) {
            provider.resolveCredentials();
            return "";
        } catch (SdkClientException e) {
            return "there are no credentials: " + e.getMessage();
        }
    }

    @AfterAll
    static void stop() {
        if (endpoint != null) {
            endpoint.close();
        }
    }

    @Override
    public Kinesis kinesis() {
        return kinesis;
    }
}
