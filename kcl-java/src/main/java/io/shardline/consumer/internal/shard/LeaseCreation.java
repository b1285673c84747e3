package io.shardline.consumer.internal.shard;

import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.SessionKeeper;
import java.util.ArrayDeque;
import java.util.Collection;

/**
 * Some leases being created, a few at a time and in their order.
 *
 * <p>Confined to the consumer loop.
 */
final class LeaseCreation {

    /** Lease creations under way at a time: half of the calls that may be, as leases are taken at the same time. */
    private static final int MOST_CREATIONS = 16;

    private final SessionKeeper.Setting setting;
    private final ArrayDeque<Lease> left;
    private final Listener listener;
    private int open;

    /** Who must know. Called on the loop. */
    interface Listener {

        /** A lease was created here. */
        default void created(Lease row) {}

        /**
         * A lease was there already, whoever has made it.
         *
         * @return whether to go on with those that are left
         */
        default boolean found(String key) {
            return true;
        }

        /** Nothing is left, and nothing under way. */
        void done();
    }

    LeaseCreation(SessionKeeper.Setting setting, Collection<Lease> leases, Listener listener) {
        this.setting = setting;
        this.left = new ArrayDeque<>(leases);
        this.listener = listener;
    }

    void start() {
        if (left.isEmpty()) {
            listener.done();
        }
        for (int i = 0; i < MOST_CREATIONS; i++) {
            next();
        }
    }

    private void next() {
        Lease lease = left.poll();
        if (lease == null) {
            return;
        }
        open++;
        setting.calls()
                .write(
                        setting.calls().ordinary(() -> setting.store().createLease(lease)),
                        created -> {
                            listener.created(created);
                            answered();
                        },
                        existing -> {
                            if (!listener.found(lease.key())) {
                                left.clear();
                            }
                            answered();
                        });
    }

    private void answered() {
        open--;
        next();
        if (open == 0) {
            listener.done();
        }
    }
}
