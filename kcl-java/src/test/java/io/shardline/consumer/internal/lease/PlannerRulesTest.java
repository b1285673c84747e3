package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.simulation.ForwardingLeaseStore;
import io.shardline.consumer.simulation.ScriptedNetwork;
import io.shardline.consumer.simulation.ScriptedNetwork.Sent;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules 23 to 26 of the lease protocol: in a large fleet one session plans for all. */
class PlannerRulesTest {

    /** Planned for above five, until fewer than four live. */
    private final LeaseFleet fleet = LeaseFleet.withPlanner(5, 4);

    private final List<Member> members = new ArrayList<>();

    @Test
    void upToTheLimitEachPlansForItself() {
        join(5);
        fleet.leases(0, 20);
        fleet.until(fleet::isBalanced);
        fleet.advance(Duration.ofMinutes(1));

        assertThat(fleet.fleetRow().planned()).isFalse();
        assertThat(fleet.table.readLeases(List.of(Lease.PLANNER)).join()).isEmpty();
    }

    @Test
    void aboveTheLimitOnePlansForAllAndNobodyElseScans() {
        becomePlanned(12);
        long settled = fleet.time.nowNanos();

        fleet.leases(20, 44);
        fleet.until(fleet::isBalanced);

        assertThat(whoScannedSince(settled)).containsExactly(planner());
    }

    @Test
    void thePlannerScansNoMoreOftenThanTwiceInALeaseDuration() {
        becomePlanned(6);
        fleet.advance(LeaseFleet.D);
        long settled = fleet.time.nowNanos();

        for (int i = 0; i < 50; i++) {
            fleet.table.moveRevision();
            fleet.advance(Duration.ofSeconds(1));
        }

        assertThat(scansOf(planner(), settled)).hasSizeBetween(9, 11);
    }

    @Test
    void anAssignedLeaseIsActedOnOnlyAfterATakeOfOnesOwn() { // rule 10, L3
        becomePlanned(6);

        fleet.lease("t");
        fleet.until(() -> whoHolds("t") != null);

        Member holder = Objects.requireNonNull(whoHolds("t"));
        assertThat(holder.network().sent("take")).extracting(Sent::key).contains("t");
        assertThat(holder.lastTaken().fencingToken()).as("assigned, then taken").isEqualTo(2);
    }

    @Test
    void aLostNoticeIsFoundOutByWhatTheSessionSaysItHolds() { // W7
        becomePlanned(6);
        planner().network().next(2, "notify", Fate.REQUEST_LOST); // the notice, and the first word to look

        fleet.lease("t");
        fleet.until(() -> whoHolds("t") != null);

        assertThat(fleet.isBalanced()).isTrue();
    }

    @Test
    void aLeaseThatThePlannerCannotGiveAsItsRowIsFullIsSetAside() { // L3
        becomePlanned(6);
        planner().network().always("take", "full", Fate.TOO_LARGE);

        fleet.lease("full");
        fleet.lease("t");
        fleet.until(() -> whoHolds("t") != null);
        fleet.advance(Duration.ofMinutes(4));

        assertThat(takesOf(planner(), "full")).isEqualTo(1);
        assertThat(planner().book().setAside().reasons()).containsOnlyKeys("full");
        assertThat(planner().broken()).isEmpty();
        planner().network().always("take", "full", Fate.ANSWERED);
        fleet.until(() -> whoHolds("full") != null);
    }

    @Test
    void aLeaseWhoseOwnerCannotTakeItDoesNotKeepThePlannerScanning() {
        becomePlanned(6);
        members.forEach(member -> {
            if (member != planner()) {
                member.network().always("take", "full", Fate.TOO_LARGE);
            }
        });
        Member last = members.stream()
                .filter(member -> member != planner())
                .findFirst()
                .orElseThrow();
        fleet.table
                .createLease(new Lease("full", last.session(), 1, Checkpoint.trimHorizon(), ImmutableSet.of(), null, 0))
                .join();
        fleet.table.notify(Objects.requireNonNull(last.session()), "full", 1).join();
        fleet.until(() -> last.book().setAside().contains("full"));
        fleet.table.moveRevision();
        fleet.advance(LeaseFleet.D.multipliedBy(2));
        long settled = fleet.time.nowNanos();

        fleet.advance(Duration.ofMinutes(3));

        assertThat(scansOf(planner(), settled)).hasSizeLessThan(3);
        assertThat(fleet.sessionRow(Objects.requireNonNull(last.session())).leases())
                .isEqualTo(last.actsOn().size() + 1);
    }

    @Test
    void aLeaseThatWasPromisedAndCannotBeTakenIsLookedForOnce() {
        becomePlanned(6);
        Member last = members.stream()
                .filter(member -> member != planner())
                .findFirst()
                .orElseThrow();
        last.network().always("take", "full", Fate.TOO_LARGE);
        fleet.table
                .createLease(new Lease("full", last.session(), 1, Checkpoint.trimHorizon(), ImmutableSet.of(), null, 0))
                .join();
        int looks = last.network().sent("readLeases").size();

        fleet.table.notify(Objects.requireNonNull(last.session()), "full", 1).join();
        fleet.advance(Duration.ofMinutes(2));

        assertThat(last.network().sent("readLeases")).hasSize(looks + 1);
    }

    @Test
    void aPlannersLeaseWhoseRowIsFullIsNamedAndTakenOnceItIsMended() {
        for (int i = 0; i < 6; i++) {
            Member member = fleet.join("m" + i);
            member.network().always("take", Lease.PLANNER, Fate.TOO_LARGE);
            members.add(member);
        }
        fleet.until(() -> members.stream().anyMatch(PlannerRulesTest::namesThePlanner));
        fleet.advance(Duration.ofMinutes(4));
        Member first = members.stream()
                .filter(PlannerRulesTest::namesThePlanner)
                .findFirst()
                .orElseThrow();

        assertThat(takesOf(first, Lease.PLANNER)).isEqualTo(1);
        assertThat(members).allSatisfy(member -> assertThat(member.broken()).isEmpty());
        assertThat(fleet.sessionRow(Objects.requireNonNull(first.session())).leases())
                .isZero();
        members.forEach(member -> member.network().always("take", Lease.PLANNER, Fate.ANSWERED));
        fleet.advance(Duration.ofMinutes(2));
        assertThat(fleet.fleetRow().planned()).isTrue();
    }

    @Test
    void aPlannersLeaseThatFillsUpIsTakenByAnotherOnceItIsMended() {
        becomePlanned(6);
        Member dead = planner();
        members.forEach(member -> member.network().always("take", Lease.PLANNER, Fate.TOO_LARGE));
        dead.process().kill();
        fleet.advance(Duration.ofMinutes(4));

        assertThat(members).filteredOn(PlannerRulesTest::namesThePlanner).isNotEmpty();
        assertThat(members).allSatisfy(member -> assertThat(member.broken()).isEmpty());
        members.forEach(member -> member.network().always("take", Lease.PLANNER, Fate.ANSWERED));
        fleet.advance(Duration.ofMinutes(2));
        assertThat(planner()).isNotEqualTo(dead);
        fleet.until(fleet::isBalanced);
    }

    private static boolean namesThePlanner(Member member) {
        return member.book().setAside().contains(Lease.PLANNER);
    }

    @Test
    void aRowThatCannotBeReadDoesNotKeepOthersThatWerePromisedWithIt() {
        LeaseStore table = new ForwardingLeaseStore(fleet.table) {
            @Override
            public CompletableFuture<List<Lease>> readLeases(Collection<String> keys) {
                return keys.contains("bad")
                        ? CompletableFuture.failedFuture(new IllegalStateException("row 'bad' cannot be read"))
                        : super.readLeases(keys);
            }

            @Override
            public CompletableFuture<List<Lease>> readReadable(Collection<String> keys) {
                return super.readReadable(
                        keys.stream().filter(key -> !key.equals("bad")).toList());
            }
        };
        Member member = new Member(
                new Member.Place(fleet.time, table, new ScriptedNetwork(fleet.time), ProtocolRules.ALL),
                "m",
                "m",
                LeaseFleet.D);
        member.run(member.book()::start);
        fleet.advance(LeaseFleet.D);
        String session = Objects.requireNonNull(member.session());
        for (String key : List.of("bad", "good")) {
            fleet.table
                    .createLease(new Lease(key, session, 1, Checkpoint.trimHorizon(), ImmutableSet.of(), null, 0))
                    .join();
            fleet.table.notify(session, key, 1).join();
        }
        fleet.advance(LeaseFleet.D);

        assertThat(member.actsOn()).containsExactly("good");
    }

    private static long takesOf(Member member, String key) {
        return member.network().sent("take").stream()
                .filter(sent -> sent.key().equals(key))
                .count();
    }

    @Test
    void whoeverMarksThePlannerDeadTakesItsLeaseAtOnce() { // rule 23
        becomePlanned(6);
        Member dead = planner();
        dead.process().kill();
        long killed = fleet.time.nowNanos();

        fleet.until(() -> planner() != dead);

        assertThat(fleet.time.nowNanos() - killed)
                .isLessThan(LeaseFleet.D
                        .multipliedBy(105)
                        .dividedBy(100)
                        .plusSeconds(1)
                        .toNanos());
        assertThat(planner().network().sent("markDead")).isNotEmpty();
        fleet.until(fleet::isBalanced);
    }

    @Test
    void thePlannerIsReplacedAlsoWhenWhoWatchesItDiesWithIt() {
        becomePlanned(12);
        Member dead = planner();
        Ring ring = new Ring(members.stream().map(Member::session).toList());
        String planner = Objects.requireNonNull(dead.session());
        List<Member> watchers = members.stream()
                .filter(member -> ring.following(Objects.requireNonNull(member.session()), 2)
                        .contains(planner))
                .toList();
        assertThat(watchers).hasSize(2);
        dead.process().kill();
        watchers.forEach(member -> member.process().kill());
        long killed = fleet.time.nowNanos();

        fleet.until(() -> planner() != dead && !watchers.contains(planner()));

        assertThat(fleet.time.nowNanos() - killed)
                .isLessThan(LeaseFleet.D.multipliedBy(24).dividedBy(10).toNanos());
        fleet.until(fleet::isBalanced);
    }

    @Test
    void aPlannerThatStopsHandsThePlanningOn() {
        becomePlanned(7);
        Member leaving = planner();
        leaving.stop();
        long stopped = fleet.time.nowNanos();

        fleet.until(() -> planner() != leaving);

        assertThat(fleet.time.nowNanos() - stopped)
                .as("a scan, a gift, a heartbeat, a take")
                .isLessThan(LeaseFleet.H.plusSeconds(1).toNanos());
        fleet.until(leaving::hasLeft);
        fleet.until(fleet::isBalanced);
    }

    @Test
    void aNewcomerGetsItsShareWithoutAScan() {
        becomePlanned(6);
        Member newcomer = fleet.join("newcomer");
        members.add(newcomer);

        fleet.until(fleet::isBalanced);

        assertThat(newcomer.actsOn()).isNotEmpty();
        assertThat(newcomer.network().sent("scan")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000, 10_000, 11_000, 12_000, 14_000})
    void aHandOverThatTakesLongIsDoneOnce(int drainMillis) { // rule 15
        becomePlanned(6);
        members.forEach(member -> member.drainsFor(Duration.ofMillis(drainMillis)));
        fleet.leases(20, 42);
        fleet.until(fleet::isBalanced);
        fleet.advance(LeaseFleet.D);
        int before = takes();

        Member first = fleet.join("first");
        members.add(first);
        fleet.advance(Duration.ofSeconds(4));
        Member second = fleet.join("second");
        members.add(second);
        fleet.until(fleet::isBalanced);
        fleet.advance(Duration.ofMinutes(1));

        assertThat(first.actsOn().size() + second.actsOn().size()).isBetween(10, 11);
        assertThat(takes() - before).as("leases that moved, each once").isLessThanOrEqualTo(12);
        assertThat(fleet.isBalanced()).isTrue();
    }

    private int takes() {
        return members.stream().mapToInt(member -> member.taken().size()).sum();
    }

    @Test
    void aNewcomerIsToldOnceItHoldsItsShareOfWhatWasFree() {
        becomePlanned(6);
        fleet.leases(100, 200);
        Member newcomer = fleet.join("newcomer");

        fleet.until(newcomer::isPlanned);

        List<Lease> rows = fleet.table.scan().join().leases();
        String session = Objects.requireNonNull(newcomer.session());
        assertThat(rows).noneMatch(row -> row.owner() == null);
        assertThat(newcomer.actsOn()).hasSizeGreaterThan(SessionRow.MAX_HINTS).hasSize((int)
                rows.stream().filter(row -> row.isOwnedBy(session)).count());
        assertThat(newcomer.network().sent("scan")).isEmpty();
    }

    @Test
    void aNewcomerIsToldSoonThatNothingIsFree() {
        becomePlanned(6);
        Member newcomer = fleet.join("newcomer");
        long joined = fleet.time.nowNanos();

        fleet.until(newcomer::isPlanned);

        assertThat(fleet.time.nowNanos() - joined)
                .as("a look, a scan and a heartbeat")
                .isLessThan(LeaseFleet.H.plusSeconds(2).toNanos());
    }

    @Test
    void itIsToldAgainIfThatIsLost() {
        becomePlanned(6);
        planner().network().next(6, "notify", Fate.REQUEST_LOST); // of neighbours, and of the share
        Member newcomer = fleet.join("newcomer");

        fleet.until(newcomer::isPlanned);

        assertThat(newcomer.network().sent("scan")).isEmpty();
    }

    @Test
    void itIsToldByTheNextPlannerIfTheFirstOneDies() {
        becomePlanned(6);
        planner().process().kill();
        Member newcomer = fleet.join("newcomer");

        fleet.until(newcomer::isPlanned);

        fleet.until(fleet::isBalanced);
    }

    @Test
    void aNewcomerIsWatchedAsSoonAsThePlannerHasToldOthers() {
        becomePlanned(6);
        Member newcomer = fleet.join("newcomer");
        fleet.until(() -> !newcomer.actsOn().isEmpty());
        newcomer.process().kill();
        long killed = fleet.time.nowNanos();

        fleet.until(fleet::isBalanced);

        assertThat(fleet.time.nowNanos() - killed)
                .isLessThan(LeaseFleet.D.multipliedBy(2).toNanos());
    }

    @Test
    void whoeverIsMarkedDeadByMistakeComesBackToWhatItHeld() { // rule 4
        becomePlanned(6);
        Member unlucky = members.stream()
                .filter(member -> member != planner())
                .findFirst()
                .orElseThrow();
        List<String> before = List.copyOf(unlucky.actsOn());
        String session = Objects.requireNonNull(unlucky.session());
        fleet.table.retire(session, "nobody").join(); // left to an heir for a heartbeat

        long marked = fleet.time.nowNanos();

        fleet.until(() -> unlucky.sessions().size() == 2 && unlucky.actsOn().containsAll(before));

        assertThat(fleet.time.nowNanos() - marked)
                .isLessThan(LeaseFleet.H.plusSeconds(1).toNanos());
        assertThat(scansOf(unlucky, marked)).isEmpty();
    }

    @Test
    void whoeverStopsInAPlannedFleetHandsItsLeasesToAll() {
        becomePlanned(8);
        Member leaving = members.stream()
                .filter(member -> member != planner())
                .findFirst()
                .orElseThrow();
        leaving.stop();

        fleet.until(() -> leaving.hasLeft() && fleet.isBalanced());

        fleet.advance(Duration.ofMinutes(1));
        assertThat(fleet.isBalanced()).isTrue();
    }

    @Test
    void nothingMovesInAPlannedFleetThatIsInBalance() {
        becomePlanned(8);
        fleet.advance(LeaseFleet.D);
        List<Lease> before = fleet.table.scan().join().leases();

        fleet.advance(Duration.ofMinutes(20));

        assertThat(fleet.table.scan().join().leases()).isEqualTo(before);
    }

    @Test
    void aFleetThatIsAtTheLimitStaysAsItIs() {
        becomePlanned(6);
        members.get(0).stop();
        members.get(1).stop();
        fleet.until(() -> members.get(0).hasLeft() && members.get(1).hasLeft() && fleet.isBalanced());
        fleet.advance(LeaseFleet.D);

        assertThat(fleet.fleetRow().planned()).as("four are left").isTrue();
    }

    @Test
    void aFleetThatIsSmallAgainPlansEachForItself() {
        becomePlanned(6);
        members.subList(0, 3).forEach(Member::stop);
        fleet.until(() -> members.subList(0, 3).stream().allMatch(Member::hasLeft));

        fleet.until(() -> !fleet.fleetRow().planned());
        fleet.until(fleet::isBalanced);
        fleet.lease("t");

        fleet.until(fleet::isBalanced);
        assertThat(fleet.row(Lease.PLANNER).owner()).isNull();
    }

    @Test
    void aFleetThatDiedAsAWholeBeginsAgain() {
        becomePlanned(7);
        members.forEach(member -> member.process().kill());
        fleet.advance(LeaseFleet.D);

        fleet.joinTogether("again", 2);

        fleet.until(() -> fleet.isBalanced() && !fleet.fleetRow().planned());
    }

    @Test
    void aPlannerWhoIsPausedIsReplacedAndDoesNotPlanAfterwards() {
        becomePlanned(8);
        Member paused = planner();
        paused.process().pause(LeaseFleet.D.multipliedBy(3));
        fleet.until(() -> planner() != paused);
        fleet.advance(LeaseFleet.D.multipliedBy(4));
        long settled = fleet.time.nowNanos();

        fleet.leases(100, 110);
        fleet.until(fleet::isBalanced);

        assertThat(whoScannedSince(settled)).doesNotContain(paused).hasSize(1);
    }

    private void join(int count) {
        members.addAll(fleet.joinTogether("m", count));
    }

    private void becomePlanned(int count) {
        join(count);
        fleet.leases(0, 20);
        fleet.until(() -> fleet.fleetRow().planned() && fleet.isBalanced());
        fleet.advance(LeaseFleet.D.multipliedBy(2));
    }

    private Member planner() {
        String owner = fleet.row(Lease.PLANNER).owner();
        return fleet.members().stream()
                .filter(member -> member.sessions().contains(String.valueOf(owner)))
                .findFirst()
                .orElseThrow();
    }

    private @org.jspecify.annotations.Nullable Member whoHolds(String key) {
        return members.stream().filter(member -> member.holds(key)).findFirst().orElse(null);
    }

    private List<Member> whoScannedSince(long nanos) {
        return members.stream()
                .filter(member -> !scansOf(member, nanos).isEmpty())
                .toList();
    }

    private static List<Sent> scansOf(Member member, long since) {
        return member.network().sent("scan").stream()
                .filter(sent -> sent.nanos() > since)
                .toList();
    }
}
