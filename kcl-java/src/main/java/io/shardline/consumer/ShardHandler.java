package io.shardline.consumer;

/**
 * User code that handles one shard, from its start to its end, and writes the checkpoints itself.
 *
 * <p>An instance serves one tenure of one shard: the time from one taking of its lease to the loss or the end. Its methods are
 * called one at a time, on the platform's user-code threads, not always on the same one. A call is not stopped when the lease is
 * lost; its checkpoints are refused then, and another worker may handle the same records meanwhile. A call that throws is
 * repeated until {@link ConsumerConfig.Builder#giveUp} says otherwise; one that blocks is interrupted when the shard goes to another
 * worker.
 */
public interface ShardHandler {

    /**
     * Called before any records.
     *
     * @throws Exception it is called again after a pause; a policy that gives up stops the shard
     */
    default void started(ShardContext context) throws Exception {}

    /**
     * Handles a batch of at least one record.
     *
     * @throws Exception the same records come again after a pause that grows from 100 ms to 10 s, for as long as this worker holds
     *     the shard; a policy that gives up stops the shard or skips the batch
     */
    void records(RecordBatch batch, Checkpointer checkpointer) throws Exception;

    /**
     * Called last, when the lease was lost, or was given away while a call was running. Checkpoints are no longer possible.
     */
    default void leaseLost() {}

    /**
     * Called after all records of a closed shard were handled. Returning means that the shard is done: the consumer writes its
     * end.
     *
     * @throws Exception it is called again after a pause; the children of the shard wait, also if a policy gives up and stops the
     *     shard
     */
    default void shardEnded(Checkpointer checkpointer) throws Exception {}

    /**
     * Called when this worker stops or hands the shard over; the last chance to write a checkpoint.
     *
     * @throws Exception it is reported, and the shard is released or handed over all the same
     */
    default void shutdownRequested(Checkpointer checkpointer) throws Exception {}
}
