package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How leases go from this session to others that live: asked for, never taken, and promised before they are let go (rules 15
 * to 17 of the lease protocol).
 *
 * <p>Requests and promises stand in the row that their addressee renews anyway, so they come back with its heartbeat and cost
 * no call. A shard is handled here until the next owner's heartbeat shows that it knows of the promise; so it is not handled
 * only for as long as the next owner takes to see the lease given. Confined to the consumer loop.
 */
final class HandOvers {

    /** How many times in a heartbeat it is looked whether a receiver knows of a promise. */
    private static final int LOOKS_PER_BEAT = 12;

    /** How many heartbeats a receiver may miss before a promise to him is taken back. */
    private static final int MOST_BEATS = 2;

    /** Heartbeats after which whoever plans for all has seen that a lease went: a scan, an ask, and the reading of it. */
    private static final int BEATS_TO_SEE = 2;

    /** Gifts within this time are told to their receiver as one. */
    private static final long GIVEN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final SessionKeeper.Setting setting;
    private final SessionKeeper session;
    private final FleetWatch fleet;
    private final LeaseBook book;
    private final FleetScan scans;

    /** What is on its way to whom, what went a moment ago included. */
    private final Map<HeldLease, String> promised = new LinkedHashMap<>();

    private final Map<String, Map<String, Long>> given = new LinkedHashMap<>();
    private final Set<String> unfit = new LinkedHashSet<>();
    private boolean leaving;
    private long longestWaitNanos = Long.MAX_VALUE;

    HandOvers(SessionKeeper.Setting setting, SessionKeeper session, FleetWatch fleet, LeaseBook book, FleetScan scans) {
        this.setting = setting;
        this.session = session;
        this.fleet = fleet;
        this.book = book;
        this.scans = scans;
    }

    /** Serves those who ask for leases. */
    void serve(SessionRow mine) {
        int total = mine.asks().values().stream().mapToInt(Integer::intValue).sum();
        mine.asks().forEach((asker, count) -> {
            session.askRead(asker, count);
            if (fleet.isKnown(asker)) {
                serve(asker, count, total);
            } else {
                // A newcomer, who changes what everybody's share is.
                setting.calls()
                        .read(
                                () -> setting.store().readSession(asker),
                                row -> {
                                    row.ifPresent(fleet::observe);
                                    serve(asker, count, total);
                                },
                                failure -> {}); // he asks again
            }
        });
    }

    /**
     * Promises what is above this session's share, and no more than was asked for. Where one plans for all it asks, again and
     * again until it is done, and nobody else knows the shares: what is on its way counts as done, whoever it was for, as the next
     * plan may have others have it.
     */
    private void serve(String asker, int count, int total) {
        if (leaving || !fleet.others().contains(asker)) {
            return;
        }
        int most = fleet.isPlanned()
                ? Math.min(count - Collections.frequency(promised.values(), asker), total - promised.size())
                : surplus();
        List<HeldLease> chosen = new ArrayList<>(book.held());
        chosen.removeAll(promised.keySet());
        int from = chosen.size() - Math.max(0, Math.min(count, most));
        promise(asker, chosen.subList(Math.max(0, from), chosen.size()));
    }

    private int surplus() {
        int staying = (int) book.held().stream()
                .filter(lease -> !promised.containsKey(lease))
                .count();
        return staying - scans.activeLeases() / scans.liveSessions();
    }

    /** A lease is not held any more; who planned before that does not know yet. */
    void went(HeldLease lease) {
        if (session.id() == null) {
            promised.remove(lease); // with all others
        } else if (promised.containsKey(lease)) {
            setting.loop().schedule(BEATS_TO_SEE * session.beatNanos(), () -> promised.remove(lease));
        }
    }

    /**
     * Lets all leases go: to the others, evenly, or to nobody if there is nobody who will have them.
     *
     * @param limitNanos how long to wait for a receiver to know that he gets something
     */
    void leaveAll(long limitNanos) {
        leaving = true;
        longestWaitNanos = limitNanos;
        List<HeldLease> left = new ArrayList<>(book.held());
        left.removeAll(promised.keySet());
        passOn(left);
    }

    private void passOn(List<HeldLease> leases) {
        Map<String, HeldLease> byKey = new LinkedHashMap<>();
        leases.stream().filter(lease -> !lease.isGone()).forEach(lease -> byKey.put(lease.key(), lease));
        var heirs = scans.heirs(byKey.keySet(), unfit);
        byKey.forEach((key, lease) -> {
            if (!heirs.containsValue(key)) {
                book.listener().handOver(lease, null); // there is nobody, or nobody who has room
            }
        });
        heirs.asMap()
                .forEach((heir, keys) ->
                        promise(heir, keys.stream().map(byKey::get).toList()));
    }

    private void promise(String receiver, List<HeldLease> some) {
        List<HeldLease> leases = List.copyOf(some);
        if (leases.isEmpty()) {
            return;
        }
        leases.forEach(lease -> promised.put(lease, receiver));
        ImmutableMap.Builder<String, Long> notices = ImmutableMap.builder();
        leases.forEach(lease -> notices.put(lease.key(), lease.row().counter()));
        leases.forEach(book.listener()::promised);
        Promise promise = new Promise(receiver, leases);
        tell(receiver, notices.buildOrThrow(), promise::told);
    }

    private void takeBack(Promise promise) {
        promised.keySet().removeAll(promise.leases);
        if (leaving) {
            unfit.add(promise.receiver);
            passOn(promise.leases);
        }
    }

    /** After a gift: a receiver who died has nobody's watch fire for it, and one who lives may not look out any longer. */
    void gave(String receiver, Lease lease) {
        long counter = lease.counter() + 1; // as the gift has left it, and no promise has told it
        Map<String, Long> notices = given.get(receiver);
        if (notices != null) {
            notices.put(lease.key(), counter);
            return;
        }
        Map<String, Long> first = new LinkedHashMap<>(Map.of(lease.key(), counter));
        given.put(receiver, first);
        setting.loop().schedule(GIVEN_NANOS, () -> {
            given.remove(receiver);
            tell(receiver, ImmutableMap.copyOf(first), told -> {
                if (told.isEmpty()) {
                    scans.announceNewLeases();
                }
            });
        });
    }

    /** W7, for all at once. The answer is the receiver's row with the notices in it, or nothing if it may not see them. */
    private void tell(String receiver, ImmutableMap<String, Long> notices, Consumer<Optional<SessionRow>> answer) {
        setting.calls().read(() -> notifyOf(receiver, notices), answer, failure -> answer.accept(Optional.empty()));
    }

    private CompletableFuture<Optional<SessionRow>> notifyOf(String receiver, ImmutableMap<String, Long> notices) {
        LeaseStore store = setting.store();
        List<CompletableFuture<WriteResult<SessionRow>>> writes = new ArrayList<>();
        if (notices.size() > SessionRow.MAX_HINTS) {
            long sum = notices.values().stream().mapToLong(Long::longValue).sum(); // another one if it is told again
            writes.add(store.notify(receiver, SessionRow.SCAN, sum));
        } else {
            notices.forEach((key, counter) -> writes.add(store.notify(receiver, key, counter)));
        }
        return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).thenApply(all -> latest(writes));
    }

    private static Optional<SessionRow> latest(List<CompletableFuture<WriteResult<SessionRow>>> writes) {
        SessionRow latest = null;
        for (CompletableFuture<WriteResult<SessionRow>> write : writes) {
            if (!(write.join() instanceof WriteResult.Written<SessionRow> written)) {
                return Optional.empty();
            }
            if (latest == null || written.row().heartbeat() > latest.heartbeat()) {
                latest = written.row();
            }
        }
        return Optional.ofNullable(latest);
    }

    /** Leases that one session will get once its heartbeat has moved from where it was when the session was told. */
    private final class Promise {

        private final String receiver;
        private final List<HeldLease> leases;
        private long beatNanos;
        private long heartbeat;
        private long takenBackAt;

        private Promise(String receiver, List<HeldLease> leases) {
            this.receiver = receiver;
            this.leases = leases;
        }

        private void told(Optional<SessionRow> answer) {
            if (answer.isEmpty()) {
                takeBack(this);
                return;
            }
            SessionRow row = answer.get();
            beatNanos = row.timing().beatNanos();
            heartbeat = row.heartbeat();
            takenBackAt = setting.loop().nanoTime() + Math.min(MOST_BEATS * beatNanos, longestWaitNanos);
            seen(row);
        }

        private void seen(SessionRow row) {
            fleet.observe(row);
            if (!row.alive() || row.leaving()) {
                takeBack(this);
            } else if (row.heartbeat() > heartbeat) {
                leases.stream()
                        .filter(lease -> !lease.isGone())
                        .forEach(lease -> book.listener().handOver(lease, receiver));
            } else {
                lookLater();
            }
        }

        private void lookLater() {
            if (setting.loop().nanoTime() - takenBackAt >= 0) {
                takeBack(this);
            } else {
                setting.loop().schedule(beatNanos / LOOKS_PER_BEAT, this::look);
            }
        }

        private void look() {
            setting.calls()
                    .read(
                            () -> setting.store().readSession(receiver),
                            found -> found.ifPresentOrElse(this::seen, () -> takeBack(this)),
                            failure -> lookLater());
        }
    }
}
