package io.shardline.consumer.internal.dynamodb;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeContinuousBackupsRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeContinuousBackupsResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateContinuousBackupsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateContinuousBackupsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * A client that answers what a test has written down, the last answer of each operation again and again.
 *
 * <p>Confined to one thread.
 */
final class FakeDynamoDb implements DynamoDbAsyncClient {

    private final Map<String, Deque<Object>> answers = new LinkedHashMap<>();
    private final Map<String, Runnable> events = new LinkedHashMap<>();
    private final List<DynamoDbRequest> requests = new ArrayList<>();

    /** What an operation answers, one after the other: responses, or exceptions to fail with. */
    FakeDynamoDb answering(String operation, Object... inTurn) {
        answers.put(operation, new ArrayDeque<>(List.of(inTurn)));
        return this;
    }

    /** Happens once, when the operation is called next. */
    void before(String operation, Runnable event) {
        events.put(operation, event);
    }

    /** An answer that the service gives with an error code. */
    static AwsServiceException error(String code, int status) {
        return DynamoDbException.builder()
                .statusCode(status)
                .message("the message of " + code)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("the message of " + code)
                        .build())
                .build();
    }

    List<DynamoDbRequest> requests() {
        return requests;
    }

    private <A> CompletableFuture<A> answer(String operation, DynamoDbRequest request, Class<A> type) {
        requests.add(request);
        Runnable event = events.remove(operation);
        if (event != null) {
            event.run();
        }
        Deque<Object> inTurn = answers.get(operation);
        if (inTurn == null) {
            throw new AssertionError("no answer to " + request);
        }
        Object next = inTurn.size() > 1 ? inTurn.poll() : inTurn.peek();
        if (next instanceof Throwable failure) {
            return CompletableFuture.failedFuture(failure);
        }
        return CompletableFuture.completedFuture(type.cast(next));
    }

    @Override
    public CompletableFuture<UpdateItemResponse> updateItem(UpdateItemRequest request) {
        return answer("UpdateItem", request, UpdateItemResponse.class);
    }

    @Override
    public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
        return answer("PutItem", request, PutItemResponse.class);
    }

    @Override
    public CompletableFuture<GetItemResponse> getItem(GetItemRequest request) {
        return answer("GetItem", request, GetItemResponse.class);
    }

    @Override
    public CompletableFuture<BatchGetItemResponse> batchGetItem(BatchGetItemRequest request) {
        return answer("BatchGetItem", request, BatchGetItemResponse.class);
    }

    @Override
    public CompletableFuture<ScanResponse> scan(ScanRequest request) {
        return answer("Scan", request, ScanResponse.class);
    }

    @Override
    public CompletableFuture<DescribeTableResponse> describeTable(DescribeTableRequest request) {
        return answer("DescribeTable", request, DescribeTableResponse.class);
    }

    @Override
    public CompletableFuture<CreateTableResponse> createTable(CreateTableRequest request) {
        return answer("CreateTable", request, CreateTableResponse.class);
    }

    @Override
    public CompletableFuture<DescribeContinuousBackupsResponse> describeContinuousBackups(
            DescribeContinuousBackupsRequest request) {
        return answer("DescribeContinuousBackups", request, DescribeContinuousBackupsResponse.class);
    }

    @Override
    public CompletableFuture<UpdateContinuousBackupsResponse> updateContinuousBackups(
            UpdateContinuousBackupsRequest request) {
        return answer("UpdateContinuousBackups", request, UpdateContinuousBackupsResponse.class);
    }

    @Override
    public String serviceName() {
        return "dynamodb";
    }

    @Override
    public void close() {}
}
