package io.shardline.consumer;

import io.shardline.consumer.internal.dynamodb.DynamoDbLeaseStore;
import io.shardline.consumer.internal.lease.InMemoryLeaseStore;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * Where the workers of an application keep their leases and checkpoints.
 *
 * <p>Opaque: it is made by one of the methods here and handed to {@link ShardlineConsumer.Builder#leaseTable}. All
 * workers of one application must be given the same table. Thread-safe.
 */
public interface LeaseTable {

    /**
     * A table in this JVM's memory, for tests and for programs whose workers all live here.
     *
     * <p>Checkpoints are gone when the JVM is.
     */
    static LeaseTable inMemory() {
        return new InMemoryLeaseStore();
    }

    /**
     * A table in DynamoDB of this name, created when it is missing. As {@link #dynamoDb(DynamoDbAsyncClient, DynamoDbTable)}
     * with the defaults.
     */
    static LeaseTable dynamoDb(DynamoDbAsyncClient client, String tableName) {
        return dynamoDb(client, DynamoDbTable.builder(tableName).build());
    }

    /**
     * A table in DynamoDB, created when it is missing. It may hold the leases of a stopped KCL application, which are taken
     * over.
     *
     * @param client stays the caller's to close; must make one attempt per call, as retries are the consumer's
     * @throws IllegalArgumentException if the client retries
     */
    static LeaseTable dynamoDb(DynamoDbAsyncClient client, DynamoDbTable table) {
        return new DynamoDbLeaseStore(client, table);
    }
}
