package io.shardline.consumer.internal.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.DynamoDbTable;
import io.shardline.runtime.Platform;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeContinuousBackupsResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryStatus;
import software.amazon.awssdk.services.dynamodb.model.ReplicaDescription;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.Tag;
import software.amazon.awssdk.services.dynamodb.model.UpdateContinuousBackupsResponse;

class TablePreparationTest {

    private static final DynamoDbTable TABLE = DynamoDbTable.builder("flights-app")
            .tag("team", "data")
            .deletionProtectionEnabled(true)
            .build();
    private static final DynamoDbTable RECOVERABLE = DynamoDbTable.builder("flights-app")
            .pointInTimeRecoveryEnabled(true)
            .build();

    private final SimulatedTime time = new SimulatedTime(1);
    private final SimulatedProcess worker = time.process("worker");
    private final FakeDynamoDb client = new FakeDynamoDb();

    // --------------------------------------------------------------------------------------------- DynamoDB Local

    @Test
    void missingTableIsCreatedOnDemandAndTheSecondComerFindsIt() {
        DynamoDbAsyncClient local = DynamoDbLocal.client();
        DynamoDbTable table =
                DynamoDbLocal.newTable().deletionProtectionEnabled(true).build();
        Platform platform = DynamoDbLocal.platform().platform();

        new TablePreparation(local, table, platform).start().join();
        new TablePreparation(local, table, platform).start().join();

        TableDescription found = local.describeTable(request -> request.tableName(table.tableName()))
                .join()
                .table();
        assertThat(found.billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
        assertThat(found.deletionProtectionEnabled()).isTrue();
        assertThat(found.keySchema()).singleElement().satisfies(key -> {
            assertThat(key.attributeName()).isEqualTo("leaseKey");
            assertThat(key.keyType()).isEqualTo(KeyType.HASH);
        });
    }

    @Test
    void severalWorkersMayCreateTheTableAtOnce() {
        DynamoDbAsyncClient local = DynamoDbLocal.client();
        DynamoDbTable table = DynamoDbLocal.newTable().build();
        Platform platform = DynamoDbLocal.platform().platform();

        CompletableFuture<Void> first = new TablePreparation(local, table, platform).start();
        CompletableFuture<Void> second = new TablePreparation(local, table, platform).start();

        CompletableFuture.allOf(first, second).join();
    }

    @Test
    void tableOfAnotherShapeIsNamedWithItsShape() {
        DynamoDbAsyncClient local = DynamoDbLocal.client();
        DynamoDbTable table = DynamoDbLocal.newTable().build();
        local.createTable(request -> request.tableName(table.tableName())
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(attribute("id", "N"), attribute("day", "S"))
                        .keySchema(key("id", KeyType.HASH), key("day", KeyType.RANGE)))
                .join();

        assertThatThrownBy(() -> new TablePreparation(
                                local, table, DynamoDbLocal.platform().platform())
                        .start()
                        .join())
                .hasCauseInstanceOf(ConsumerException.class)
                .hasMessageContaining("table '" + table.tableName() + "' is not a lease table: its key must be"
                        + " leaseKey (S, HASH), is id (N, HASH) and day (S, RANGE)");
    }

    // ------------------------------------------------------------------------------------------ simulated answers

    @Test
    void tableThatIsBeingCreatedIsWaitedFor() {
        client.answering("DescribeTable", noTable(), described(TableStatus.CREATING), described(TableStatus.ACTIVE));
        client.answering("CreateTable", created(TableStatus.CREATING));

        CompletableFuture<Void> done = prepare(TABLE);

        assertThat(done).isCompleted();
        CreateTableRequest request = (CreateTableRequest) client.requests().get(1);
        assertThat(request.tags())
                .containsExactly(Tag.builder().key("team").value("data").build());
        assertThat(request.deletionProtectionEnabled()).isTrue();
        assertThat(client.requests()).hasSize(4);
    }

    @Test
    void tableThatAnotherWorkerIsCreatingIsWaitedFor() {
        client.answering("DescribeTable", noTable(), described(TableStatus.ACTIVE));
        client.answering("CreateTable", FakeDynamoDb.error("ResourceInUseException", 400));

        assertThat(prepare(TABLE)).isCompleted();
    }

    @Test
    void tableThatIsReplicatedToOtherRegionsIsWarnedOfAndUsed() {
        TableDescription replicated = table(TableStatus.ACTIVE).toBuilder()
                .tableName("flights-app")
                .replicas(List.of(replica("eu-west-1"), replica("us-east-1")))
                .build();
        client.answering(
                "DescribeTable",
                DescribeTableResponse.builder().table(replicated).build());

        assertThat(prepare(TABLE)).isCompleted();
        assertThat(TablePreparation.replicas(replicated))
                .hasValueSatisfying(warning -> assertThat(warning)
                        .startsWith("leaseTable=flights-app is replicated to regions=[eu-west-1, us-east-1]:")
                        .contains("must run against the table of one"));
        assertThat(TablePreparation.replicas(table(TableStatus.ACTIVE))).isEmpty();
    }

    @Test
    void tableThatNeverBecomesActiveIsGivenUp() {
        client.answering("DescribeTable", described(TableStatus.CREATING));

        assertThat(failure(prepare(TABLE)))
                .isEqualTo("lease table 'flights-app' could not be used after 120 s (it is CREATING)");
    }

    @Test
    void tableInAStateThatDoesNotPassIsGivenUpAtOnce() {
        client.answering("DescribeTable", described(TableStatus.ARCHIVED));

        assertThat(failure(prepare(TABLE))).contains("'flights-app' is ARCHIVED");
        assertThat(client.requests()).hasSize(1);
    }

    @Test
    void serviceThatDoesNotAnswerIsGivenUpWithWhatToCheck() {
        client.answering("DescribeTable", SdkClientException.create("Unable to load credentials"));

        assertThat(failure(prepare(TABLE)))
                .contains("DynamoDB behind the client that was given did not answer for 10 s")
                .contains("Unable to load credentials")
                .contains("check the region, the endpoint, the network and the credentials");
        assertThat(client.requests()).hasSizeBetween(10, 21);
    }

    @Test
    void pauseOfThisProcessIsNoSilenceOfTheService() {
        client.answering("DescribeTable", ApiCallTimeoutException.create(3_000), described(TableStatus.ACTIVE));
        client.before("DescribeTable", () -> worker.pause(Duration.ofSeconds(12)));

        assertThat(prepare(TABLE)).isCompleted();
    }

    @Test
    void throttledLookIsRepeated() {
        client.answering(
                "DescribeTable", FakeDynamoDb.error("ThrottlingException", 400), described(TableStatus.ACTIVE));

        assertThat(prepare(TABLE)).isCompleted();
    }

    @ParameterizedTest
    @CsvSource({"DescribeTable", "CreateTable"})
    void missingPermissionIsNamed(String denied) {
        client.answering("DescribeTable", noTable());
        client.answering("CreateTable", created(TableStatus.ACTIVE));
        client.answering(denied, FakeDynamoDb.error("AccessDeniedException", 400));

        assertThat(failure(prepare(RECOVERABLE)))
                .startsWith("lease table 'flights-app': " + denied + " failed with AccessDeniedException")
                .contains("allow dynamodb:" + denied);
    }

    @Test
    void pointInTimeRecoveryThatIsOnIsNotSwitchedOnAgain() {
        client.answering("DescribeTable", described(TableStatus.ACTIVE));
        client.answering("DescribeContinuousBackups", backups(PointInTimeRecoveryStatus.ENABLED));

        assertThat(prepare(RECOVERABLE)).isCompleted();
        assertThat(client.requests()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"AccessDeniedException, 400", "InternalServerError, 500"})
    void tableIsUsedWithoutPointInTimeRecoveryWhereThatCannotBeSwitchedOn(String code, int status) {
        client.answering("DescribeTable", described(TableStatus.ACTIVE));
        client.answering("DescribeContinuousBackups", FakeDynamoDb.error("AccessDeniedException", 400));
        client.answering("UpdateContinuousBackups", FakeDynamoDb.error(code, status));

        assertThat(prepare(RECOVERABLE)).isCompleted();
    }

    @Test
    void pointInTimeRecoveryIsWaitedForWhileTheTableIsYoung() {
        client.answering("DescribeTable", described(TableStatus.ACTIVE));
        client.answering("DescribeContinuousBackups", backups(PointInTimeRecoveryStatus.DISABLED));
        client.answering(
                "UpdateContinuousBackups",
                FakeDynamoDb.error("ContinuousBackupsUnavailableException", 400),
                UpdateContinuousBackupsResponse.builder().build());

        assertThat(prepare(RECOVERABLE)).isCompleted();
        assertThat(client.requests()).hasSize(6);
    }

    private static DescribeContinuousBackupsResponse backups(PointInTimeRecoveryStatus status) {
        return DescribeContinuousBackupsResponse.builder()
                .continuousBackupsDescription(backups ->
                        backups.pointInTimeRecoveryDescription(recovery -> recovery.pointInTimeRecoveryStatus(status)))
                .build();
    }

    private CompletableFuture<Void> prepare(DynamoDbTable table) {
        SimulatedProcess process = worker;
        Platform platform = new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                process.pool("user", 1),
                process.nanoTime(),
                process.wallClock(),
                process.random());
        CompletableFuture<Void> done = new TablePreparation(client, table, platform).start();
        time.runUntil(done::isDone, Duration.ofMinutes(3));
        return done;
    }

    private static String failure(CompletableFuture<Void> done) {
        return String.valueOf(done.handle((nothing, thrown) -> {
                    assertThat(thrown).isInstanceOf(ConsumerException.class);
                    return thrown.getMessage();
                })
                .join());
    }

    private static Throwable noTable() {
        return FakeDynamoDb.error("ResourceNotFoundException", 400);
    }

    private static DescribeTableResponse described(TableStatus status) {
        return DescribeTableResponse.builder().table(table(status)).build();
    }

    private static CreateTableResponse created(TableStatus status) {
        return CreateTableResponse.builder().tableDescription(table(status)).build();
    }

    private static TableDescription table(TableStatus status) {
        return TableDescription.builder()
                .tableStatus(status)
                .keySchema(key("leaseKey", KeyType.HASH))
                .attributeDefinitions(attribute("leaseKey", "S"))
                .build();
    }

    private static ReplicaDescription replica(String region) {
        return ReplicaDescription.builder().regionName(region).build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static AttributeDefinition attribute(String name, String type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }
}
