package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Who takes which lease, and whom to ask for more. */
class LeasePlannerTest {

    @Property(tries = 400)
    void theFleetIsBalancedWithinOneOnceEverybodyHasCarriedOutHisPlan(@ForAll long seed) {
        PlannedFleet fleet = PlannedFleet.random(seed);
        int leases = fleet.active().size();

        fleet.carryOutAllPlans();

        assertThat(fleet.free()).isEmpty();
        assertThat(fleet.active()).hasSize(leases);
        assertThat(fleet.isBalanced()).as("%s", fleet.counts()).isTrue();
    }

    @Property(tries = 400)
    void aBalancedFleetWithoutFreeLeasesPlansNothing(@ForAll long seed) {
        PlannedFleet fleet = PlannedFleet.random(seed);
        fleet.carryOutAllPlans();

        for (String session : fleet.live) {
            LeasePlan plan = fleet.planOf(session);
            assertThat(plan.takes()).isEmpty();
            assertThat(plan.asks()).isEmpty();
            assertThat(plan.left()).isZero();
        }
    }

    @Property(tries = 400)
    void everyFreeLeaseIsPlannedByExactlyOneSession(@ForAll long seed) {
        PlannedFleet fleet = PlannedFleet.random(seed);
        List<Lease> planned = new ArrayList<>();

        for (String session : fleet.live) {
            LeasePlan plan = fleet.planOf(session);
            planned.addAll(plan.takes());
            assertThat(plan.left()).isEqualTo(fleet.free().size() - plan.takes().size());
        }

        assertThat(planned).containsExactlyInAnyOrderElementsOf(fleet.free());
    }

    @Property(tries = 400)
    void nobodyAtOrBelowHisShareIsAskedAndNobodyIsAskedForMoreThanHisSurplus(@ForAll long seed) {
        PlannedFleet fleet = PlannedFleet.random(seed);
        Map<String, Integer> counts = fleet.counts();
        int share = fleet.active().size() / fleet.live.size();

        Map<String, Integer> asked = new java.util.TreeMap<>();
        for (String session : fleet.live) {
            fleet.planOf(session).asks().forEach((victim, count) -> asked.merge(victim, count, Integer::sum));
        }

        asked.forEach((victim, count) -> {
            assertThat(count).isPositive();
            assertThat(counts.getOrDefault(victim, 0) - count)
                    .as("%s of %s", victim, counts)
                    .isGreaterThanOrEqualTo(share);
        });
    }

    @Property(tries = 400)
    void nobodyIsPlannedAboveHisLimitAndNobodyWaitsForLeasesThatOthersHaveTooManyOf(@ForAll long seed) {
        PlannedFleet fleet = PlannedFleet.withLimits(seed);

        fleet.carryOutAllPlans();

        Map<String, Integer> counts = fleet.counts();
        counts.forEach((session, count) -> assertThat(count).isLessThanOrEqualTo(fleet.mostOf(session)));
        Map<String, Integer> withRoom = new TreeMap<>(counts);
        withRoom.entrySet().removeIf(entry -> entry.getValue() == fleet.mostOf(entry.getKey()));
        boolean someWait = LeasePlanner.unplaced(fleet.viewOf(fleet.live.first())) > 0;
        assertThat(fleet.free().isEmpty()).isEqualTo(!someWait);
        assertThat(someWait && !withRoom.isEmpty()).isFalse();
        withRoom.values().forEach(least -> assertThat(counts.values()).allMatch(count -> count <= least + 1));
        assertThat(fleet.live).allSatisfy(session -> {
            assertThat(fleet.planOf(session).takes()).isEmpty();
            assertThat(fleet.planOf(session).asks()).isEmpty();
        });
    }

    @Property(tries = 200)
    void aLeaversLeasesGoToNobodyAboveHisLimit(
            @ForAll @IntRange(max = 9) int limit, @ForAll @IntRange(max = 20) int leases) {
        Map<String, Integer> counts = new TreeMap<>(Map.of("a", 2, "b", 3));
        List<String> keys = IntStream.range(0, leases).mapToObj(i -> "s" + i).toList();

        var heirs = LeasePlanner.heirs(counts, Map.of("a", limit, "b", 4), keys);

        assertThat(heirs.get("a").size()).isLessThanOrEqualTo(Math.max(0, limit - 2));
        assertThat(heirs.get("b").size()).isLessThanOrEqualTo(1);
        assertThat(heirs.size()).isEqualTo(Math.min(leases, Math.max(0, limit - 2) + 1));
    }

    @Property(tries = 200)
    void aLeaseAtItsShardsEndIsNobodysBusiness(@ForAll long seed) {
        PlannedFleet fleet = PlannedFleet.random(seed);
        String me = fleet.live.first();
        LeasePlan without = fleet.planOf(me);

        for (int i = 0; i < 10; i++) {
            fleet.lease("ended-" + i, i % 2 == 0 ? null : me, true);
        }

        assertThat(fleet.planOf(me)).isEqualTo(without);
    }

    @Test
    void aHeldLeaseCountsAsMineEvenWhenTheRowIsOlder() {
        PlannedFleet fleet = new PlannedFleet();
        fleet.live.addAll(List.of("a@1", "b@1"));
        fleet.lease("s1", null, false);
        fleet.lease("s2", null, false);

        LeasePlan plan =
                LeasePlanner.plan(new FleetView("a@1", fleet.live, fleet.dead, fleet.rows.values(), List.of("s1")));

        assertThat(plan.takes()).isEmpty();
        assertThat(plan.left()).as("s2 is for b").isEqualTo(1);
    }

    @Test
    void aLeaseThatBearsMyNameAndThatIDoNotHoldIsTakenEvenAboveMyShare() {
        PlannedFleet fleet = new PlannedFleet();
        fleet.live.addAll(List.of("a@1", "b@1"));
        fleet.lease("s1", "a@1", false);
        fleet.lease("s2", "a@1", false);
        fleet.lease("s3", "a@1", false);

        LeasePlan plan = LeasePlanner.plan(
                new FleetView("a@1", fleet.live, fleet.dead, fleet.rows.values(), List.of("s1", "s2")));

        assertThat(plan.takes()).extracting(Lease::key).containsExactly("s3");
    }

    @Test
    void theLeasesOfASessionThatIsNeitherAliveNorDeadAreLeftAlone() {
        PlannedFleet fleet = new PlannedFleet();
        fleet.live.add("a@1");
        fleet.lease("s1", "unheard-of@1", false);

        assertThat(fleet.planOf("a@1").takes()).isEmpty();
    }

    @Test
    void whoHoldsMostKeepsTheOddLease() {
        PlannedFleet fleet = new PlannedFleet();
        fleet.live.addAll(List.of("a@1", "b@1"));
        fleet.lease("s1", "b@1", false);
        fleet.lease("s2", "b@1", false);
        fleet.lease("s3", "a@1", false);

        assertThat(fleet.planOf("a@1").asks()).isEmpty();
    }

    @Test
    void onlyALivingSessionPlans() {
        PlannedFleet fleet = new PlannedFleet();
        fleet.live.add("a@1");

        assertThatThrownBy(() -> fleet.viewOf("b@1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("b@1 is not in [a@1]");
    }

    @Property(tries = 400)
    void aLeaversLeasesGoToThePoorest(
            @ForAll @Size(max = 6) List<@IntRange(max = 9) Integer> held, @ForAll @IntRange(max = 20) int leases) {
        Map<String, Integer> counts = new TreeMap<>();
        held.forEach(count -> counts.put("w" + counts.size(), count));
        List<String> keys = IntStream.range(0, leases).mapToObj(i -> "s" + i).toList();

        var heirs = LeasePlanner.heirs(counts, Map.of(), keys);

        assertThat(heirs.values()).hasSize(counts.isEmpty() ? 0 : leases).doesNotHaveDuplicates();
        heirs.keySet().forEach(heir -> {
            int after = counts.getOrDefault(heir, 0) + heirs.get(heir).size();
            counts.forEach((other, count) -> assertThat(after)
                    .isLessThanOrEqualTo(count + heirs.get(other).size() + 1));
        });
    }
}
