package io.shardline.consumer.internal.retrieve;

import java.util.ArrayDeque;

/**
 * How many bytes may be read and not yet handled, shared by all shards of a consumer.
 *
 * <p>Bytes are reserved before a read, when its size is only a guess; the difference is settled by its answer, which may
 * overdraw the budget by one read per shard in flight. Who finds it empty waits in line. Confined to the consumer loop.
 */
public final class PrefetchBudget {

    private final long limit;
    private long free;
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();

    private record Waiter(long bytes, Runnable then) {}

    public PrefetchBudget(long bytes) {
        this.limit = bytes;
        this.free = bytes;
    }

    /** Reserves bytes now or, first come first served, later, and goes on with {@code then}. */
    public void reserve(long bytes, Runnable then) {
        waiting.add(new Waiter(Math.min(bytes, limit), then));
        serve();
    }

    /** Replaces a reservation by what was really read. */
    public void settle(long reserved, long actual) {
        free += Math.min(reserved, limit) - actual;
        serve();
    }

    /** Gives bytes back. */
    public void release(long bytes) {
        free += bytes;
        serve();
    }

    /** Bytes that are not reserved; the whole budget when nothing is being read or handled. */
    public long free() {
        return free;
    }

    private void serve() {
        Waiter first = waiting.peek();
        while (first != null && first.bytes() <= free) {
            waiting.remove();
            free -= first.bytes();
            first.then().run();
            first = waiting.peek();
        }
    }
}
