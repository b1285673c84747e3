package io.shardline.consumer.internal.lease;

import io.shardline.consumer.internal.dynamodb.DynamoDbLocal;
import org.junit.jupiter.api.Nested;

/** Writes that are sent again after an unknown outcome keep the contract: they end where one sending would have. */
class FirstAnswerLostTest {

    @Nested
    class InMemory extends LeaseStoreContract {
        @Override
        LeaseStore newStore() {
            return new FirstAnswerLost(new InMemoryLeaseStore());
        }
    }

    @Nested
    class InDynamoDb extends LeaseStoreContract {
        @Override
        LeaseStore newStore() {
            return new FirstAnswerLost(DynamoDbLocal.newStore());
        }
    }
}
