package io.shardline.consumer.internal.lease;

import io.shardline.consumer.internal.dynamodb.DynamoDbLocal;

/** The table in DynamoDB keeps the contract. */
class DynamoDbLeaseStoreTest extends LeaseStoreContract {

    @Override
    LeaseStore newStore() {
        return DynamoDbLocal.newStore();
    }
}
