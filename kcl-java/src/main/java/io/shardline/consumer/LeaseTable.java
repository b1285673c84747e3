package io.shardline.consumer;

import io.shardline.consumer.internal.dynamodb.DynamoDbLeaseStore;
import io.shardline.consumer.internal.lease.InMemoryLeaseStore;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * The table in which the workers of an application keep their leases and checkpoints.
 *
 * <p>Opaque: make one with a method of this interface, and give it to {@link ShardlineConsumer.Builder#leaseTable}. All workers of
 * an application must use the same table. Thread-safe.
 */
public interface LeaseTable {

    /**
     * A table in the memory of this JVM, for tests and for programs whose workers all run in one JVM.
     *
     * <p>Checkpoints are lost when the JVM ends.
     */
    static LeaseTable inMemory() {
        return new InMemoryLeaseStore();
    }

    /**
     * A table in DynamoDB with this name and default settings, see {@link #dynamoDb(DynamoDbAsyncClient, DynamoDbTable)}.
     */
    static LeaseTable dynamoDb(DynamoDbAsyncClient client, String tableName) {
        return dynamoDb(client, DynamoDbTable.builder(tableName).build());
    }

    /**
     * A table in DynamoDB, created when it is missing. It may hold the leases of a stopped KCL application, which are taken
     * over.
     *
     * @param client must make one attempt per call, because the consumer retries; the caller closes it
     * @throws IllegalArgumentException if the client retries
     */
    static LeaseTable dynamoDb(DynamoDbAsyncClient client, DynamoDbTable table) {
        return new DynamoDbLeaseStore(client, table);
    }
}
