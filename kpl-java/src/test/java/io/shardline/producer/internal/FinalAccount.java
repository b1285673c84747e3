package io.shardline.producer.internal;

import io.shardline.producer.Attempt;
import io.shardline.producer.FailureReason;
import io.shardline.producer.Ordering;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What every record that was put came to, held against what is in the stream. Confined to the simulation's thread. */
final class FinalAccount {

    private final List<SimulatedPut> puts;
    private final StreamTruth truth;
    private final Ordering ordering;

    FinalAccount(List<SimulatedPut> puts, StreamTruth truth, Ordering ordering) {
        this.puts = puts;
        this.truth = truth;
        this.ordering = ordering;
    }

    /**
     * Checks all invariants of records.
     *
     * @param failures is added to
     * @return how many were acknowledged
     */
    long check(EnumMap<FailureReason, Integer> failures) {
        Set<StreamTruth.Seen> entryWise = truth.firstSeenEntryWise();
        List<StreamTruth.Seen> delivered = new ArrayList<>();
        for (SimulatedPut put : puts) {
            PutReceipt receipt = put.receipt();
            PutFailedException failure = put.failure();
            if (receipt != null) {
                StreamTruth.Seen there = truth.at(receipt);
                Invariant.RECEIPTS_SAY_WHERE.check(there == null || put.record.equals(there), receipt);
                delivered.add(put.record);
            } else if (failure != null) {
                failures.merge(failure.reason(), 1, Integer::sum);
                Invariant.FAILURES_TELL_THE_TRUTH.check(
                        !entryWise.contains(put.record) || failure.mayHaveBeenWritten(), failure);
            }
        }
        checkDelivered(delivered, entryWise);
        checkDelivered(delivered, truth.firstSeenKclWise());
        puts.forEach(this::checkCopies);
        return delivered.size();
    }

    private void checkDelivered(List<StreamTruth.Seen> delivered, Set<StreamTruth.Seen> seen) {
        delivered.forEach(each -> Invariant.ACKNOWLEDGED_MEANS_DELIVERED.check(seen.contains(each), each));
        if (ordering == Ordering.NONE) {
            return;
        }
        Set<StreamTruth.Seen> acknowledgedOnly = new LinkedHashSet<>(seen);
        acknowledgedOnly.retainAll(new HashSet<>(delivered));
        Map<String, List<String>> inStream = byKey(acknowledgedOnly);
        byKey(delivered)
                .forEach((key, expected) -> Invariant.FIRST_OCCURRENCES_IN_ORDER.check(
                        expected.equals(inStream.get(key)), key + ": " + inStream.get(key)));
    }

    /** Each copy beyond the first has an attempt that says it may have been written. */
    private void checkCopies(SimulatedPut put) {
        List<Attempt> attempts = put.attempts();
        long accounted =
                attempts.stream().filter(Attempt::mayHaveBeenWritten).count() + (put.receipt() == null ? 0 : 1);
        // Of very many attempts not all are kept.
        boolean allAreKept = attempts.size() < PendingRecord.MOST_TRIES_KEPT;
        int copies = truth.copies(put.record);
        Invariant.DUPLICATES_ARE_ACCOUNTED_FOR.check(
                !allAreKept || copies <= accounted,
                copies + " copies of " + put.record + ", " + accounted + " are known");
    }

    private static Map<String, List<String>> byKey(Iterable<StreamTruth.Seen> records) {
        Map<String, List<String>> byKey = new LinkedHashMap<>();
        records.forEach(seen -> byKey.computeIfAbsent(seen.partitionKey(), key -> new ArrayList<>())
                .add(seen.data()));
        return byKey;
    }
}
