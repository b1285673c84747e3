package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.internal.RequestPlanner.Candidate;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RequestPlannerTest {

    private static final int KIB = 1024;

    @Test
    void lanesOfOneStreamShareARequest() {
        List<List<String>> plan = RequestPlanner.plan(
                List.of(candidate("one", "s", 3), candidate("two", "s", 1), candidate("three", "t", 2)), 24);

        assertThat(plan).containsExactly(List.of("two", "one"), List.of("three"));
    }

    @Test
    void oldestHeadGoesFirstWhenThereIsRoomForOneRequestOnly() {
        List<List<String>> plan = RequestPlanner.plan(List.of(candidate("young", "s", 9), candidate("old", "t", 1)), 1);

        assertThat(plan).containsExactly(List.of("old"));
    }

    @Test
    void lanesOfDifferentCompaniesNeverShareARequest() {
        List<List<String>> plan = RequestPlanner.plan(
                List.of(
                        new Candidate<>("everybody", "s", 0, 1, 100, 1),
                        new Candidate<>("suspect", "s", 7, 2, 100, 1),
                        new Candidate<>("its companion", "s", 7, 3, 100, 1)),
                24);

        assertThat(plan).containsExactly(List.of("everybody"), List.of("suspect", "its companion"));
    }

    @Test
    void loadLargerThanTheSoftLimitTravelsAlone() {
        List<List<String>> plan = RequestPlanner.plan(
                List.of(
                        new Candidate<>("small", "s", 0, 1, 100, 1),
                        new Candidate<>("huge", "s", 0, 2, 9 * 1024 * KIB, 1),
                        new Candidate<>("next", "s", 0, 3, 100, 1)),
                24);

        assertThat(plan).containsExactly(List.of("small"), List.of("huge"), List.of("next"));
    }

    @Property(tries = 300)
    void limitsHoldAndNobodyIsPlannedTwice(
            @ForAll("candidates") List<Candidate<Integer>> candidates, @ForAll @IntRange(min = 1, max = 5) int slots) {
        List<List<Integer>> plan = RequestPlanner.plan(candidates, slots);

        assertThat(plan).hasSizeLessThanOrEqualTo(slots).doesNotContain(List.of());
        List<Integer> all = new ArrayList<>();
        plan.forEach(all::addAll);
        assertThat(all).doesNotHaveDuplicates();
        for (List<Integer> request : plan) {
            List<Candidate<Integer>> members = candidates.stream()
                    .filter(each -> request.contains(each.lane()))
                    .toList();
            assertThat(members.stream().map(Candidate::stream).distinct()).hasSize(1);
            assertThat(members.stream().mapToInt(Candidate::entries).sum()).isLessThanOrEqualTo(500);
            assertThat(members.size() == 1
                            || members.stream().mapToLong(Candidate::bytes).sum() <= RequestPlanner.SOFT_LIMIT)
                    .isTrue();
        }
        if (plan.size() < slots) {
            assertThat(all).hasSameSizeAs(candidates);
        }
    }

    @Provide
    Arbitrary<List<Candidate<Integer>>> candidates() {
        Arbitrary<Candidate<Integer>> one = Combinators.combine(
                        Arbitraries.of("s", "t"),
                        Arbitraries.longs().between(0, 2),
                        Arbitraries.longs().between(0, 50),
                        Arbitraries.longs().between(1, 2 * 1024 * KIB),
                        Arbitraries.integers().between(1, 500))
                .as((stream, company, age, bytes, entries) -> new Candidate<>(0, stream, company, age, bytes, entries));
        return one.list().ofMaxSize(30).map(RequestPlannerTest::numbered);
    }

    private static List<Candidate<Integer>> numbered(List<Candidate<Integer>> candidates) {
        List<Candidate<Integer>> numbered = new ArrayList<>();
        for (Candidate<Integer> each : candidates) {
            numbered.add(new Candidate<>(
                    numbered.size(), each.stream(), each.company(), each.headPutAt(), each.bytes(), each.entries()));
        }
        return numbered;
    }

    private static Candidate<String> candidate(String lane, String stream, long headPutAt) {
        return new Candidate<>(lane, stream, 0, headPutAt, 100, 1);
    }
}
