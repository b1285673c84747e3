package io.shardline.consumer;

import io.shardline.consumer.internal.lease.InMemoryLeaseStore;

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
}
