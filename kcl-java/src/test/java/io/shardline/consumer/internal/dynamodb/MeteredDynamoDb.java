package io.shardline.consumer.internal.dynamodb;

import io.shardline.consumer.internal.lease.LeaseStore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.DoubleAdder;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * One worker's store on DynamoDB Local, with a meter for its calls and for the capacity that the service says they took.
 *
 * <p>Thread-safe.
 */
public final class MeteredDynamoDb {

    private final AtomicLong calls = new AtomicLong();
    private final DoubleAdder read = new DoubleAdder();
    private final DoubleAdder written = new DoubleAdder();
    private final DynamoDbAsyncClient client;
    private final LeaseStore store;

    /** A store on a table that exists. */
    public MeteredDynamoDb(String tableName) {
        client = DynamoDbLocal.newClient(
                DynamoDbLocal.client()
                        .serviceClientConfiguration()
                        .endpointOverride()
                        .orElseThrow(),
                new Meter());
        store = new DynamoDbLeaseStore(client, DynamoDbLocal.table(tableName).build());
    }

    /** A table that no other test has, created. */
    public static String newTable() {
        var table = DynamoDbLocal.newTable().build();
        DynamoDbLocal.newStore(table, (key, what) -> {});
        return table.tableName();
    }

    public LeaseStore store() {
        return store;
    }

    public long calls() {
        return calls.get();
    }

    public double readUnits() {
        return read.sum();
    }

    public double writeUnits() {
        return written.sum();
    }

    public void close() {
        client.close();
    }

    private final class Meter implements ExecutionInterceptor {

        @Override
        public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
            calls.incrementAndGet();
            SdkRequest request = context.request();
            ReturnConsumedCapacity total = ReturnConsumedCapacity.TOTAL;
            if (request instanceof GetItemRequest get) {
                return get.toBuilder().returnConsumedCapacity(total).build();
            } else if (request instanceof BatchGetItemRequest batch) {
                return batch.toBuilder().returnConsumedCapacity(total).build();
            } else if (request instanceof ScanRequest scan) {
                return scan.toBuilder().returnConsumedCapacity(total).build();
            } else if (request instanceof PutItemRequest put) {
                return put.toBuilder().returnConsumedCapacity(total).build();
            } else if (request instanceof UpdateItemRequest update) {
                return update.toBuilder().returnConsumedCapacity(total).build();
            }
            return request;
        }

        @Override
        public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
            SdkResponse response = context.response();
            if (response instanceof GetItemResponse get) {
                add(read, get.consumedCapacity());
            } else if (response instanceof BatchGetItemResponse batch) {
                batch.consumedCapacity().forEach(capacity -> add(read, capacity));
            } else if (response instanceof ScanResponse scan) {
                add(read, scan.consumedCapacity());
            } else if (response instanceof PutItemResponse put) {
                add(written, put.consumedCapacity());
            } else if (response instanceof UpdateItemResponse update) {
                add(written, update.consumedCapacity());
            }
        }

        private void add(DoubleAdder sum, @Nullable ConsumedCapacity capacity) {
            if (capacity != null && capacity.capacityUnits() != null) {
                sum.add(capacity.capacityUnits());
            }
        }
    }
}
