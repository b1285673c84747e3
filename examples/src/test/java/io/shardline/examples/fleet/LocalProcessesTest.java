package io.shardline.examples.fleet;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardline.emulators.DynamoDbLocal;
import io.shardline.emulators.KinesisLocal;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** At kinesis-local and DynamoDB Local, where Node and npm are. Confined to one thread. */
class LocalProcessesTest extends EndpointScenarios {

    private static @Nullable KinesisLocal kinesis;
    private static @Nullable DynamoDbLocal dynamoDb;

    @BeforeAll
    static void start() {
        Optional<String> whyNot = KinesisLocal.whyUnavailable().or(DynamoDbLocal::whyUnavailable);
        assumeTrue(whyNot.isEmpty(), () -> whyNot.orElse(""));
        kinesis = KinesisLocal.start();
        dynamoDb = DynamoDbLocal.start();
    }

    @AfterAll
    static void stop() {
        if (dynamoDb != null) {
            dynamoDb.close();
        }
        if (kinesis != null) {
            kinesis.close();
        }
    }

    @Override
    URI kinesis() {
        return Objects.requireNonNull(kinesis).endpoint();
    }

    @Override
    URI dynamoDb() {
        return Objects.requireNonNull(dynamoDb).endpoint();
    }
}
