package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.simulation.ScriptedNetwork;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * A few members of a fleet that share leases, and nothing else: no stream, no handlers.
 *
 * <p>After every event it checks that no lease is acted on by two and that no row goes back. Confined to one thread.
 */
final class LeaseFleet {

    static final Duration D = Duration.ofSeconds(10);
    static final Duration T = Duration.ofMillis(7_500);
    static final Duration H = Duration.ofSeconds(3);

    final SimulatedTime time;
    final InMemoryLeaseStore table = new InMemoryLeaseStore();
    private final List<Member> members = new ArrayList<>();
    private final Map<String, Lease> lastRows = new LinkedHashMap<>();

    LeaseFleet() {
        this(1);
    }

    LeaseFleet(long seed) {
        time = new SimulatedTime(seed);
        time.onEachEvent(this::check);
    }

    /** A member that joins now. */
    Member join(String name) {
        return join(name, D);
    }

    Member join(String name, Duration leaseDuration) {
        Member member = new Member(this, name, name, leaseDuration);
        members.add(member);
        member.run(member.book()::start);
        until(() -> member.session() != null);
        return member;
    }

    /** Another process with the same worker id. */
    Member restart(Member before) {
        Member member = new Member(this, before.name() + "-again", before.name(), D);
        members.add(member);
        member.run(member.book()::start);
        return member;
    }

    ScriptedNetwork newNetwork() {
        return new ScriptedNetwork(time);
    }

    void lease(String key) {
        table.createLease(Lease.unowned(key, Checkpoint.trimHorizon(), ImmutableSet.of(), null))
                .join();
        table.moveRevision();
    }

    Lease row(String key) {
        return table.readLeases(List.of(key)).join().get(0);
    }

    SessionRow sessionRow(String id) {
        return table.readSession(id).join().orElseThrow();
    }

    void advance(Duration duration) {
        time.advance(duration);
    }

    /** Goes on until something is so; fails after a minute. */
    void until(BooleanSupplier condition) {
        time.runUntil(condition, Duration.ofMinutes(1));
    }

    private void check() {
        Map<String, String> owners = new LinkedHashMap<>();
        for (Member member : members) {
            for (String key : member.actsOn()) {
                String other = owners.put(key, member.name());
                if (other != null) {
                    throw new AssertionError(key + " is acted on by " + other + " and by " + member.name());
                }
            }
        }
        for (Lease row : table.scan().join().leases()) {
            Lease before = lastRows.put(row.key(), row);
            if (before != null
                    && (row.counter() < before.counter() || before.checkpoint().isAfter(row.checkpoint()))) {
                throw new AssertionError("a row went back: " + before + " to " + row);
            }
        }
    }
}
