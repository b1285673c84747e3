package io.shardline.consumer.internal.lease;

import io.shardline.runtime.internal.EventLoop;

/**
 * Notices that this session keeps more leases than its share.
 *
 * <p>Whoever has too little asks for it when he looks, and may have looked when all seemed to be well, as leases were on their
 * way. So whoever keeps too much has the others look again. Confined to the consumer loop.
 */
final class Surplus {

    private final EventLoop loop;
    private final long patienceNanos;
    private int last;
    private long since;

    /** @param patienceNanos the time in which somebody who asks has his leases, or some of them */
    Surplus(EventLoop loop, long patienceNanos) {
        this.loop = loop;
        this.patienceNanos = patienceNanos;
    }

    /** Takes in how much is too much now; whether that has been no less for a while, which then begins anew. */
    boolean stays(int surplus) {
        long now = loop.nanoTime();
        boolean less = surplus == 0 || last == 0 || surplus < last;
        boolean stays = !less && now - since >= patienceNanos;
        if (less || stays) {
            since = now;
        }
        last = surplus;
        return stays;
    }
}
