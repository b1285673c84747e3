package io.shardline.consumer.internal.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.DynamoDbTable;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.lease.Timing;
import io.shardline.consumer.internal.lease.Worker;
import io.shardline.consumer.internal.lease.WriteResult;
import io.shardline.consumer.internal.lease.WriteResult.Refused;
import io.shardline.consumer.internal.lease.WriteResult.Unknown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/** What the store makes of every kind of answer, and of none. */
class TableAnswersTest {

    private static final String TABLE = "flights-app";
    private static final Lease LEASE = Lease.unowned("shard-1", Checkpoint.trimHorizon(), ImmutableSet.of(), null);

    private final FakeDynamoDb client = new FakeDynamoDb();
    private final List<String> reports = new ArrayList<>();
    private final DynamoDbLeaseStore store = new DynamoDbLeaseStore(
            client,
            DynamoDbTable.builder(TABLE).callTimeout(Duration.ofMillis(700)).build(),
            new RowReports((key, what) -> reports.add(key)));

    // --------------------------------------------------------------------------------------------------- writes

    @ParameterizedTest
    @CsvSource({
        "InternalServerError, 500",
        "ServiceUnavailable, 503",
        "SomeNewFailure, 599",
        "ProvisionedThroughputExceededException, 400",
        "RequestLimitExceeded, 400",
        "ThrottlingException, 400",
        "SomeNewThrottle, 429",
        "RequestTimeout, 408",
        "TransactionConflictException, 400",
        "ExpiredTokenException, 400",
    })
    void writeWhoseEffectIsNotRuledOutOrThatPassesIsUnknown(String code, int status) {
        client.answering("UpdateItem", FakeDynamoDb.error(code, status));

        assertThat(store.take(LEASE, "a@1").join())
                .isEqualTo(new Unknown<Lease>("UpdateItem: " + code + ": the message of " + code));
    }

    @Test
    void writeWithoutAnAnswerIsUnknown() {
        for (Throwable silence : List.of(
                ApiCallTimeoutException.create(700),
                SdkClientException.create("Unable to execute HTTP request: connection reset"),
                new IOException("broken pipe"),
                new IllegalStateException("connection pool shut down"))) {
            client.answering("PutItem", silence);

            assertThat(store.createLease(LEASE).join()).isInstanceOf(Unknown.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "AccessDeniedException, 400, allow dynamodb:UpdateItem on this table",
        "ResourceNotFoundException, 400, it was deleted",
        "ValidationException, 400, not a lease table",
        "UnrecognizedClientException, 400, check the credentials",
        "SomeNewRefusal, 403, not a lease table",
    })
    void writeThatNoRepetitionMendsFailsWithWhatToDo(String code, int status, String remedy) {
        client.answering("UpdateItem", FakeDynamoDb.error(code, status));

        assertThatThrownBy(() -> store.renew(
                                "a@1", 3, new SessionRow.Renewal(0, false, ImmutableMap.of(), ImmutableMap.of()))
                        .join())
                .hasCauseInstanceOf(ConsumerException.class)
                .cause()
                .hasMessageStartingWith("lease table 'flights-app': UpdateItem failed with " + code)
                .hasMessageContaining("the message of " + code)
                .hasMessageContaining(remedy);
    }

    @Test
    void failedConditionIsRefusedWithTheRowAsItIs() {
        Lease taken = LEASE.ownedBy("b@2");
        client.answering("UpdateItem", refused(Rows.item(taken)));

        assertThat(store.take(LEASE, "a@1").join()).isEqualTo(new Refused<>(taken));
    }

    @Test
    void failedConditionOfARowThatIsGoneIsRefusedWithoutARow() {
        client.answering("UpdateItem", refused(Map.of()));

        assertThat(store.take(LEASE, "a@1").join()).isEqualTo(new Refused<Lease>(null));
        assertThat(store.markDead("a@1", 0, "b@2").join()).isEqualTo(new Refused<SessionRow>(null));
    }

    @Test
    void refusalThatShowsAnUnreadableRowIsReported() {
        client.answering(
                "UpdateItem",
                refused(Map.of(
                        "leaseKey", AttributeValue.fromS("shard-1"), "leaseCounter", AttributeValue.fromS("x"))));

        assertThat(store.take(LEASE, "a@1").join()).isEqualTo(new Refused<Lease>(null));
        assertThat(store.take(LEASE, "a@1").join()).isEqualTo(new Refused<Lease>(null));
        assertThat(reports).containsExactly("shard-1");
    }

    @Test
    void writeIsSentOnceAndHasALimitedTime() {
        client.answering("UpdateItem", ApiCallTimeoutException.create(700));

        store.take(LEASE, "a@1").join();

        assertThat(client.requests())
                .singleElement()
                .satisfies(request -> assertThat(timeout(request)).isEqualTo(Duration.ofMillis(700)));
    }

    @Test
    void clientThatRetriesByItselfIsNotAccepted() {
        try (DynamoDbAsyncClient retrying = DynamoDbLocal.newClientThatRetries()) {
            assertThatThrownBy(() -> new DynamoDbLeaseStore(
                            retrying, DynamoDbTable.builder(TABLE).build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("attempts per call")
                    .hasMessageContaining("doNotRetry");
        }
    }

    // ------------------------------------------------------------------------------------------- real connections

    @Test
    void endpointThatAcceptsAndStaysSilentLeavesTheOutcomeUnknown() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            assertThat(createdAt(silent.getLocalPort())).isInstanceOf(Unknown.class);
        }
    }

    @Test
    void endpointThatRefusesConnectionsLeavesTheOutcomeUnknown() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        assertThat(createdAt(free)).isInstanceOf(Unknown.class);
    }

    private static WriteResult<Lease> createdAt(int port) {
        DynamoDbTable impatient =
                DynamoDbTable.builder(TABLE).callTimeout(Duration.ofMillis(300)).build();
        try (DynamoDbAsyncClient real = DynamoDbLocal.newClient(URI.create("http://127.0.0.1:" + port))) {
            return new DynamoDbLeaseStore(real, impatient).createLease(LEASE).join();
        }
    }

    // ---------------------------------------------------------------------------------------------------- reads

    @ParameterizedTest
    @ValueSource(strings = {"ThrottlingException", "InternalServerError"})
    void readThatFailsForNowFailsAsItIs(String code) {
        client.answering("GetItem", FakeDynamoDb.error(code, code.startsWith("Internal") ? 500 : 400));

        assertThatThrownBy(() -> store.readSession("a@1").join())
                .cause()
                .isNotInstanceOf(ConsumerException.class)
                .hasMessageContaining("the message of " + code);
    }

    @Test
    void readWithoutPermissionFailsWithWhatToDo() {
        client.answering("Scan", FakeDynamoDb.error("AccessDeniedException", 400));
        client.answering("BatchGetItem", FakeDynamoDb.error("AccessDeniedException", 400));
        client.answering("UpdateItem", FakeDynamoDb.error("AccessDeniedException", 400));
        client.answering("PutItem", FakeDynamoDb.error("AccessDeniedException", 400));

        assertDenied(store.scan(), "allow dynamodb:Scan");
        assertDenied(store.watch(Set.of("a@1")), "allow dynamodb:BatchGetItem");
        assertDenied(store.readLeases(List.of("shard-1")), "allow dynamodb:BatchGetItem");
        assertDenied(store.moveRevision(), "allow dynamodb:UpdateItem");
        assertDenied(store.registerStream(stream()), "allow dynamodb:PutItem");
    }

    @Test
    void watchIsOneEventuallyConsistentCall() {
        client.answering(
                "BatchGetItem",
                BatchGetItemResponse.builder().responses(Map.of()).build());

        assertThat(store.watch(Set.of("a@1", "b@2")).join().fleet()).isEqualTo(FleetRow.EMPTY);

        KeysAndAttributes asked = batch(0);
        assertThat(client.requests()).hasSize(1);
        assertThat(asked.consistentRead()).isFalse();
        assertThat(asked.keys()).hasSize(3);
        assertThat(timeout(client.requests().get(0))).isEqualTo(Duration.ofMillis(700));
    }

    @Test
    void readingNoLeasesIsNoCall() {
        assertThat(store.readLeases(List.of()).join()).isEmpty();
        assertThat(client.requests()).isEmpty();
    }

    @Test
    void moreKeysThanACallTakesAreReadInSeveral() {
        client.answering(
                "BatchGetItem",
                BatchGetItemResponse.builder().responses(Map.of()).build());
        List<String> keys = IntStream.range(0, 201).mapToObj(i -> "shard-" + i).collect(Collectors.toList());
        keys.add("shard-0"); // the service refuses a key that it is asked for twice

        store.readLeases(keys).join();

        assertThat(client.requests()).hasSize(3);
        assertThat(batch(0).keys()).hasSize(100);
        assertThat(batch(2).keys()).hasSize(1);
        assertThat(batch(2).consistentRead()).isTrue();
    }

    @Test
    void rowsTheServiceHadNoCapacityForAreAskedForAgain() {
        BatchGetItemResponse first = BatchGetItemResponse.builder()
                .responses(Map.of(TABLE, List.of(Rows.item(LEASE))))
                .unprocessedKeys(Map.of(TABLE, keys("shard-2")))
                .build();
        Lease second = Lease.unowned("shard-2", Checkpoint.trimHorizon(), ImmutableSet.of(), null);
        client.answering(
                "BatchGetItem",
                first,
                BatchGetItemResponse.builder()
                        .responses(Map.of(TABLE, List.of(Rows.item(second))))
                        .build());

        assertThat(store.readLeases(List.of("shard-2", "shard-1")).join()).containsExactly(second, LEASE);
        assertThat(batch(1).keys()).hasSize(1);
    }

    @Test
    void rowsTheServiceNeverHasCapacityForAreNotTakenForAbsent() {
        client.answering(
                "BatchGetItem",
                BatchGetItemResponse.builder()
                        .responses(Map.of())
                        .unprocessedKeys(Map.of(TABLE, keys("shard-1")))
                        .build());

        assertThatThrownBy(() -> store.readLeases(List.of("shard-1")).join())
                .hasMessageContaining("1 rows could not be read for want of capacity, in 3 calls");
        assertThat(client.requests()).hasSize(TableReads.MOST_ROUNDS);
    }

    @Test
    void scanReadsPageAfterPageConsistently() {
        Lease second = Lease.unowned("shard-0", Checkpoint.trimHorizon(), ImmutableSet.of(), null);
        client.answering(
                "Scan",
                ScanResponse.builder()
                        .items(List.of(Rows.item(LEASE)))
                        .lastEvaluatedKey(Map.of("leaseKey", AttributeValue.fromS("shard-1")))
                        .build(),
                ScanResponse.builder().items(List.of(Rows.item(second))).build());

        assertThat(store.scan().join().leases()).containsExactly(second, LEASE);

        ScanRequest page = (ScanRequest) client.requests().get(1);
        assertThat(page.consistentRead()).isTrue();
        assertThat(page.exclusiveStartKey()).containsEntry("leaseKey", AttributeValue.fromS("shard-1"));
        assertThat(timeout(page)).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void scanThatDoesNotEndIsGivenUp() {
        client.answering(
                "Scan",
                ScanResponse.builder()
                        .items(List.of())
                        .lastEvaluatedKey(Map.of("leaseKey", AttributeValue.fromS("again")))
                        .build());

        assertThatThrownBy(() -> store.scan().join()).hasMessageContaining("more than 1000 pages");
        assertThat(client.requests()).hasSize(TableReads.MOST_PAGES);
    }

    // ------------------------------------------------------------------------------------------------ the stream

    @Test
    void streamThatMayOrMayNotBeRegisteredIsAFailureToBeRepeated() {
        client.answering("PutItem", ApiCallTimeoutException.create(700));

        assertThatThrownBy(() -> store.registerStream(stream()).join())
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("PutItem");
    }

    @Test
    void streamRowThatCannotBeReadIsNotPassedOver() {
        client.answering("PutItem", refused(Map.of("leaseKey", AttributeValue.fromS("stream/flights"))));

        assertThatThrownBy(() -> store.registerStream(stream()).join())
                .hasCauseInstanceOf(ConsumerException.class)
                .hasMessageContaining("the row of stream 'flights' cannot be read");
    }

    @Test
    void sessionIsCreatedWithTheTimesItIsJudgedBy() {
        client.answering("PutItem", refused(Rows.item(session())));

        assertThat(store.createSession(session()).join()).isEqualTo(new Refused<>(session()));
    }

    private static SessionRow session() {
        return SessionRow.created("a@1", Worker.named("a"), Timing.of(Duration.ofNanos(1_000_000_007)));
    }

    private static StreamRow stream() {
        return new StreamRow("flights", Instant.EPOCH, StartingPosition.Kind.TRIM_HORIZON, null, false);
    }

    private static ConditionalCheckFailedException refused(Map<String, AttributeValue> row) {
        return ConditionalCheckFailedException.builder()
                .statusCode(400)
                .message("The conditional request failed")
                .item(row)
                .build();
    }

    private KeysAndAttributes batch(int call) {
        BatchGetItemRequest request = (BatchGetItemRequest) client.requests().get(call);
        return request.requestItems().values().iterator().next();
    }

    private static KeysAndAttributes keys(String key) {
        return KeysAndAttributes.builder()
                .keys(List.of(Map.of("leaseKey", AttributeValue.fromS(key))))
                .build();
    }

    private static Duration timeout(DynamoDbRequest request) {
        return request.overrideConfiguration().orElseThrow().apiCallTimeout().orElseThrow();
    }

    private static void assertDenied(CompletableFuture<?> call, String remedy) {
        assertThatThrownBy(call::join)
                .hasCauseInstanceOf(ConsumerException.class)
                .hasMessageContaining(remedy);
    }
}
