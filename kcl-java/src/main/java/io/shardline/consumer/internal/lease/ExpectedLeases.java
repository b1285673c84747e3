package io.shardline.consumer.internal.lease;

import io.shardline.runtime.internal.EventLoop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The leases that others have promised to this session, and the look-out for them (rule 16 of the lease protocol).
 *
 * <p>It looks often at first, because a giver lets go once this session can know of the promise; then seldom, because the
 * giver's handler may be slow; then no more. Confined to the consumer loop.
 */
final class ExpectedLeases {

    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int SOON_LOOKS = 50;
    private static final long LATER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int MOST_LOOKS = 100;

    /** Scans instead, when there were too many promises to name; for as long as it would look often. */
    private static final long SCAN_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    private static final int MOST_SCANS = 33;

    /** One in so many of them in a large fleet, whose table is large as well. */
    private static final int PLANNED_SHARE = 13;

    private final SessionKeeper.Setting setting;
    private final SessionKeeper session;
    private final LeaseBook book;
    private final Map<String, Integer> looks = new LinkedHashMap<>();
    private @Nullable String expecting;
    private EventLoop.@Nullable Timer later;
    private int scansLeft;

    ExpectedLeases(SessionKeeper.Setting setting, SessionKeeper session, LeaseBook book) {
        this.setting = setting;
        this.session = session;
        this.book = book;
    }

    /** A lease bears the name of the session that lives now, or soon will. */
    void expect(String me, String key) {
        expectFor(me);
        boolean looking = !looks.isEmpty();
        looks.put(key, 0);
        EventLoop.Timer waiting = later;
        if (waiting != null) {
            waiting.cancel(); // it is long, for what was looked for in vain
            later = null;
        }
        if (!looking || waiting != null) {
            look(me);
        }
    }

    /** More leases than could be named bear its name, or soon will. */
    void expectMany(String me) {
        expectFor(me);
        boolean scanning = scansLeft > 0;
        scansLeft = MOST_SCANS;
        if (!scanning) {
            scan(me);
        }
    }

    /** Leases that were promised and are not seen yet. */
    Set<String> keys() {
        return looks.keySet();
    }

    /** Forgets what an earlier session was promised. */
    private void expectFor(String me) {
        if (!me.equals(expecting)) {
            expecting = me;
            looks.clear();
            scansLeft = 0;
            if (later != null) {
                later.cancel();
                later = null;
            }
        }
    }

    private void scan(String me) {
        if (session.isCurrent(me) && scansLeft > 0) {
            int share = book.isPlanned() ? PLANNED_SHARE : 1;
            scansLeft -= share;
            book.scanForOwn();
            setting.loop().schedule(share * SCAN_NANOS, () -> scan(me));
        }
    }

    private void look(String me) {
        looks.keySet().removeAll(book.heldKeys());
        looks.keySet().removeIf(book.setAside()::contains); // it is looked at again when it is tried again
        if (!session.isCurrent(me) || looks.isEmpty() || !me.equals(expecting)) {
            return;
        }
        List<String> keys = List.copyOf(looks.keySet());
        setting.calls()
                .read(
                        () -> setting.store().readReadable(keys),
                        found -> {
                            // Expected until it is held: a take may have to wait for an earlier write.
                            found.stream().filter(lease -> lease.isOwnedBy(me)).forEach(book::take);
                            lookLater(me);
                        },
                        failure -> lookLater(me));
    }

    private void lookLater(String me) {
        looks.replaceAll((key, count) -> count + 1);
        looks.values().removeIf(count -> count >= MOST_LOOKS);
        boolean soon = looks.values().stream().anyMatch(count -> count < SOON_LOOKS);
        if (soon) {
            setting.loop().schedule(SOON_NANOS, () -> look(me));
        } else {
            later = setting.loop().schedule(LATER_NANOS, () -> {
                later = null;
                look(me);
            });
        }
    }
}
