package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rules 10 to 17 of the lease protocol: how a lease is taken, kept and let go. */
class LeaseRulesTest {

    private final LeaseFleet fleet = new LeaseFleet();

    @Test
    void aGiftIsActedOnOnlyAfterATakeOfOnesOwn() { // rules 10, 13
        Member a = fleet.join("a");
        Member b = fleet.join("b");
        fleet.lease("s");
        fleet.until(() -> a.holds("s") || b.holds("s"));
        Member giver = a.holds("s") ? a : b;
        Member receiver = giver == a ? b : a;
        receiver.network().next(3, "take", Fate.REQUEST_LOST);

        giver.run(() -> giver.book().give(giver.lastTaken(), Checkpoint.trimHorizon(), receiver.session(), () -> {}));
        fleet.until(() -> fleet.row("s").isOwnedBy(Objects.requireNonNull(receiver.session())));
        long given = fleet.row("s").counter();
        fleet.table.moveRevision();
        fleet.until(() -> !receiver.network().sent("take").isEmpty());

        assertThat(receiver.holds("s")).isFalse();
        fleet.until(() -> receiver.holds("s"));
        assertThat(receiver.lastTaken().fencingToken()).isEqualTo(given + 1);
    }

    @Test
    void aLeaseThatSomebodyElseAssignedIsTakenByTheOneWhoseNameItBears() { // rule 13, L3
        Member a = fleet.join("a");
        fleet.join("b");
        fleet.lease("s1");
        fleet.until(() -> fleet.row("s1").owner() != null);
        fleet.advance(LeaseFleet.H);
        Lease fresh = Lease.unowned("t", Checkpoint.trimHorizon(), com.google.common.collect.ImmutableSet.of(), null);
        fleet.table.createLease(fresh).join();
        String me = Objects.requireNonNull(a.session());
        fleet.table.take(fresh, me).join();
        fleet.table.notify(me, "t", 1).join();

        fleet.until(() -> a.holds("t"));

        assertThat(a.lastTaken().fencingToken()).isEqualTo(2);
    }

    @Test
    void whoseTakesAreAllOvertakenAsksForHisShareSoon() {
        Member a = fleet.join("a");
        Member b = fleet.join("b");
        fleet.advance(LeaseFleet.H.multipliedBy(2));
        String greedy = Objects.requireNonNull(a.session());
        List<Lease> fresh = new ArrayList<>();
        for (String key : List.of("s1", "s2", "s3", "s4")) {
            Lease lease =
                    Lease.unowned(key, Checkpoint.trimHorizon(), com.google.common.collect.ImmutableSet.of(), null);
            fleet.table.createLease(lease).join();
            fresh.add(lease);
        }
        b.run(() -> fresh.forEach(b.book()::take));
        fresh.forEach(lease -> fleet.table.take(lease, greedy).join()); // before those arrive
        fleet.table.notify(greedy, "*", 1).join();

        fleet.until(
                () -> a.actsOn().size() + b.actsOn().size() == 4 && b.actsOn().size() == 2);
    }

    @Test
    void aStaleReadThatShowsOnesOwnNameGivesNothing() { // rule 10, C10
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        Member b = fleet.join("b");
        fleet.advance(LeaseFleet.H.multipliedBy(2));
        a.network().delay(Duration.ofMillis(400));
        a.network().next(3, "scan", Fate.STALE); // read before the gift, answered after it
        fleet.table.notify(Objects.requireNonNull(b.session()), "s", 2).join();
        a.run(() -> {
            a.book().scanForOwn();
            a.book().give(a.lastTaken(), Checkpoint.trimHorizon(), b.session(), () -> {});
        });

        fleet.until(() -> b.holds("s")); // the fleet checks that it has one owner
        fleet.advance(Duration.ofSeconds(10));

        assertThat(b.holds("s")).isTrue();
        assertThat(a.taken()).hasSize(1);
    }

    @Test
    void anUnknownGiftIsSentAgainAndTheLeaseIsGoneMeanwhile() { // rule 11, C9
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        Member b = fleet.join("b");
        a.network().next("give", Fate.REQUEST_LATE);
        a.network().next(2, "give", Fate.REQUEST_LOST);
        fleet.advance(LeaseFleet.H);
        fleet.table.notify(Objects.requireNonNull(b.session()), "s", 2).join();
        a.run(() -> a.book().give(a.lastTaken(), Checkpoint.trimHorizon(), b.session(), () -> {}));
        fleet.until(() -> !a.network().sent("give").isEmpty());

        assertThat(a.holds("s")).isFalse();
        fleet.until(() -> b.holds("s"));
        assertThat(a.taken()).hasSize(1);
        fleet.until(a.book()::isIdle);
        assertThat(a.network().sent("give").size()).isGreaterThan(1);
    }

    @Test
    void anUnknownTakeGivesNothingUntilItsOutcomeIsDefinite() { // rule 11, C9b
        Member a = fleet.join("a");
        a.network().next("take", Fate.ANSWER_LOST);
        fleet.lease("s");
        fleet.until(() -> fleet.row("s").owner() != null);

        fleet.advance(Duration.ofMillis(900));
        assertThat(a.holds("s")).as("it does not know").isFalse();

        fleet.until(() -> a.holds("s"));
        assertThat(a.lastTaken().fencingToken()).as("taken once more").isEqualTo(2);
    }

    @Test
    void aTakeThatIsResolvedForAnEarlierSessionIsTakenByTheNextOne() { // rules 10, 11
        Member a = fleet.join("a");
        a.network().next(6, "take", Fate.REQUEST_LOST);
        fleet.lease("s");
        fleet.until(() -> !a.network().sent("take").isEmpty());
        fleet.table.markDead(Objects.requireNonNull(a.session()), 0, "x@1").join();

        fleet.until(() -> a.sessions().size() == 2);
        assertThat(fleet.row("s").owner()).isNull();

        fleet.advance(Duration.ofSeconds(15));
        assertThat(a.holds("s")).isTrue();
    }

    @Test
    void anUnknownCheckpointKeepsTheLeaseAndLaterPositionsWaitAndMerge() { // rules 10, 11
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        HeldLease lease = a.lastTaken();
        a.network().next("checkpoint", Fate.ANSWER_LOST);
        List<CompletableFuture<Void>> done = new java.util.ArrayList<>();
        for (long position = 1; position <= 5; position++) {
            done.add(a.checkpoint(lease, position));
        }

        fleet.advance(Duration.ofMillis(500));
        assertThat(done).noneMatch(CompletableFuture::isDone);
        assertThat(a.holds("s")).isTrue();
        fleet.until(() -> done.stream().allMatch(CompletableFuture::isDone));

        assertThat(fleet.row("s").checkpoint()).isEqualTo(Member.at(5));
        assertThat(fleet.row("s").counter()).as("one take, two writes").isEqualTo(3);
    }

    @Test
    void aDelayedDuplicateOfACheckpointIsRefused() { // rule G2, C8
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        a.network().next("checkpoint", Fate.REQUEST_LATE);
        CompletableFuture<Void> first = a.checkpoint(a.lastTaken(), 1);
        fleet.until(first::isDone);
        CompletableFuture<Void> second = a.checkpoint(a.lastTaken(), 2);
        fleet.until(second::isDone);

        fleet.advance(Duration.ofSeconds(5)); // the first sending arrives

        assertThat(fleet.row("s").checkpoint()).isEqualTo(Member.at(2));
        assertThat(fleet.row("s").counter()).isEqualTo(3);
    }

    @Test
    void aRefusedCheckpointThatShowsItsOwnWorkHasLanded() { // rule 12
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        a.network().next("checkpoint", Fate.ANSWER_LOST);
        CompletableFuture<Void> written = a.checkpoint(a.lastTaken(), 7);

        fleet.until(written::isDone);

        assertThat(written).isCompleted();
        assertThat(a.lost()).isEmpty();
        assertThat(a.lastTaken().row()).isEqualTo(fleet.row("s"));
    }

    @Test
    void aRefusedCheckpointThatShowsAnythingElseLosesTheLease() { // rule 12
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        Lease stolen = ((WriteResult.Written<Lease>)
                        fleet.table.take(fleet.row("s"), "thief@1").join())
                .row();
        CompletableFuture<Void> written = a.checkpoint(a.lastTaken(), 7);

        fleet.until(written::isDone);

        assertThatThrownBy(written::join).hasCauseInstanceOf(HeldLease.LostException.class);
        assertThat(a.lost()).containsExactly("s");
        assertThat(fleet.row("s")).isEqualTo(stolen);
    }

    @Test
    void aPositionThatWasPassedAlreadyIsNotWritten() {
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        CompletableFuture<Void> later = a.checkpoint(a.lastTaken(), 7);
        fleet.until(later::isDone);

        CompletableFuture<Void> earlier = a.checkpoint(a.lastTaken(), 6);
        fleet.until(earlier::isDone);

        assertThat(earlier).isCompleted();
        assertThat(fleet.row("s").counter()).isEqualTo(2);
    }

    @Test
    void aSessionThatIsOverFailsTheCheckpointsThatWait() {
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        HeldLease lease = a.lastTaken();
        a.network().cut();
        CompletableFuture<Void> waiting = a.checkpoint(lease, 1);

        fleet.until(waiting::isDone);

        assertThatThrownBy(waiting::join).hasCauseInstanceOf(HeldLease.LostException.class);
        assertThatThrownBy(() -> {
                    CompletableFuture<Void> after = a.checkpoint(lease, 2);
                    fleet.until(after::isDone);
                    after.join();
                })
                .hasCauseInstanceOf(HeldLease.LostException.class);
    }

    @Test
    void aLivingOwnerIsAskedAndHandsOver() {
        Member a = fleet.join("a");
        for (int i = 0; i < 6; i++) {
            fleet.lease("s" + i);
        }
        fleet.until(() -> a.actsOn().size() == 6);

        Member b = fleet.join("b");
        fleet.until(() -> b.actsOn().size() == 3);

        assertThat(a.actsOn()).hasSize(3);
        assertThat(a.lost()).as("given, not lost").isEmpty();
        fleet.advance(Duration.ofMinutes(10));
        assertThat(a.taken()).as("nothing moves without need").hasSize(6);
        assertThat(b.taken()).hasSize(3);
    }

    @Test
    void twoNewcomersTogetherGetTheirShareFromOneWhoHasAll() {
        Member a = fleet.join("a");
        for (int i = 0; i < 7; i++) {
            fleet.lease("s" + i);
        }
        fleet.until(() -> a.actsOn().size() == 7);

        Member b = fleet.join("b");
        Member c = fleet.join("c");
        fleet.until(() ->
                a.actsOn().size() <= 3 && b.actsOn().size() >= 2 && c.actsOn().size() >= 2);

        fleet.advance(Duration.ofMinutes(1));
        assertThat(a.actsOn().size() + b.actsOn().size() + c.actsOn().size()).isEqualTo(7);
    }

    @Test
    void aGiftToOneWhoDiedMeanwhileIsFoundByTheGiver() { // rule 16
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        Member b = fleet.join("b");
        fleet.advance(LeaseFleet.H);
        String dead = Objects.requireNonNull(b.session());
        b.process().kill();
        fleet.table.retire(dead, null).join();
        a.run(() -> a.book().give(a.lastTaken(), Checkpoint.trimHorizon(), dead, () -> {}));
        fleet.until(() -> fleet.row("s").isOwnedBy(dead));

        long given = fleet.time.nowNanos();
        fleet.until(() -> a.holds("s"));

        assertThat(Duration.ofNanos(fleet.time.nowNanos() - given)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aNewcomerHasItsShareTwoHeartbeatsAfterItJoined() { // rules 15, 16
        for (long seed = 1; seed <= 30; seed++) {
            LeaseFleet some = new LeaseFleet(seed);
            Member a = some.join("a");
            for (int i = 0; i < 6; i++) {
                some.lease("s" + i);
            }
            some.until(() -> a.actsOn().size() == 6);
            some.advance(Duration.ofMillis(100 * seed));

            Member b = some.join("b");
            long joined = some.time.nowNanos();
            some.until(() -> b.actsOn().size() == 3);

            assertThat(Duration.ofNanos(some.time.nowNanos() - joined))
                    .as("seed %d", seed)
                    .isLessThan(LeaseFleet.H.multipliedBy(2).plusSeconds(1));
        }
    }

    @Test
    void aLeaseIsKeptUntilItsNextOwnerKnowsOfThePromise() { // rule 16
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        Member b = fleet.join("b");
        fleet.advance(LeaseFleet.H);
        a.run(() -> a.book().leaveAll(Duration.ofSeconds(30).toNanos()));
        fleet.until(() ->
                !fleet.sessionRow(Objects.requireNonNull(b.session())).inbox().isEmpty());

        long heartbeat = fleet.sessionRow(Objects.requireNonNull(b.session())).heartbeat();
        fleet.until(() -> !a.holds("s"));
        long let = fleet.time.nowNanos();

        assertThat(fleet.sessionRow(Objects.requireNonNull(b.session())).heartbeat())
                .isGreaterThan(heartbeat);
        fleet.until(() -> b.holds("s"));
        assertThat(Duration.ofNanos(fleet.time.nowNanos() - let)).isLessThan(Duration.ofMillis(300));
    }

    @Test
    void aPromiseToOneWhoFallsSilentIsTakenBack() { // rule 17
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        Member b = fleet.join("b");
        fleet.advance(LeaseFleet.H);
        b.process().kill();
        a.run(() -> a.book().leaveAll(Duration.ofSeconds(30).toNanos()));

        long asked = fleet.time.nowNanos();
        fleet.until(() -> fleet.row("s").owner() == null && a.book().isIdle());

        assertThat(Duration.ofNanos(fleet.time.nowNanos() - asked))
                .isBetween(LeaseFleet.H, LeaseFleet.H.multipliedBy(2).plusSeconds(1));
    }

    @Test
    void aShortLimitOfALeaverIsHeeded() {
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        Member b = fleet.join("b");
        fleet.advance(LeaseFleet.H);
        b.process().kill();
        a.run(() -> a.book().leaveAll(Duration.ofMillis(500).toNanos()));

        long asked = fleet.time.nowNanos();
        fleet.until(() -> fleet.row("s").owner() == null && a.book().isIdle());

        assertThat(Duration.ofNanos(fleet.time.nowNanos() - asked)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void aSlowLastScanKeepsTheLimitOfALeaver() {
        Member a = fleet.join("a");
        fleet.lease("s");
        fleet.until(() -> a.holds("s"));
        fleet.advance(LeaseFleet.H);
        a.network().always("scan", Fate.SLOW);
        a.run(() -> a.book().leaveAll(Duration.ofSeconds(15).toNanos()));

        long asked = fleet.time.nowNanos();
        fleet.until(() -> fleet.row("s").owner() == null && a.book().isIdle());

        assertThat(Duration.ofNanos(fleet.time.nowNanos() - asked)).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void aLeaverWhoNeverHadASessionWritesNothing() {
        Member a = new Member(fleet.place(), "a", "a", LeaseFleet.D);
        a.stop();

        fleet.until(a::hasLeft);

        assertThat(a.network().sent()).isEmpty();
    }

    @Test
    void moreLeasesThanCanBeNamedArePassedOnAllTheSame() {
        Member a = fleet.join("a");
        for (int i = 0; i < 40; i++) {
            fleet.lease("s" + i);
        }
        fleet.until(() -> a.actsOn().size() == 40);
        Member b = fleet.join("b");
        Member c = fleet.join("c");
        fleet.until(() -> b.actsOn().size() == 13 && c.actsOn().size() >= 13);
        a.run(() -> a.book().leaveAll(Duration.ofSeconds(30).toNanos()));

        fleet.until(() -> a.actsOn().isEmpty());
        long let = fleet.time.nowNanos();
        fleet.until(() -> b.actsOn().size() == 20 && c.actsOn().size() == 20);

        assertThat(Duration.ofNanos(fleet.time.nowNanos() - let)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void whoLeavesTellsTheOthers() {
        Member a = fleet.join("a");
        Member b = fleet.join("b");
        fleet.lease("s1");
        fleet.lease("s2");
        fleet.until(() -> a.actsOn().size() == 1 && b.actsOn().size() == 1);
        String left = Objects.requireNonNull(a.session());
        a.run(() -> {
            a.book().stopTaking();
            a.book()
                    .give(
                            a.lastTaken(),
                            Checkpoint.trimHorizon(),
                            null,
                            () -> a.book().leave(() -> {}));
        });

        long stopped = fleet.time.nowNanos();
        fleet.until(() -> b.actsOn().size() == 2);

        assertThat(fleet.sessionRow(left).alive()).isFalse();
        assertThat(Duration.ofNanos(fleet.time.nowNanos() - stopped)).isLessThan(LeaseFleet.H.plusSeconds(1));
    }

    @Test
    void manyChangesAtOnceAreToldToTheFleetAsOne() {
        Member a = fleet.join("a");
        fleet.advance(LeaseFleet.H);
        int before = a.network().sent("moveRevision").size();

        a.run(() -> {
            for (int i = 0; i < 100; i++) {
                a.book().announceNewLeases();
            }
        });
        fleet.advance(Duration.ofSeconds(1));

        assertThat(a.network().sent("moveRevision")).hasSize(before + 2); // the first change, and all after it
    }
}
