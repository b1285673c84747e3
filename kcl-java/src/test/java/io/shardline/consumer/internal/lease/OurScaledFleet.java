package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A fleet of the production classes.
 *
 * <p>Confined to the simulation.
 */
final class OurScaledFleet extends ScaledFleet {

    private final InMemoryLeaseStore rows = new InMemoryLeaseStore();
    private final MeteredTable table = new MeteredTable(rows, meter, this::moved);
    private final List<Member> members = new ArrayList<>();
    private final List<Usual> networks = new ArrayList<>();
    private int leases;
    private long mostScans;

    @Override
    String name() {
        return "Shardline";
    }

    @Override
    void start(int workers, Duration within) {
        for (int i = 0; i < workers; i++) {
            String worker = "worker-%04d".formatted(members.size());
            Member member = new Member(
                    new Member.Place(time, table, newNetwork(), ProtocolRules.ALL), worker, worker, LeaseFleet.D);
            members.add(member);
            time.after(
                    Duration.ofNanos(time.random().nextLong(within.toNanos())),
                    worker,
                    () -> member.run(member.book()::start));
        }
    }

    private Usual newNetwork() {
        Usual network = new Usual();
        networks.add(network);
        return network;
    }

    /** A network on which all goes well, at the pace of the service. */
    private final class Usual implements Network {

        private long scans;

        private void forget() {
            scans = 0;
        }

        @Override
        public Duration delay() {
            return Duration.ofNanos(time.random().nextLong(2_000_000, 10_000_000));
        }

        @Override
        public Fate fate(String operation, String key) {
            scans += operation.equals("scan") ? 1 : 0;
            mostScans = Math.max(mostScans, scans);
            return Fate.ANSWERED;
        }
    }

    @Override
    void kill(int workers) {
        for (int i = 0; i < workers; i++) {
            List<Member> alive = members.stream()
                    .filter(member -> member.process().isAlive())
                    .toList();
            alive.get(time.random().nextInt(alive.size())).process().kill();
        }
    }

    @Override
    void addLeases(int count) {
        for (int i = 0; i < count; i++) {
            rows.createLease(Lease.unowned(
                            "shardId-%012d".formatted(leases++), Checkpoint.trimHorizon(), ImmutableSet.of(), null))
                    .join();
        }
        rows.moveRevision();
    }

    @Override
    int[] held() {
        return members.stream()
                .filter(member -> member.process().isAlive())
                .mapToInt(member -> member.actsOn().size())
                .toArray();
    }

    @Override
    int leases() {
        return leases;
    }

    @Override
    long rounds() {
        return mostScans;
    }

    @Override
    void countRounds() {
        mostScans = 0;
        networks.forEach(Usual::forget);
    }
}
