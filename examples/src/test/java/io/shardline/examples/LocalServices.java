package io.shardline.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardline.emulators.DynamoDbLocal;
import io.shardline.emulators.KinesisLocal;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * One kinesis-local and one DynamoDB Local for all tests, which end with the JVM.
 *
 * <p>Thread-safe.
 */
public final class LocalServices {

    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

    private LocalServices() {}

    /** Initialised at the first use. */
    private static final class Running {

        static final Optional<String> WHY_NOT = KinesisLocal.whyUnavailable().or(DynamoDbLocal::whyUnavailable);
        static final URI KINESIS = WHY_NOT.isPresent()
                ? NOWHERE
                : KinesisLocal.start(Map.of("SHARD_LIMIT", "500")).endpoint();
        static final URI DYNAMO_DB =
                WHY_NOT.isPresent() ? NOWHERE : DynamoDbLocal.start().endpoint();
    }

    /** Where Kinesis is; skips the test where Node or npm is missing. */
    public static URI kinesis() {
        assumeTrue(Running.WHY_NOT.isEmpty(), () -> Running.WHY_NOT.orElse(""));
        return Running.KINESIS;
    }

    /** Where DynamoDB is; skips the test if there is none. */
    public static URI dynamoDb() {
        assumeTrue(Running.WHY_NOT.isEmpty(), () -> Running.WHY_NOT.orElse(""));
        return Running.DYNAMO_DB;
    }
}
