package io.shardline.consumer;

/**
 * User code that handles one record at a time. The consumer takes care of retries, order and checkpoints.
 *
 * <p>One instance serves all shards. It is called on the platform's user-code threads: one record after the other for one shard,
 * and for different shards at the same time.
 */
@FunctionalInterface
public interface RecordHandler {

    /**
     * Handles a record. Returning means that the record is done: a later checkpoint may include it.
     *
     * <p>Delivery is at least once. After a crash, or when a lease moves without a clean hand-over, the records since
     * the last checkpoint come again.
     *
     * @throws Exception the record comes again after a pause that grows from 100 ms to 10 s, for as long as this worker holds the
     *     shard, and the records behind it wait; {@link ConsumerConfig.Builder#giveUp} can limit that. A handler that blocks is
     *     interrupted when its shard goes to another worker, and may throw anything then
     */
    void handle(ConsumerRecord record, RecordContext context) throws Exception;
}
