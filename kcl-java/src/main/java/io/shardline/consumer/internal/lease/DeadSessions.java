package io.shardline.consumer.internal.lease;

import io.shardline.runtime.internal.EventLoop;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that are known to be dead, and who may have what they held.
 *
 * <p>Confined to the consumer loop.
 */
final class DeadSessions {

    /** How long the row of a dead session is kept after its death was seen here. */
    private static final long KEPT_NANOS = TimeUnit.HOURS.toNanos(1);

    private final EventLoop loop;
    private final SessionKeeper self;
    private final long heirsTimeNanos;
    private final Map<String, Death> deaths = new LinkedHashMap<>();

    /** Who goes on for a dead session, and since when its death is known here. */
    private record Death(@Nullable String heir, long since) {}

    /** @param heirsTimeNanos for how long the leases of a session that ended itself are left to its heir */
    DeadSessions(EventLoop loop, SessionKeeper self, long heirsTimeNanos) {
        this.loop = loop;
        this.self = self;
        this.heirsTimeNanos = heirsTimeNanos;
    }

    void add(String session, @Nullable String heir) {
        deaths.putIfAbsent(session, new Death(heir, loop.nanoTime()));
    }

    boolean contains(String session) {
        return deaths.containsKey(session);
    }

    void retainAll(Collection<String> sessions) {
        deaths.keySet().retainAll(sessions);
    }

    /** Whether the leases of a session are for anybody, or for this worker as its heir. */
    boolean isFree(String session) {
        Death death = deaths.get(session);
        return death != null && !isLeftToHeir(death);
    }

    /** All of which that is so. */
    Set<String> free() {
        Set<String> free = new LinkedHashSet<>();
        deaths.forEach((session, death) -> {
            if (!isLeftToHeir(death)) {
                free.add(session);
            }
        });
        return free;
    }

    /** Those that may be forgotten: for an hour no delayed message of theirs has been under way. */
    Set<String> longDead() {
        Set<String> old = new LinkedHashSet<>();
        deaths.forEach((session, death) -> {
            if (loop.nanoTime() - death.since() >= KEPT_NANOS) {
                old.add(session);
            }
        });
        return old;
    }

    /** Forgets them here; should one matter again, its row or its absence says the same. */
    void forgetLongDead() {
        deaths.keySet().removeAll(longDead());
    }

    /** How long until some dead session's leases are no longer left to its heir, or -1. */
    long nanosUntilFree() {
        long least = -1;
        for (Death death : deaths.values()) {
            if (isLeftToHeir(death)) {
                long left = Math.max(0, death.since() + heirsTimeNanos - loop.nanoTime());
                least = least < 0 ? left : Math.min(least, left);
            }
        }
        return least;
    }

    private boolean isLeftToHeir(Death death) {
        return death.heir() != null
                && !self.isCurrent(death.heir())
                && loop.nanoTime() - death.since() < heirsTimeNanos;
    }
}
