package io.shardline.examples.fleet;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * At LocalStack, where Docker is.
 *
 * <p>{@code LOCALSTACK_IMAGE} names another image, and {@code LOCALSTACK_AUTH_TOKEN} is the token that newer ones want.
 * Confined to one thread.
 */
class LocalStackTest extends EndpointScenarios {

    /** The last that needs no account. */
    private static final String IMAGE = "localstack/localstack:4.14.0";

    private static final String TOKEN = "LOCALSTACK_AUTH_TOKEN";

    private static @Nullable LocalStackContainer container;

    @BeforeAll
    static void start() {
        boolean docker = DockerClientFactory.instance().isDockerAvailable();
        if (!docker) {
            System.out.println("skipped: the programs at LocalStack: there is no Docker here");
        }
        assumeTrue(docker, "there is no Docker here");
        String image = Optional.ofNullable(System.getenv("LOCALSTACK_IMAGE")).orElse(IMAGE);
        LocalStackContainer localStack = new LocalStackContainer(
                        DockerImageName.parse(image).asCompatibleSubstituteFor("localstack/localstack"))
                .withServices("kinesis", "dynamodb");
        Optional.ofNullable(System.getenv(TOKEN)).ifPresent(token -> localStack.withEnv(TOKEN, token));
        localStack.start();
        container = localStack;
    }

    @AfterAll
    static void stop() {
        if (container != null) {
            container.stop();
        }
    }

    @Override
    URI kinesis() {
        return Objects.requireNonNull(container, "started before the tests").getEndpoint();
    }

    @Override
    URI dynamoDb() {
        return kinesis();
    }
}
