package io.shardline.consumer.internal.process;

import io.shardline.consumer.Checkpointer;
import io.shardline.consumer.Position;
import io.shardline.consumer.ShardContext;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.consumer.internal.retrieve.ShardName;

/**
 * What the user's handler may know of the tenure that it is for.
 *
 * <p>Thread-safe, but for {@link #contextNow} and {@link #end}, which are confined to the consumer loop.
 */
final class Tenure implements ShardProcessor.Tenure {

    private final ShardConsumer.Setting setting;
    private final HeldLease lease;
    private final TenureCheckpointer checkpointer;
    private final ShardContext atTake;
    private volatile boolean held = true;

    Tenure(ShardConsumer.Setting setting, HeldLease lease, TenureCheckpointer checkpointer) {
        this.setting = setting;
        this.lease = lease;
        this.checkpointer = checkpointer;
        this.atTake = contextNow();
    }

    ShardContext contextNow() {
        Position checkpoint = lease.row().checkpoint() instanceof Checkpoint.At at ? at.position() : null;
        ShardName shard = setting.host().nameOf(lease.row());
        return new ShardContext(
                shard.streamName(), shard.shardId(), checkpoint, lease.row().pending(), lease.fencingToken());
    }

    /** The shard is not this worker's any more. */
    void end() {
        held = false;
    }

    @Override
    public ShardContext context() {
        return atTake;
    }

    @Override
    public boolean isHeld() {
        return setting.host().mayAct() && held;
    }

    @Override
    public Checkpointer checkpointer() {
        return checkpointer;
    }

    @Override
    public void callBegins(Position lastRecord, Position end) {
        checkpointer.callBegins(lastRecord, end);
    }

    @Override
    public void callEnds() {
        checkpointer.callEnds();
    }

    @Override
    public int maxBatchRecords() {
        return setting.config().maxBatchRecords();
    }
}
