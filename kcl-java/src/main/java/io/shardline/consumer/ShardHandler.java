package io.shardline.consumer;

/**
 * User code for one shard, from its start to its end; checkpoints are the user's.
 *
 * <p>An instance serves one tenure of one shard. Its methods are called one at a time, on the platform's user-code
 * threads, not always the same. It cannot be stopped when the lease is lost in the middle of a call; its checkpoints are
 * refused then, and another worker may handle the same records meanwhile. A call that throws comes again until
 * {@link ConsumerConfig.Builder#giveUp} says otherwise; one that blocks is interrupted when the shard goes to another worker.
 */
public interface ShardHandler {

    /**
     * Called once, before any records.
     *
     * @throws Exception it is called again after a pause; a policy that gives up stops the shard
     */
    default void started(ShardContext context) throws Exception {}

    /**
     * Handles a batch of at least one record.
     *
     * @throws Exception the batch is not skipped: the same records come again after a pause that grows from 100 ms to
     *     10 s, for as long as this worker holds the shard; a policy that gives up stops the shard or skips the batch
     */
    void records(RecordBatch batch, Checkpointer checkpointer) throws Exception;

    /**
     * Called after the last other call when the lease was lost, or was given away while that call went on. Nothing can be
     * checkpointed any more.
     */
    default void leaseLost() {}

    /**
     * Called after all records of a closed shard were handled. Returning means that the shard is done: its end is
     * checkpointed without any help.
     *
     * @throws Exception it is called again after a pause; the children of the shard wait, also when a policy gives up and
     *     stops the shard
     */
    default void shardEnded(Checkpointer checkpointer) throws Exception {}

    /**
     * Called when this worker stops or passes the shard on; the last chance to checkpoint.
     *
     * @throws Exception reported, and the shard is let go all the same
     */
    default void shutdownRequested(Checkpointer checkpointer) throws Exception {}
}
