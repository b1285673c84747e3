package io.shardline.consumer.internal.lease;

import io.shardline.consumer.internal.lease.FleetPlan.Move;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The carrying out of a plan for a whole fleet, whose sessions look at nothing but their own rows and their neighbours' (rule
 * 24 of the lease protocol).
 *
 * <p>It writes owners into free leases and tells them; asks those who hold too many, in the name of those who will have
 * them; and tells sessions whom they watch. What does not fit into a session's row waits for the next round. Confined to
 * the consumer loop.
 */
final class Assignments {

    /** Heartbeats in which a session takes what was assigned to it; after that it is told to look. */
    private static final int BEATS_TO_TAKE = 3;

    private final SessionKeeper.Setting setting;
    private final LargeFleet.Owner owner;
    private final Map<String, Set<String>> neighboursTold = new HashMap<>();
    private final Set<String> sharesTold = new LinkedHashSet<>();
    private final Map<String, Long> behindSince = new HashMap<>();
    private final Map<String, Integer> room = new HashMap<>();
    private boolean complete;

    /** @param owner plans once more where somebody was not told what he must know */
    Assignments(SessionKeeper.Setting setting, LargeFleet.Owner owner) {
        this.setting = setting;
        this.owner = owner;
    }

    /** What was told in an earlier time as the planner may be outdated. */
    void startOver() {
        neighboursTold.clear();
        sharesTold.clear();
        behindSince.clear();
    }

    /**
     * Does as much of a plan as the rows of those concerned have room for.
     *
     * @param rows the sessions as they were last read
     * @param ring all of them that live
     * @param leases as they were last read
     * @return whether all of it was done, and all that was done before has come about; what was asked for still has to
     */
    boolean carryOut(FleetPlan plan, Collection<SessionRow> rows, Ring ring, Collection<Lease> leases) {
        complete = true;
        room.clear();
        rows.stream()
                .filter(SessionRow::alive)
                .forEach(row ->
                        room.put(row.id(), SessionRow.MAX_HINTS - row.inbox().size()));
        tellNeighbours(ring);
        plan.takes().asMap().forEach((session, some) -> some.forEach(lease -> assign(lease, session)));
        plan.moves().forEach(this::ask);
        remind(rows, leases);
        tellShares(plan);
        return complete && behindSince.isEmpty();
    }

    /** Tells a session to look at the whole table. */
    void tellToLook(String session) {
        tell(session, SessionRow.SCAN, setting.loop().nanoTime() & Long.MAX_VALUE); // another value if it is told again
    }

    /** Whoever has just joined is ready once nothing is left that is free and his; what others are to give him comes later. */
    private void tellShares(FleetPlan plan) {
        sharesTold.retainAll(room.keySet());
        room.keySet().stream()
                .filter(session -> !plan.takes().containsKey(session) && !behindSince.containsKey(session))
                .filter(session -> !sharesTold.contains(session) && takeRoom(session, 1) == 1)
                .toList()
                .forEach(session -> {
                    sharesTold.add(session);
                    tellSurely(session, SessionRow.SHARE, () -> sharesTold.remove(session));
                });
    }

    private void tellNeighbours(Ring ring) {
        neighboursTold.keySet().retainAll(room.keySet());
        for (String session : ring.sessions()) {
            Set<String> told = neighboursTold.computeIfAbsent(session, unknown -> new LinkedHashSet<>());
            List<String> now = ring.following(session, FleetWatch.NEIGHBOURS_IF_PLANNED);
            told.retainAll(now);
            now.stream()
                    .filter(other -> !told.contains(other) && takeRoom(session, 1) == 1)
                    .forEach(other -> {
                        told.add(other);
                        tellSurely(session, SessionRow.noticeOf(other), () -> told.remove(other));
                    });
        }
    }

    /** L3, W7. */
    private void assign(Lease lease, String to) {
        if (takeRoom(to, 1) == 1) {
            setting.calls()
                    .write(
                            setting.calls()
                                    .ordinary(() -> setting.store().take(lease, to))
                                    .orTooLarge(why -> owner.setAside(lease, why)),
                            assigned -> tell(to, lease.key(), assigned.counter()),
                            found -> {}); // it is not as it was planned for; the next round sees what it is
        }
    }

    /** W6, in the name of the one who is to have them. */
    private void ask(Move move) {
        int count = takeRoom(move.to(), move.count());
        if (count > 0) {
            setting.calls().hint(() -> setting.store().ask(move.from(), move.to(), count));
        }
    }

    /** A notice may be lost, or its addressee may have stopped looking for a lease: that shows in how many it says it holds. */
    private void remind(Collection<SessionRow> rows, Collection<Lease> leases) {
        Map<String, Integer> borne = new HashMap<>();
        leases.stream()
                .filter(lease -> lease.owner() != null && !lease.isEnded())
                .forEach(lease -> borne.merge(lease.owner(), 1, Integer::sum));
        behindSince.keySet().retainAll(room.keySet());
        for (SessionRow row : rows) {
            if (!row.alive() || row.leases() >= borne.getOrDefault(row.id(), 0)) {
                behindSince.remove(row.id());
            } else if (row.heartbeat() - behindSince.computeIfAbsent(row.id(), id -> row.heartbeat())
                    >= BEATS_TO_TAKE) {
                behindSince.put(row.id(), row.heartbeat());
                tellToLook(row.id());
            }
        }
    }

    private int takeRoom(String session, int wanted) {
        int left = room.getOrDefault(session, 0);
        int taken = Math.min(left, wanted);
        room.put(session, left - taken);
        complete &= taken == wanted;
        return taken;
    }

    /** As far as it gets there: what a session does not know of it is reminded of. */
    private void tell(String session, String key, long counter) {
        setting.calls().hint(() -> setting.store().notify(session, key, counter));
    }

    /** Tells what nobody reminds of; if that fails there is another round. */
    private void tellSurely(String session, String key, Runnable failed) {
        Runnable fail = () -> {
            failed.run();
            owner.scan();
        };
        setting.calls()
                .read(
                        () -> setting.store().notify(session, key, 0),
                        result -> result.then(
                                row -> {
                                    if (!row.inbox().containsKey(key)) {
                                        fail.run(); // others have filled it meanwhile, and it says to scan
                                    }
                                },
                                row -> failed.run(), // dead
                                unknown -> fail.run()),
                        failure -> fail.run());
    }
}
