package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fleets about as large as those for which one session begins to plan, with the limits as they are. */
class LargeFleetTest {

    private static final int LIMIT = ProtocolRules.ALL.mostWithoutPlanner();

    private final LeaseFleet fleet = new LeaseFleet();

    @Test
    void aHundredWorkersPlanEachForItselfAndOneMoreMakesOneOfThemPlanForAll() {
        fleet.leases(0, 2 * LIMIT);
        List<Member> members = fleet.joinTogether("m", LIMIT);
        fleet.until(fleet::isBalanced);
        fleet.advance(LeaseFleet.D);
        assertThat(fleet.fleetRow().planned()).isFalse();

        List<Member> more = fleet.joinTogether("more", 2);
        fleet.until(() -> fleet.fleetRow().planned() && fleet.isBalanced());
        more.forEach(Member::stop);
        fleet.until(() -> more.stream().allMatch(Member::hasLeft) && fleet.isBalanced());
        fleet.advance(LeaseFleet.D);
        assertThat(fleet.fleetRow().planned())
                .as("back at the limit, and not below the lower one")
                .isTrue();

        List<Member> many = members.subList(0, LIMIT - ProtocolRules.ALL.leastWithPlanner() + 1);
        many.forEach(member -> member.process().kill());
        fleet.until(() -> !fleet.fleetRow().planned());
        fleet.until(fleet::isBalanced);
        List<Lease> before = fleet.table.scan().join().leases();
        fleet.advance(Duration.ofMinutes(1));
        assertThat(fleet.table.scan().join().leases()).as("nothing moves").isEqualTo(before);
    }
}
