package io.shardline.examples.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.examples.fleet.Handled.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
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
 * @param ends how each worker lost shards, by its name
 */
record FleetChecks(List<Handled> handled, Map<String, Losses> ends) {

    /**
     * How a worker lost shards without handing them over. Immutable.
     *
     * @param byLog how often, by its own log
     * @param victim if it was killed or frozen, up to where it had written then that it handled its shards
     * @param saysSo whether the log has that, too: a worker that was killed says nothing
     */
    record Losses(Map<String, Integer> byLog, SortedMap<String, Spot> victim, boolean saysSo) {

        /** How often a record may have been handled by this worker and then again by another. */
        int explain(Place place) {
            int losses = byLog.getOrDefault(place.shard(), 0);
            Spot checkpoint = victim.get(place.shard());
            if (checkpoint == null) {
                return losses;
            }
            int others = saysSo ? Math.max(0, losses - 1) : losses;
            return others + (checkpoint.compareTo(place.spot()) < 0 ? 1 : 0);
        }
    }

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
     * A record is handled once, and once more for each time that a worker which handled it lost the shard after the last
     * checkpoint before it: killed, frozen, or by what its log says.
     *
     * @return how many were handled again, by the workers that lost the shard
     */
    SortedMap<String, Integer> assertDuplicatesAreExplained() {
        Map<Place, List<Handled>> times = new LinkedHashMap<>();
        handled.forEach(record -> times.computeIfAbsent(record.place(), place -> new ArrayList<>())
                .add(record));
        SortedMap<String, Integer> again = new TreeMap<>();
        times.forEach((place, occurrences) -> {
            List<String> reasons = occurrences.stream()
                    .map(Handled::worker)
                    .distinct()
                    .flatMap(worker -> Collections.nCopies(explain(worker, place), worker).stream())
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

    /**
     * How many records are in the stream twice; the answer of each says that there was another attempt: because of the split, or
     * because the service had not answered in time.
     */
    int assertOnlyWhatWasPutAgainIsThereTwice(List<String> answers) {
        Map<Integer, Place> first = new HashMap<>();
        int again = 0;
        for (Handled record : firstByPlace().values()) {
            Place before = first.putIfAbsent(record.number(), record.place());
            if (before != null) {
                again++;
                assertThat(answers.get(record.number())).doesNotEndWith("\t1");
            }
        }
        return again;
    }

    private int explain(String worker, Place place) {
        Losses losses = ends.get(worker);
        return losses == null ? 0 : losses.explain(place);
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
