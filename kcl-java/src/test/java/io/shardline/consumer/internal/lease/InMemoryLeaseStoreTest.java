package io.shardline.consumer.internal.lease;

/** The table in memory keeps the contract. */
class InMemoryLeaseStoreTest extends LeaseStoreContract {

    @Override
    LeaseStore newStore() {
        return new InMemoryLeaseStore();
    }
}
