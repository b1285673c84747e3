package io.shardline.consumer.internal.process;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.consumer.internal.lease.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Where a shard begins and after which parents: its row tells, or it is found out, once.
 *
 * <p>Confined to the consumer loop.
 */
final class Beginning {

    private final HeldLease lease;
    private final ShardConsumer.Host host;
    private @Nullable Lease settled;
    private boolean asked;

    Beginning(HeldLease lease, ShardConsumer.Host host) {
        this.lease = lease;
        this.host = host;
    }

    /** The row, or a row that tells what it does not; null until that is found out. */
    @Nullable
    Lease row() {
        return lease.row().checkpoint() instanceof Checkpoint.Unsettled ? settled : lease.row();
    }

    /** Finds it out, and calls back unless it is being found out already. */
    void find(Runnable found) {
        if (!asked) {
            asked = true;
            host.settle(lease.row(), row -> {
                settled = row;
                found.run();
            });
        }
    }
}
