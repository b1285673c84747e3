package io.shardline.examples.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardline.examples.BadService;
import io.shardline.examples.LocalServices;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** What the programs say when a service cannot be used: one line with the value and what to do. Confined to one thread. */
@Tag("processes")
@Timeout(120)
class BadServicesTest {

    private static final AwsCredentialsProvider ANYBODY =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final String WORKER = "worker --application a --from TRIM_HORIZON";

    private final String name = "bad-" + NAMES.incrementAndGet();
    private final Captured captured = new Captured();

    /** So that {@link BadService} can answer in JSON. */
    @BeforeEach
    void speakJson() {
        System.setProperty("aws.cborEnabled", "false");
    }

    @AfterEach
    void speakAsUsual() {
        System.clearProperty("aws.cborEnabled");
    }

    @ParameterizedTest
    @ValueSource(strings = {"put", WORKER, "reshard --split shardId-000000000000"})
    void aStreamInAnotherRegionIsNamedWithTheRegion(String program) {
        URI kinesis = LocalServices.kinesis();
        createStream();

        assertThat(failure(program + " --stream " + name + " --region eu-west-1 --endpoint " + kinesis))
                .contains("there is no stream '" + name + "' at " + kinesis + " (region eu-west-1): ")
                .contains("correct --stream, --endpoint or --region");
    }

    @ParameterizedTest
    @ValueSource(strings = {"put", WORKER, "create-stream", "reshard --split shardId-000000000000"})
    void aMissingPermissionIsNamed(String program) {
        try (BadService kinesis = BadService.refusing("AccessDeniedException")) {
            assertThat(failure(program + " --stream " + name + " --endpoint " + kinesis.endpoint()))
                    .contains(
                            "Kinesis at " + kinesis.endpoint() + " (region us-east-1) refused: AccessDeniedException: ")
                    .contains("may not call Kinesis_20131202.")
                    .endsWith("; allow it, or use other credentials");
        }
    }

    @Test
    void credentialsThatAreNoneAreNamed() {
        try (BadService kinesis = BadService.refusing("UnrecognizedClientException")) {
            assertThat(failure("put --stream " + name + " --endpoint " + kinesis.endpoint()))
                    .contains("refused: UnrecognizedClientException: ")
                    .endsWith("; check the credentials");
        }
    }

    @Test
    void aKinesisThatStaysSilentIsGivenUpAfterTheLimit() {
        try (BadService kinesis = BadService.silent()) {
            assertThat(failure("put --stream " + name + " --endpoint " + kinesis.endpoint()))
                    .contains("Kinesis at " + kinesis.endpoint() + " (region us-east-1) did not answer within "
                            + Services.CALL_LIMIT.toSeconds() + " s: check --endpoint");
        }
    }

    @Test
    void aLeaseTableThatMayNotBeUsedEndsTheWorker() {
        try (BadService dynamoDb = BadService.refusing("AccessDeniedException")) {
            assertThat(workerFailure(dynamoDb.endpoint())).contains("AccessDeniedException");
        }
    }

    @Test
    void aDynamoDbThatStaysSilentEndsTheWorker() {
        try (BadService dynamoDb = BadService.silent()) {
            workerFailure(dynamoDb.endpoint());
        }
    }

    @Test
    void aDynamoDbThatRefusesConnectionsEndsTheWorker() {
        assertThat(workerFailure(URI.create("http://127.0.0.1:1"))).contains("refused");
    }

    @Test
    void aTableOfAnotherShapeEndsTheWorkerAndIsNamed() {
        try (DynamoDbAsyncClient dynamoDb = DynamoDbAsyncClient.builder()
                .endpointOverride(LocalServices.dynamoDb())
                .region(Region.US_EAST_1)
                .credentialsProvider(ANYBODY)
                .build()) {
            dynamoDb.createTable(table -> table.tableName(name)
                            .attributeDefinitions(AttributeDefinition.builder()
                                    .attributeName("id")
                                    .attributeType(ScalarAttributeType.N)
                                    .build())
                            .keySchema(KeySchemaElement.builder()
                                    .attributeName("id")
                                    .keyType(KeyType.HASH)
                                    .build())
                            .provisionedThroughput(
                                    capacity -> capacity.readCapacityUnits(1L).writeCapacityUnits(1L)))
                    .join();
        }
        assertThat(workerFailure(LocalServices.dynamoDb()))
                .contains("table '" + name
                        + "' is not a lease table: its key must be leaseKey (S, HASH), is id (N, HASH)");
    }

    @Test
    void aStreamThatIsDeletedUnderAWorkerEndsIt() {
        createStream();
        CompletableFuture<Integer> worker = CompletableFuture.supplyAsync(() -> run(worker(LocalServices.dynamoDb())));
        await().atMost(Duration.ofMinutes(1)).until(() -> saidSomethingWith("shard-started"));
        try (KinesisAsyncClient kinesis = KinesisAsyncClient.builder()
                .endpointOverride(LocalServices.kinesis())
                .region(Region.US_EAST_1)
                .credentialsProvider(ANYBODY)
                .build()) {
            kinesis.deleteStream(request -> request.streamName(name)).join();
        }

        assertThat(worker.join()).isEqualTo(Tool.FAILED);
        assertThat(lastLine())
                .contains("stream '" + name + "'")
                .contains(LocalServices.kinesis().toString());
    }

    private String workerFailure(URI dynamoDb) {
        createStream();
        String failure = failure(worker(dynamoDb));
        assertThat(failure).contains(dynamoDb.toString());
        return failure;
    }

    private String worker(URI dynamoDb) {
        return "worker --from TRIM_HORIZON --application " + name + " --stream " + name + " --endpoint "
                + LocalServices.kinesis() + " --dynamodb-endpoint " + dynamoDb;
    }

    private void createStream() {
        Captured other = new Captured();
        assertThat(CreateStream.run(
                        other.streams(),
                        "--stream",
                        name,
                        "--endpoint",
                        LocalServices.kinesis().toString()))
                .as("%s", other.err())
                .isZero();
    }

    private String failure(String command) {
        assertThat(run(command)).as("%s", captured.err()).isEqualTo(Tool.FAILED);
        assertThat(captured.err().stream().filter(line -> line.startsWith(command.split(" ", -1)[0] + ": ")))
                .as("%s", captured.err())
                .hasSize(1);
        return lastLine();
    }

    private boolean saidSomethingWith(String words) {
        return captured.err().stream().anyMatch(line -> line.contains(words));
    }

    private String lastLine() {
        List<String> lines = captured.err();
        return lines.get(lines.size() - 1);
    }

    private int run(String command) {
        String[] words = command.split(" ", -1);
        String[] options = Arrays.copyOfRange(words, 1, words.length);
        return switch (words[0]) {
            case "put" -> Put.run(new ByteArrayInputStream(new byte[0]), captured.streams(), options);
            case "worker" -> Worker.run(captured.streams(), options);
            case "create-stream" -> CreateStream.run(captured.streams(), options);
            default -> Reshard.run(captured.streams(), options);
        };
    }
}
