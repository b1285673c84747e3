package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.simulation.PlannerLimits;
import io.shardline.consumer.simulation.ScriptedNetwork;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    final ProtocolRules rules;
    private final List<Member> members = new ArrayList<>();
    private final Map<String, Lease> lastRows = new LinkedHashMap<>();
    private long events;

    LeaseFleet() {
        this(1);
    }

    LeaseFleet(long seed) {
        this(seed, ProtocolRules.ALL);
    }

    private LeaseFleet(long seed, ProtocolRules rules) {
        time = new SimulatedTime(seed);
        this.rules = rules;
        time.onEachEvent(this::check);
    }

    /** A fleet that has one planner when more than so many live, until fewer than so many do. */
    static LeaseFleet withPlanner(int above, int notBelow) {
        return new LeaseFleet(1, new PlannerLimits(above, notBelow));
    }

    /** A member that joins now. */
    Member join(String name) {
        return join(name, D);
    }

    Member join(String name, Duration leaseDuration) {
        Member member = new Member(place(), name, name, leaseDuration);
        members.add(member);
        member.run(member.book()::start);
        until(() -> member.session() != null);
        return member;
    }

    /** Some members that join together. */
    List<Member> joinTogether(String name, int count) {
        List<Member> joining = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Member member = new Member(place(), name + i, name + i, D);
            joining.add(member);
            member.run(member.book()::start);
        }
        members.addAll(joining);
        until(() -> joining.stream().allMatch(member -> member.session() != null));
        return joining;
    }

    /** Another process with the same worker id. */
    Member restart(Member before) {
        Member member = new Member(place(), before.name() + "-again", before.name(), D);
        members.add(member);
        member.run(member.book()::start);
        return member;
    }

    List<Member> members() {
        return members;
    }

    Member.Place place() {
        return new Member.Place(time, table, new ScriptedNetwork(time), rules);
    }

    void lease(String key) {
        table.createLease(Lease.unowned(key, Checkpoint.trimHorizon(), ImmutableSet.of(), null))
                .join();
        table.moveRevision();
    }

    /** Leases with these numbers. */
    void leases(int from, int to) {
        for (int i = from; i < to; i++) {
            table.createLease(Lease.unowned("s%05d".formatted(i), Checkpoint.trimHorizon(), ImmutableSet.of(), null))
                    .join();
        }
        table.moveRevision();
    }

    FleetRow fleetRow() {
        return table.watch(Set.of()).join().fleet();
    }

    /** Whether all leases are held by those who live, each as many as the others within one. */
    boolean isBalanced() {
        List<Integer> counts = members.stream()
                .filter(member -> member.process().isAlive() && !member.isStopped())
                .map(member -> member.actsOn().size())
                .toList();
        int sum = counts.stream().mapToInt(Integer::intValue).sum();
        return sum == table.scan().join().leases().size() && Collections.max(counts) - Collections.min(counts) <= 1;
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
        if (events++ % 8 == 0) {
            checkRows();
        }
    }

    private void checkRows() {
        for (Lease row : table.scan().join().leases()) {
            Lease before = lastRows.put(row.key(), row);
            if (before != null
                    && (row.counter() < before.counter() || before.checkpoint().isAfter(row.checkpoint()))) {
                throw new AssertionError("a row went back: " + before + " to " + row);
            }
        }
    }
}
