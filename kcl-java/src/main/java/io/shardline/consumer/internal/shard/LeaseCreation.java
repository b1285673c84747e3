package io.shardline.consumer.internal.shard;

import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.SessionKeeper;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Some leases being created, a few at a time, until each is there, whoever has made it.
 *
 * <p>Confined to the consumer loop.
 */
final class LeaseCreation {

    /** Lease creations under way at a time. */
    private static final int MOST_CREATIONS = 32;

    private final SessionKeeper.Setting setting;
    private final ArrayDeque<Lease> left;
    private final int count;
    private final Consumer<Integer> done;
    private int open;

    LeaseCreation(SessionKeeper.Setting setting, List<Lease> leases, Consumer<Integer> done) {
        this.setting = setting;
        this.left = new ArrayDeque<>(leases);
        this.count = leases.size();
        this.done = done;
        this.open = count;
    }

    void start() {
        if (count == 0) {
            done.accept(0);
        }
        for (int i = 0; i < MOST_CREATIONS; i++) {
            next();
        }
    }

    private void next() {
        Lease lease = left.poll();
        if (lease != null) {
            setting.calls()
                    .write(
                            setting.calls().ordinary(() -> setting.store().createLease(lease)),
                            created -> createdOne(),
                            existing -> createdOne());
        }
    }

    private void createdOne() {
        open--;
        next();
        if (open == 0) {
            done.accept(count);
        }
    }
}
