package io.shardline.examples.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.examples.fleet.Handled.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What must hold of all that the workers of a fleet have handled, in the order of time.
 *
 * <p>Immutable.
 *
 * @param victims for each worker that was killed or frozen, up to where it had written that it handled its shards
 */
record FleetChecks(List<Handled> handled, SortedMap<String, SortedMap<String, Spot>> victims) {

    /** Every answer of {@code put}, whose numbers are those of its lines, is of a record that some worker handled. */
    void assertNothingAcknowledgedIsLost(List<String> answers) {
        Map<Integer, Handled> first = firstByNumber();
        List<Integer> lost = new ArrayList<>();
        for (int number = 0; number < answers.size(); number++) {
            assertThat(answers.get(number)).startsWith("shardId-");
            if (!first.containsKey(number)) {
                lost.add(number);
            }
        }
        assertThat(lost).as("numbers that were acknowledged and not handled").isEmpty();
    }

    void assertFirstOccurrencesAreInOrder() {
        Map<String, Integer> newest = new HashMap<>();
        for (Handled record : firstByNumber().values()) {
            assertThat(record.key()).isEqualTo(Feed.keyOf(record.number()));
            Integer before = newest.put(record.key(), record.number());
            assertThat(before == null || before < record.number())
                    .as("%s comes after number %s of its key", record, before)
                    .isTrue();
        }
    }

    void assertParentBeforeChildren(String parent, List<String> children) {
        Instant last = firstByPlace().values().stream()
                .filter(record -> record.place().shard().equals(parent))
                .map(Handled::at)
                .max(Instant::compareTo)
                .orElseThrow();
        assertThat(handled.stream()
                        .filter(record -> children.contains(record.place().shard()))
                        .toList())
                .as("records of %s, which come after %s", children, parent)
                .isNotEmpty()
                .allMatch(record -> record.at().isAfter(last));
    }

    /**
     * A record is handled once, and once more for each victim that may have handled it after the last checkpoint.
     *
     * @return how many were handled again, by victim
     */
    SortedMap<String, Integer> assertDuplicatesAreExplained() {
        Map<Place, List<Handled>> times = new LinkedHashMap<>();
        handled.forEach(record -> times.computeIfAbsent(record.place(), place -> new ArrayList<>())
                .add(record));
        SortedMap<String, Integer> again = new TreeMap<>();
        times.forEach((place, occurrences) -> {
            List<String> reasons = victims.keySet().stream()
                    .filter(victim -> explains(victim, place))
                    .toList();
            assertThat(occurrences.size())
                    .as("how often %s was handled, which %s may have caused: %s", place, reasons, occurrences)
                    .isLessThanOrEqualTo(1 + reasons.size());
            if (occurrences.size() > 1) {
                again.merge(String.join(" or ", reasons), occurrences.size() - 1, Integer::sum);
            }
        });
        return again;
    }

    /** How many records are in the stream twice; each was put again because of the split, and its answer says so. */
    int assertPutAgainOnlyAfterTheSplit(List<String> answers, List<String> children) {
        Map<Integer, Place> first = new HashMap<>();
        int again = 0;
        for (Handled record : firstByPlace().values()) {
            Place before = first.putIfAbsent(record.number(), record.place());
            if (before != null) {
                again++;
                assertThat(children).contains(before.shard(), record.place().shard());
                assertThat(answers.get(record.number())).doesNotEndWith("\t1");
            }
        }
        return again;
    }

    private boolean explains(String victim, Place place) {
        Spot checkpoint = victims.getOrDefault(victim, new TreeMap<>()).get(place.shard());
        return checkpoint != null && checkpoint.compareTo(place.spot()) < 0;
    }

    private Map<Integer, Handled> firstByNumber() {
        Map<Integer, Handled> first = new LinkedHashMap<>();
        handled.forEach(record -> first.putIfAbsent(record.number(), record));
        return first;
    }

    private Map<Place, Handled> firstByPlace() {
        Map<Place, Handled> first = new LinkedHashMap<>();
        handled.forEach(record -> first.putIfAbsent(record.place(), record));
        return first;
    }
}
