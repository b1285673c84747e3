package io.shardline.consumer.internal.lease;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * How a lease goes from one living session to another: asked for, never taken.
 *
 * <p>Requests lie in the row that the one who must act renews anyway, so they come back with his heartbeat and cost no
 * call. Confined to the consumer loop.
 */
final class HandOvers {

    /** How often a promised lease is looked for, and for how long. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final int MOST_LOOKS = 60;

    private final SessionKeeper.Setting setting;
    private final SessionKeeper session;
    private final LeaseBook book;
    private final FleetScan scans;
    private final Set<HeldLease> leaving = new LinkedHashSet<>();
    private final Set<String> expected = new LinkedHashSet<>();

    HandOvers(SessionKeeper.Setting setting, SessionKeeper session, LeaseBook book, FleetScan scans) {
        this.setting = setting;
        this.session = session;
        this.book = book;
        this.scans = scans;
    }

    /** Acts on what others wrote into this session's row. */
    void read(SessionRow row) {
        row.asks().forEach((asker, count) -> {
            session.askRead(asker);
            serve(asker, count);
        });
        row.inbox().keySet().forEach(key -> {
            session.inboxRead(key);
            if (key.equals(SessionRow.SCAN)) {
                scans.scan();
            } else if (expected.add(key)) {
                look(key, row.id(), MOST_LOOKS);
            }
        });
    }

    /** Gives away what is above this session's share, and no more than was asked for. */
    private void serve(String asker, int count) {
        leaving.removeIf(HeldLease::isGone);
        int share = scans.activeLeases() / scans.liveSessions();
        int surplus = book.held().size() - leaving.size() - share;
        List<HeldLease> mine = new ArrayList<>(book.held());
        for (int i = mine.size() - 1, left = Math.min(count, surplus); i >= 0 && left > 0; i--) {
            if (leaving.add(mine.get(i))) {
                left--;
                promise(mine.get(i), asker);
            }
        }
    }

    private void promise(HeldLease lease, String asker) {
        setting.calls()
                .read(
                        () -> setting.store().readSession(asker),
                        row -> {
                            if (row.isEmpty() || !row.get().alive() || lease.isGone()) {
                                leaving.remove(lease);
                                return;
                            }
                            setting.calls()
                                    .hint(() -> setting.store()
                                            .notify(
                                                    asker,
                                                    lease.key(),
                                                    lease.row().counter()));
                            book.handOver(lease, asker);
                        },
                        failure -> leaving.remove(lease));
    }

    /** After a gift: a receiver that died has nobody's watch fire for it, and one that lives may not look any longer. */
    void checkReceiver(String receiver, Lease given) {
        setting.calls()
                .read(
                        () -> setting.store().readSession(receiver),
                        row -> {
                            if (row.isEmpty() || !row.get().alive()) {
                                scans.announceNewLeases();
                            } else {
                                setting.calls()
                                        .hint(() -> setting.store().notify(receiver, given.key(), given.counter()));
                            }
                        },
                        failure -> scans.scan());
    }

    private void look(String key, String me, int looksLeft) {
        if (!session.isCurrent(me) || looksLeft == 0) {
            expected.remove(key);
            return;
        }
        setting.calls()
                .read(
                        () -> setting.store().readLeases(List.of(key)),
                        found -> {
                            if (!found.isEmpty() && found.get(0).isOwnedBy(me)) {
                                expected.remove(key);
                                book.take(found.get(0));
                            } else {
                                lookLater(key, me, looksLeft - 1);
                            }
                        },
                        failure -> lookLater(key, me, looksLeft - 1));
    }

    private void lookLater(String key, String me, int looksLeft) {
        setting.loop().schedule(LOOK_NANOS, () -> look(key, me, looksLeft));
    }
}
