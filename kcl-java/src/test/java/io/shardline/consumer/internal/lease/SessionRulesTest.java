package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import io.shardline.consumer.simulation.ScriptedNetwork.Sent;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Rules 1 to 5 of the lease protocol: how long a session acts, and when it is over. */
class SessionRulesTest {

    private static final Timing TIMING = Timing.of(LeaseFleet.D);

    private final LeaseFleet fleet = new LeaseFleet();

    @Test
    void aRepeatedRenewalDoesNotMoveTheDeadline() { // rule 1, C1
        Member a = fleet.join("a");
        a.network().next("renew", Fate.ANSWER_LOST);
        fleet.until(() -> a.network().sent("renew").size() == 1);
        long sent = a.network().sent("renew").get(0).nanos();
        fleet.until(() -> fleet.sessionRow(session(a)).heartbeat() == 1
                && a.network().sent("renew").size() == 2);
        a.network().next(10, "renew", Fate.REQUEST_LOST); // the third and all later ones
        fleet.advance(Duration.ofNanos(sent + TIMING.actNanos() - fleet.time.nowNanos() - 1_000_000));
        assertThat(a.book().session().mayAct()).isTrue();
        fleet.advance(Duration.ofMillis(2));

        assertThat(a.book().session().mayAct()).isFalse();
    }

    @Test
    void twoOwnersAreImpossibleWhenTheAnswerOfARenewalIsLost() { // rule 1, C1
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        Member b = fleet.join("b");
        a.network().next("renew", Fate.ANSWER_LOST);
        int before = a.network().sent("renew").size();
        fleet.until(() -> a.network().sent("renew").size() == before + 2);
        a.network().next(100, "renew", Fate.REQUEST_LOST); // the repeated one was the last to arrive
        a.network().next(100, "createSession", Fate.REQUEST_LOST); // and it does not come back as its own heir

        fleet.until(() -> b.holds("s")); // the fleet checks each event

        fleet.advance(Duration.ofSeconds(2));
        assertThat(a.lost()).containsExactly("s");
    }

    @Test
    void aRenewalWhoseAnswerWasLostIsSentAgainAndCounts() { // rule 2
        Member a = fleet.join("a");
        a.network().next("renew", Fate.ANSWER_LOST);

        fleet.advance(Duration.ofSeconds(60));

        assertThat(a.sessions()).hasSize(1);
        assertThat(fleet.sessionRow(session(a)).heartbeat()).isBetween(19L, 22L);
    }

    @Test
    void aNoticeThatIsRepeatedWhileTheFirstIsBeingRemovedIsRead() {
        Member a = fleet.join("a");
        String me = session(a);
        fleet.table.notify(me, "s", 5).join();
        fleet.until(() -> fleet.sessionRow(me).heartbeat() == 1); // which has read it, and the next one removes it
        fleet.advance(Duration.ofMillis(100));
        fleet.table.notify(me, "s", 7).join();
        fleet.until(() -> fleet.sessionRow(me).heartbeat() == 2);

        assertThat(fleet.sessionRow(me).inbox()).containsEntry("s", 7L);
        fleet.until(() -> fleet.sessionRow(me).heartbeat() == 3);
        assertThat(fleet.sessionRow(me).inbox()).isEmpty();
        assertThat(a.sessions()).hasSize(1);
    }

    @Test
    void aNoticeThatALateRenewalHasRemovedIsNotRemovedAgainAndAgain() {
        Member a = fleet.join("a");
        String me = session(a);
        fleet.table.notify(me, "s", 5).join();
        fleet.until(() -> fleet.sessionRow(me).heartbeat() == 1); // which has read it
        fleet.advance(Duration.ofMillis(100));
        int before = a.network().sent("renew").size();
        a.network().next("renew", Fate.REQUEST_LATE);
        a.network().next("renew", Fate.ANSWERED);
        a.network().next("renew", Fate.REQUEST_LOST);
        fleet.until(() -> a.network().sent("renew").size() == before + 1);
        fleet.advance(Duration.ofMillis(500));
        fleet.table.notify(me, "s", 7).join(); // so the second attempt is refused
        fleet.until(() -> a.network().sent("renew").size() == before + 3);
        assertThat(fleet.sessionRow(me).heartbeat()).isEqualTo(1);
        fleet.table.notify(me, "s", 5).join(); // and the first one lands
        fleet.until(() -> fleet.sessionRow(me).heartbeat() == 2);
        fleet.advance(LeaseFleet.H.multipliedBy(2));
        int settled = a.network().sent("renew").size();

        fleet.advance(LeaseFleet.H.multipliedBy(10));

        assertThat(a.network().sent("renew").size() - settled).isBetween(10, 11);
        assertThat(a.sessions()).hasSize(1);
    }

    @Test
    void aRenewalThatFindsItsSessionDeadEndsIt() { // rule 2
        Member a = fleet.join("a");
        String first = session(a);
        fleet.table.markDead(first, 0, "b@1").join();

        fleet.until(() -> a.sessions().size() == 2);

        assertThat(a.endings()).containsExactly("another worker marked it dead");
        assertThat(fleet.sessionRow(first).alive()).isFalse();
    }

    @Test
    void aRenewalThatFindsAStrangeHeartbeatEndsTheSession() { // rule 2
        Member a = fleet.join("a");
        String first = session(a);
        SessionRow.Renewal renewal = new SessionRow.Renewal(0, false, ImmutableMap.of(), ImmutableMap.of());
        fleet.table.renew(first, 0, renewal).join();
        fleet.table.renew(first, 1, renewal).join();

        fleet.until(() -> a.sessions().size() == 2);

        assertThat(a.endings()).hasSize(1);
    }

    @Test
    void aLateAnswerDoesNotBringASessionBack() { // rule 3
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        int before = a.network().sent("renew").size();
        fleet.until(() -> a.network().sent("renew").size() > before);
        a.process().pause(LeaseFleet.T); // the renewal succeeds meanwhile

        fleet.until(() -> a.sessions().size() == 2);

        assertThat(a.endings()).containsExactly("no heartbeat was confirmed in time");
        assertThat(a.lost()).containsExactly("s");
        assertThat(fleet.sessionRow(a.sessions().get(0)).heartbeat())
                .as("it had landed")
                .isEqualTo(before + 1);
    }

    @Test
    void aMachineThatWasSuspendedWithoutItsMonotonicClockEndsItsSession() { // rule 3
        Member a = fleet.join("a");

        a.process().jumpWallClock(LeaseFleet.D.plusMillis(1));
        fleet.until(() -> a.sessions().size() == 2);

        assertThat(a.endings())
                .containsExactly("the wall clock moved by more than the lease duration since the last heartbeat");
    }

    @Test
    void aWorkerThatComesBackMarksItsFormerSessionAndKeepsItsLeases() { // rule 4
        Member a = fleet.join("a");
        Member b = fleet.join("b");
        List.of("s1", "s2", "s3", "s4").forEach(fleet::lease);
        fleet.until(() -> a.actsOn().size() == 2 && b.actsOn().size() == 2);
        fleet.advance(LeaseFleet.H);
        List<String> held = List.copyOf(a.actsOn());
        String former = session(a);
        int before = a.network().sent("renew").size();
        fleet.until(() -> a.network().sent("renew").size() > before);
        a.process().pause(Duration.ofMillis(7_400)); // longer than it may act, shorter than others must wait

        fleet.until(() -> a.sessions().size() == 2);
        fleet.until(() -> a.actsOn().size() == 2);

        assertThat(fleet.sessionRow(former).heir()).isEqualTo(session(a));
        assertThat(a.actsOn()).containsExactlyElementsOf(held);
        assertThat(b.lost()).isEmpty();
        assertThat(b.taken()).hasSize(2);
    }

    @Test
    void othersLeaveTheLeasesOfASessionThatEndedItselfToItsHeirForAWhile() { // rule 4
        Member heir = fleet.join("z");
        Member other = joinBeside(heir);
        String former = session(heir);
        heir.process().pause(Duration.ofMillis(7_400));
        fleet.until(() -> !fleet.sessionRow(former).alive());
        other.run(other.book()::scanForOwn);

        fleet.until(() -> heir.holds("s"));

        assertThat(other.taken()).isEmpty();
    }

    @Test
    void anHeirThatTakesNothingIsNotWaitedForLongerThanAHeartbeat() { // rule 4
        Member heir = fleet.join("z");
        Member other = joinBeside(heir);
        String former = session(heir);
        heir.network().next(20, "take", Fate.REQUEST_LOST);
        heir.process().pause(Duration.ofMillis(7_400));
        fleet.until(() -> !fleet.sessionRow(former).alive());
        other.run(other.book()::scanForOwn);
        long seen = fleet.time.nowNanos();

        fleet.until(() -> other.holds("s"));

        assertThat(Duration.ofNanos(fleet.time.nowNanos() - seen)).isBetween(LeaseFleet.H, LeaseFleet.H.plusSeconds(1));
    }

    /** Another member, one that a plan without heirs would give the lease to. */
    private Member joinBeside(Member heir) {
        fleet.lease("s");
        fleet.until(() -> heir.holds("s"));
        Member other = fleet.join("b");
        fleet.advance(LeaseFleet.H);
        return other;
    }

    @Test
    void aRestartedProcessWaitsForItsNamesakeLikeAnybody() { // rule 4
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        String former = session(a);
        fleet.advance(LeaseFleet.H);
        a.process().kill();
        Member again = fleet.restart(a);
        long killed = fleet.time.nowNanos();

        fleet.until(() -> again.holds("s"));

        assertThat(fleet.time.nowNanos() - killed).isGreaterThanOrEqualTo(LeaseFleet.T.toNanos());
        assertThat(fleet.sessionRow(former).heir()).isNull();
        assertThat(again.network().sent("retire")).isEmpty();
    }

    @Test
    void noOtherWriteIsSentBeforeTheSessionIsConfirmed() { // rule 5
        fleet.lease("s");
        Member a = new Member(fleet.place(), "a", "a", LeaseFleet.D);
        a.network().next(3, "createSession", Fate.REQUEST_LOST);
        a.run(a.book()::start);

        fleet.advance(Duration.ofMillis(2_500));

        assertThat(a.network().sent()).isNotEmpty().extracting(Sent::operation).containsOnly("createSession");
        assertThat(a.actsOn()).isEmpty();
        fleet.until(() -> a.holds("s"));
    }

    @Test
    void aSessionThatIsConfirmedAfterItsOwnDeadlineIsOver() { // rule 1
        Member a = new Member(fleet.place(), "a", "a", LeaseFleet.D);
        a.network().next("createSession", Fate.ANSWER_LOST);
        a.network().next(8, "createSession", Fate.REQUEST_LOST);
        a.run(a.book()::start);

        fleet.until(() -> a.session() != null);

        List<SessionRow> rows = fleet.table.scan().join().sessions();
        assertThat(rows).hasSize(2);
        assertThat(rows).filteredOn(row -> !row.id().equals(a.session())).allMatch(row -> row.heartbeat() == 0);
        assertThat(a.sessions()).hasSize(1);
        fleet.advance(Duration.ofSeconds(1));
        assertThat(fleet.table.scan().join().sessions())
                .filteredOn(SessionRow::alive)
                .hasSize(1);
    }

    private static String session(Member member) {
        return Objects.requireNonNull(member.session());
    }
}
