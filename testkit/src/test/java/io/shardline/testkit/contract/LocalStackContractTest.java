package io.shardline.testkit.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The contract on LocalStack 4.14.0, the last image that needs no account, but for its known deviations.
 *
 * <p>Its Kinesis is an older kinesis-local behind a proxy of its own; what it does was read there and not run, so its list
 * holds only what takes too long. Confined to one thread.
 */
@Timeout(120)
class LocalStackContractTest implements WholeContract {

    private static final DockerImageName IMAGE = DockerImageName.parse("localstack/localstack:4.14.0");

    private static @Nullable LocalStackContainer container;
    private static RemoteKinesis.@Nullable Endpoint endpoint;

    @RegisterExtension
    static final Deviations DEVIATIONS = KinesisLocalDeviations.inLocalStack();

    private final Kinesis kinesis = new RemoteKinesis(endpoint);

    @BeforeAll
    static void start() {
        boolean docker = DockerClientFactory.instance().isDockerAvailable();
        if (!docker) {
            RemoteClients.saySkipped("LocalStack", "there is no Docker here");
        }
        assumeTrue(docker, "there is no Docker here");
        LocalStackContainer started =
                new LocalStackContainer(IMAGE).withServices("kinesis").withEnv("KINESIS_SHARD_LIMIT", "1000");
        container = started;
        started.start();
        endpoint = new RemoteKinesis.Endpoint(
                RemoteClients.local(started.getEndpoint()), "contract-", Duration.ofSeconds(30), Duration.ZERO);
    }

    @AfterAll
    static void stop() {
        if (endpoint != null) {
            endpoint.close();
        }
        if (container != null) {
            container.stop();
        }
    }

    @Override
    public Kinesis kinesis() {
        return kinesis;
    }
}
