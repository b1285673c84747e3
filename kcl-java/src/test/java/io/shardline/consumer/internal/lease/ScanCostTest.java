package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import com.sun.management.ThreadMXBean;
import io.shardline.consumer.simulation.ScriptedNetwork;
import io.shardline.testkit.time.SimulatedTime;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a scan of many leases costs, counted in bytes that are allocated for it: they do not depend on the machine. */
class ScanCostTest {

    private static final int FEW = 2_500;
    private static final int MANY = 10_000;

    /** Sorting grows a little faster than the number; a set that is built for each lease makes it sixteen times. */
    private static final int MOST_TIMES = 6;

    @Test
    void aScanAndAPlanAreLinearInTheLeases() {
        bytesOf(FEW, Integer.MAX_VALUE); // loads the classes

        assertThat(bytesOf(MANY, Integer.MAX_VALUE) / bytesOf(FEW, Integer.MAX_VALUE))
                .isLessThan(MOST_TIMES);
    }

    @Test
    void soAreThoseOfAWorkerThatMayHoldAHalfOfThem() {
        bytesOf(FEW, FEW / 2);

        assertThat(bytesOf(MANY, MANY / 2) / bytesOf(FEW, FEW / 2)).isLessThan(MOST_TIMES);
    }

    /** A worker joins, takes what it may, and scans again, with a hundred dead sessions whose leases these were. */
    private static long bytesOf(int leases, int mostLeases) {
        SimulatedTime time = new SimulatedTime(1);
        InMemoryLeaseStore table = new InMemoryLeaseStore();
        for (int i = 0; i < 100; i++) {
            table.createSession(SessionRow.created("dead" + i + "@1", Worker.named("dead"), Timing.of(LeaseFleet.D)));
            table.retire("dead" + i + "@1", null);
        }
        for (int i = 0; i < leases; i++) {
            String owner = i % 2 == 0 ? null : "dead" + i % 100 + "@1";
            table.createLease(
                    new Lease("s%05d".formatted(i), owner, 1, Checkpoint.trimHorizon(), ImmutableSet.of(), null, 0));
        }
        Member member = new Member(
                new Member.Place(time, table, new ScriptedNetwork(time), ProtocolRules.ALL),
                "w",
                new Worker("w", mostLeases),
                LeaseFleet.D);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        member.run(member.book()::start);
        time.runUntil(() -> member.book().heldKeys().size() == Math.min(leases, mostLeases), Duration.ofMinutes(5));
        member.run(member.book()::scanForOwn);
        time.advance(Duration.ofSeconds(30));
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
