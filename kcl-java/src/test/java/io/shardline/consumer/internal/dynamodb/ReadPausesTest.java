package io.shardline.consumer.internal.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.DynamoDbTable;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.runtime.Platform;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;

/** A table that is short of capacity is asked again after a while, and for no more than is missing. */
class ReadPausesTest {

    private static final String TABLE = "flights-app";

    private final SimulatedTime time = new SimulatedTime(1);
    private final FakeDynamoDb client = new FakeDynamoDb();
    private final DynamoDbLeaseStore store =
            new DynamoDbLeaseStore(client, DynamoDbTable.builder(TABLE).build(), new RowReports((key, what) -> {}));

    ReadPausesTest() {
        client.answering(
                "DescribeTable",
                DescribeTableResponse.builder()
                        .table(table -> table.tableStatus(TableStatus.ACTIVE)
                                .keySchema(KeySchemaElement.builder()
                                        .attributeName("leaseKey")
                                        .keyType(KeyType.HASH)
                                        .build())
                                .attributeDefinitions(AttributeDefinition.builder()
                                        .attributeName("leaseKey")
                                        .attributeType("S")
                                        .build()))
                        .build());
        SimulatedProcess process = time.process("worker");
        get(store.prepare(new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                process.pool("user", 1),
                process.nanoTime(),
                process.wallClock(),
                process.random())));
    }

    @Test
    void pageOfAScanThatFailedIsReadAgainAndThoseBeforeItAreKept() {
        client.answering(
                "Scan",
                page("shard-0", true),
                FakeDynamoDb.error("ProvisionedThroughputExceededException", 400),
                FakeDynamoDb.error("InternalServerError", 500),
                page("shard-1", false));
        long before = time.nowNanos();

        assertThat(get(store.scan()).leases()).extracting(Lease::key).containsExactly("shard-0", "shard-1");

        assertThat(Duration.ofNanos(time.nowNanos() - before)).isBetween(Duration.ofMillis(15), Duration.ofMillis(350));
        assertThat(client.requests().stream().filter(ScanRequest.class::isInstance))
                .extracting(
                        request -> ((ScanRequest) request).exclusiveStartKey().isEmpty())
                .containsExactly(true, false, false, false);
    }

    @Test
    void pageThatFailsAgainAndAgainFailsTheScan() {
        client.answering("Scan", FakeDynamoDb.error("InternalServerError", 500));

        CompletableFuture<?> scan = store.scan();
        time.runUntil(scan::isDone, Duration.ofMinutes(1));

        assertThat(scan).isCompletedExceptionally();
        assertThat(client.requests().stream().filter(ScanRequest.class::isInstance))
                .hasSize(TableReads.MAX_ATTEMPTS);
    }

    @Test
    void pageThatIsRefusedFailsTheScanAtOnce() {
        client.answering("Scan", FakeDynamoDb.error("AccessDeniedException", 400));

        assertThat(store.scan())
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .withCauseInstanceOf(ConsumerException.class);
    }

    @Test
    void rowsThatTheTableHadNoCapacityForAreAskedForAfterAPause() {
        client.answering(
                "BatchGetItem",
                BatchGetItemResponse.builder()
                        .responses(Map.of())
                        .unprocessedKeys(Map.of(
                                TABLE,
                                KeysAndAttributes.builder()
                                        .keys(List.of(Map.of("leaseKey", AttributeValue.fromS("shard-1"))))
                                        .build()))
                        .build(),
                BatchGetItemResponse.builder()
                        .responses(Map.of(TABLE, List.of(item("shard-1"))))
                        .build());
        long before = time.nowNanos();

        assertThat(get(store.readLeases(List.of("shard-1")))).hasSize(1);
        assertThat(Duration.ofNanos(time.nowNanos() - before)).isBetween(Duration.ofMillis(5), Duration.ofMillis(100));
    }

    private <T> T get(CompletableFuture<T> answer) {
        time.runUntil(answer::isDone, Duration.ofMinutes(1));
        return answer.join();
    }

    private static ScanResponse page(String key, boolean more) {
        ScanResponse.Builder page = ScanResponse.builder().items(List.of(item(key)));
        return (more ? page.lastEvaluatedKey(Map.of("leaseKey", AttributeValue.fromS(key))) : page).build();
    }

    private static Map<String, AttributeValue> item(String key) {
        return Rows.item(Lease.unowned(key, Checkpoint.trimHorizon(), ImmutableSet.of(), null));
    }
}
