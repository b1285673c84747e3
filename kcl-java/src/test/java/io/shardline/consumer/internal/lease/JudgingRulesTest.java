package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Rules 6 to 9 of the lease protocol: when a session may be called dead. */
class JudgingRulesTest {

    private final LeaseFleet fleet = new LeaseFleet();

    @Test
    void aHeartbeatCountsFromTheAnswerThatFirstShowedIt() { // rule 6, C11
        for (long seed = 1; seed <= 40; seed++) {
            LeaseFleet slow = new LeaseFleet(seed);
            Member a = slow.join("a");
            Member b = slow.join("b");
            b.network().delay(Duration.ofMillis(600)); // each way: what is read may be younger than the asking
            slow.advance(Duration.ofSeconds(10 + seed % 7));
            int beats = a.network().sent("renew").size();
            slow.until(() -> a.network().sent("renew").size() > beats);
            long lastLanded = slow.time.nowNanos() + Duration.ofMillis(5).toNanos();
            slow.advance(Duration.ofMillis(6));
            a.process().kill();

            slow.until(() -> !b.network().sent("markDead").isEmpty());

            assertThat(b.network().sent("markDead").get(0).nanos())
                    .as("seed %d", seed)
                    .isGreaterThanOrEqualTo(lastLanded + LeaseFleet.T.toNanos());
        }
    }

    @Test
    void aSlowTableDoesNotHideADeath() {
        Member a = fleet.join("a");
        Member b = fleet.join("b");
        fleet.lease("s1");
        fleet.lease("s2");
        fleet.until(() -> a.actsOn().size() == 1 && b.actsOn().size() == 1);
        b.network().delay(Duration.ofMillis(450)); // there and back: 0.09 D
        fleet.advance(Duration.ofSeconds(20));
        a.process().kill();

        fleet.advance(LeaseFleet.T.plus(LeaseFleet.H).plusSeconds(5));

        assertThat(b.actsOn()).hasSize(2);
    }

    @Test
    void anOlderHeartbeatIsAStaleReadAndIsIgnored() { // rule 6
        FleetWatch watch = fleet.join("b").newWatch();
        fleet.table.createSession(heartbeat(5)).join();
        watch.observe(heartbeat(5));
        fleet.advance(Duration.ofSeconds(3));
        watch.observe(heartbeat(5));
        fleet.advance(Duration.ofSeconds(2));
        watch.observe(heartbeat(4));
        fleet.advance(Duration.ofSeconds(1));
        watch.observe(heartbeat(5));

        fleet.advance(Duration.ofMillis(1_600)); // 7.6 s after it was first seen

        assertThat(fleet.sessionRow("x@1").alive()).isFalse();
        assertThat(watch.others()).isEmpty();
    }

    @Test
    void aSessionIsJudgedByItsOwnDurationAndNotByTheWatchersOne() { // rule 6, C12
        Member a = fleet.join("a", LeaseFleet.D);
        Member b = fleet.join("b", Duration.ofSeconds(4));
        fleet.lease("s1");
        fleet.lease("s2");
        fleet.until(() -> a.actsOn().size() == 1 && b.actsOn().size() == 1);
        fleet.advance(Duration.ofSeconds(4));
        a.process().pause(Duration.ofSeconds(4)); // longer than b would wait for one of its own kind

        fleet.advance(Duration.ofSeconds(10));

        assertThat(a.sessions()).hasSize(1);
        assertThat(b.network().sent("markDead")).isEmpty();
        assertThat(b.taken()).hasSize(1);
    }

    @Test
    void whoHasNotLookedForAWhileStartsToCountAnew() { // rule 7, C18
        Member a = fleet.join("a");
        Member b = fleet.join("b");
        fleet.lease("s1");
        fleet.lease("s2");
        fleet.until(() -> a.actsOn().size() == 1 && b.actsOn().size() == 1);
        fleet.advance(LeaseFleet.H);
        String former = Objects.requireNonNull(a.session());
        b.network().cut(); // the table is out for both
        a.network().cut();
        fleet.advance(Duration.ofMillis(6_500));
        b.network().mend();
        fleet.advance(Duration.ofMillis(2_500));
        a.network().mend(); // a is over by its own clock, and comes back to what it held

        fleet.until(() -> a.sessions().size() == 2);
        fleet.until(() -> a.actsOn().size() == 1);

        assertThat(b.network().sent("markDead")).isEmpty();
        assertThat(fleet.sessionRow(former).heir()).isEqualTo(a.session());
        assertThat(b.taken()).hasSize(1);
    }

    @Test
    void whoHasNoSessionJudgesNobody() { // rule 7
        Member a = fleet.join("a");
        Member b = fleet.join("b");
        fleet.advance(Duration.ofSeconds(5));
        b.network().next(100, "renew", Fate.REQUEST_LOST); // b may read, but not renew
        b.network().next(100, "createSession", Fate.REQUEST_LOST);
        fleet.until(() -> b.session() == null);
        a.process().kill();

        fleet.advance(Duration.ofSeconds(15));

        assertThat(b.network().sent("markDead")).isEmpty();
    }

    @Test
    void theDeadStayDeadWhateverAnOlderReadShows() { // rule 8
        FleetWatch watch = fleet.join("b").newWatch();
        watch.observe(heartbeat(5).dead(null));

        watch.observe(heartbeat(4));
        watch.observe(heartbeat(6));

        assertThat(watch.others()).isEmpty();
        assertThat(watch.dead()).containsExactly("x@1");
    }

    @Test
    void aLateMarkOfAFormerLifeDoesNotTouchTheNewOne() { // rule G1, C3
        Member a = fleet.join("a");
        Member b = fleet.join("b");
        fleet.lease("s");
        fleet.until(() -> a.holds("s") || b.holds("s"));
        fleet.advance(LeaseFleet.H);
        String former = Objects.requireNonNull(a.session());
        b.network().next("markDead", Fate.REQUEST_LATE);
        a.process().pause(LeaseFleet.T.plusMillis(200)); // b marks at the very end of the pause

        fleet.until(() -> a.sessions().size() == 2);
        fleet.advance(Duration.ofSeconds(20));

        assertThat(fleet.sessionRow(former).alive()).isFalse();
        assertThat(a.sessions()).hasSize(2);
        assertThat(fleet.sessionRow(Objects.requireNonNull(a.session())).alive())
                .isTrue();
    }

    @Test
    void anOwnerWithoutARowIsDeadOnlyWhenItIsAbsentTwiceAJudgingTimeApart() { // rule 9, C4
        fleet.table
                .createLease(new Lease("s", "ghost@1", 7, Checkpoint.trimHorizon(), ImmutableSet.of(), null, 0))
                .join();
        Member b = fleet.join("b");
        fleet.until(() -> !b.network().sent("readSession").isEmpty());
        long firstLook = fleet.time.nowNanos();

        fleet.until(() -> b.holds("s"));

        assertThat(fleet.time.nowNanos() - firstLook).isGreaterThanOrEqualTo(LeaseFleet.T.toNanos());
        assertThat(b.network().sent("readSession")).hasSize(2);
        assertThat(b.lastTaken().fencingToken()).isEqualTo(8);
    }

    @Test
    void anOwnerWhoseRowAppearsAfterTheLeaseWasReadIsAlive() { // rule 9, C4
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        fleet.table
                .createLease(new Lease("t", "late@1", 1, Checkpoint.trimHorizon(), ImmutableSet.of(), null, 0))
                .join();
        fleet.table.moveRevision();
        fleet.until(() -> !a.network().sent("readSession").isEmpty());
        fleet.advance(Duration.ofSeconds(1));
        fleet.table
                .createSession(SessionRow.created("late@1", Worker.named("late"), Timing.of(LeaseFleet.D)))
                .join();

        fleet.advance(Duration.ofSeconds(7));

        assertThat(a.holds("t")).isFalse();
        assertThat(fleet.sessionRow("late@1").alive()).isTrue();
    }

    @Test
    void theLongestJudgingTimeOfTheFleetDecidesAboutTheAbsent() { // rule 9
        Member slow = fleet.join("slow", Duration.ofSeconds(40));
        Member quick = fleet.join("quick", Duration.ofSeconds(4));
        fleet.advance(Duration.ofSeconds(2));
        fleet.table
                .createLease(new Lease("s", "ghost@1", 7, Checkpoint.trimHorizon(), ImmutableSet.of(), null, 0))
                .join();
        fleet.table.moveRevision();

        fleet.advance(Duration.ofSeconds(25));
        assertThat(List.of(slow.holds("s"), quick.holds("s"))).containsOnly(false);
        fleet.until(() -> slow.holds("s") || quick.holds("s"));
    }

    private static SessionRow heartbeat(long number) {
        return new SessionRow(
                "x@1",
                Worker.named("x"),
                true,
                false,
                number,
                Timing.of(LeaseFleet.D),
                0,
                com.google.common.collect.ImmutableMap.of(),
                com.google.common.collect.ImmutableMap.of(),
                null);
    }

    @Test
    void anOwnerWhoseRowSomebodyDeletedAndWhoThenDiedIsFoundOut() { // rule 9
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        Member b = fleet.join("b");
        fleet.advance(LeaseFleet.H.multipliedBy(2)); // b has seen a alive
        String owner = Objects.requireNonNull(a.session());
        a.process().kill();
        fleet.table.retire(owner, null).join();
        fleet.table.deleteSession(owner).join();
        fleet.table.moveRevision();

        fleet.until(() -> b.holds("s"));
    }
}
