package io.shardline.consumer.simulation;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.WriteResult;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A lease table that counts what came of the writes that change owners.
 *
 * <p>Confined to the simulation.
 */
final class CountingTable extends ForwardingLeaseStore {

    private final Consumer<String> count;

    CountingTable(LeaseStore table, Consumer<String> count) {
        super(table);
        this.count = count;
    }

    private <T> CompletableFuture<WriteResult<T>> counted(String what, CompletableFuture<WriteResult<T>> write) {
        if (write.join() instanceof WriteResult.Written<T>) {
            count.accept(what);
        }
        return write;
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
        return counted(
                seen.key().equals(Lease.PLANNER) ? "takes of the planner's lease" : "takes", super.take(seen, owner));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> markDead(String session, long heartbeat, String by) {
        return counted("marks", super.markDead(session, heartbeat, by));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
        return counted(to == null ? "releases" : "hand-overs", super.give(held, position, to));
    }
}
