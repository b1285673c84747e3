package io.shardline.consumer.internal.retrieve;

import io.shardline.runtime.internal.EventLoop;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes may be read and not yet handled, shared by all shards of a consumer.
 *
 * <p>Bytes are reserved before a read and settled by its answer. All that is held never exceeds the budget by more than
 * {@link #MAX_READ}, as an answer that does not fit is dropped, to be read again. Shards whose handler waits go first, in
 * turn, and can use the room beyond the budget; for them, shards give back what they have read ahead. Confined to the
 * consumer loop.
 */
public final class PrefetchBudget {

    /** The most that one read holds: 10 MiB as they came, and the same again once the aggregates are taken apart. */
    public static final long MAX_READ = 20L << 20;

    /**
     * While the first in line does not fit, nobody overtakes it for so long, so that room comes together for it; then others
     * may for as long, as what it waits for may be a handler that never returns; and so on.
     */
    private static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** One read gets at most this part of the room that is left. */
    private static final int READS_IN_THE_ROOM = 4;

    private final EventLoop loop;
    private final long limit;
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
    private final Set<Spare> spares = new LinkedHashSet<>();
    private long used;
    private long blockedSince;
    private @Nullable Waiter blocked;
    private EventLoop.@Nullable Timer turn;
    private boolean serving;

    /** Something that was read and that no handler has begun with. Called on the loop. */
    public interface Spare {

        /** Releases its bytes at once; they can be read again. */
        void giveBack();
    }

    /**
     * What a read needs.
     *
     * @param bytes what it would like to get
     * @param least what it can do with, not more than {@code bytes} and {@link #MAX_READ}
     * @param isUrgent whether its shard's handler has nothing else to do; asked again while it waits
     */
    public record Demand(long bytes, long least, BooleanSupplier isUrgent) {}

    private record Waiter(Demand demand, LongConsumer then) {}

    public PrefetchBudget(EventLoop loop, long bytes) {
        this.loop = loop;
        this.limit = bytes;
    }

    /** Reserves bytes, now or later, and goes on with {@code then}, which gets how many. */
    public void reserve(Demand demand, LongConsumer then) {
        waiting.add(new Waiter(demand, then));
        serve();
    }

    /** The demand is no more. Nothing happens if it has been served. */
    public void withdraw(Demand demand) {
        if (waiting.removeIf(waiter -> waiter.demand().equals(demand))) {
            serve();
        }
    }

    /**
     * Replaces a reservation by what was really read. An answer no larger than its reservation always fits.
     *
     * @return whether that may be kept; if not, the reservation is released, and nothing else is held
     */
    public boolean settle(long reserved, long actual) {
        boolean fits = actual <= reserved || reserved >= MAX_READ || used - reserved + actual <= limit + MAX_READ;
        release(fits ? reserved - actual : reserved);
        return fits;
    }

    /** Gives bytes back. */
    public void release(long bytes) {
        used -= bytes;
        serve();
    }

    /** From now on these bytes can be had back, should another shard's handler need the room. */
    public void offer(Spare spare) {
        spares.add(spare);
        serve();
    }

    /** From now on they can not. */
    public void keep(Spare spare) {
        spares.remove(spare);
    }

    /** Bytes that are not reserved; the whole budget when nothing is being read or handled. */
    public long free() {
        return limit - used;
    }

    private void serve() {
        if (serving) {
            return; // the one who is at it goes on
        }
        serving = true;
        try {
            boolean more = true;
            while (more) {
                more = grantNext() || takeSpare();
            }
        } finally {
            serving = false;
        }
    }

    /** Serves who is next, if there is room. */
    private boolean grantNext() {
        Waiter first = null;
        for (Iterator<Waiter> all = waiting.iterator(); all.hasNext(); ) {
            Waiter waiter = all.next();
            if (!waiter.demand().isUrgent().getAsBoolean()) {
                continue;
            }
            if (used + waiter.demand().least() <= limit + MAX_READ) {
                all.remove();
                grant(waiter, share(waiter.demand()));
                return true;
            }
            first = first == null ? waiter : first;
            if (!mayOvertake(first)) {
                return false;
            }
        }
        return first == null && grantAhead();
    }

    /** Serves who reads ahead, within the budget. */
    private boolean grantAhead() {
        for (Iterator<Waiter> all = waiting.iterator(); all.hasNext(); ) {
            Waiter waiter = all.next();
            long bytes = share(waiter.demand());
            if (used + bytes <= limit) {
                all.remove();
                grant(waiter, bytes);
                return true;
            }
        }
        return false;
    }

    /** A part of the room at most, so that a few handlers that never return leave room for the next. */
    private long share(Demand demand) {
        return Math.max(demand.least(), Math.min(demand.bytes(), free() / READS_IN_THE_ROOM));
    }

    private void grant(Waiter waiter, long bytes) {
        used += bytes;
        waiter.then().accept(bytes);
    }

    private boolean mayOvertake(Waiter first) {
        long now = loop.nanoTime();
        if (!first.equals(blocked)) {
            blocked = first;
            blockedSince = now;
        }
        long turns = (now - blockedSince) / TURN_NANOS;
        if (turn == null) {
            long end = blockedSince + (turns + 1) * TURN_NANOS;
            turn = loop.schedule(end - now, () -> {
                turn = null;
                serve();
            });
        }
        return turns % 2 == 1;
    }

    /** Has the oldest spare bytes given back if somebody needs them. */
    private boolean takeSpare() {
        if (spares.isEmpty()
                || waiting.stream()
                        .noneMatch(waiter -> waiter.demand().isUrgent().getAsBoolean())) {
            return false;
        }
        Spare oldest = spares.iterator().next();
        spares.remove(oldest);
        oldest.giveBack();
        return true;
    }
}
