package io.shardline.consumer.internal.retrieve;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How many subscriptions a worker may have, and the shards that wait for one.
 *
 * <p>Confined to the consumer loop.
 */
public final class SubscriptionSlots {

    private final int most;
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private int taken;

    public SubscriptionSlots(int most) {
        this.most = most;
    }

    /** Takes one if there is one; if not, calls back once there may be one. */
    boolean take(Runnable whenFree) {
        if (taken < most) {
            taken++;
            waiting.remove(whenFree);
            return true;
        }
        waiting.add(whenFree);
        return false;
    }

    /** Does not call back. */
    void withdraw(Runnable whenFree) {
        waiting.remove(whenFree);
    }

    /** Gives one back. */
    void release() {
        taken--;
        while (taken < most && !waiting.isEmpty()) {
            Runnable first = waiting.iterator().next();
            waiting.remove(first);
            first.run(); // takes it, or has no use for it any more
        }
    }

    /** How many are taken. */
    public int taken() {
        return taken;
    }
}
