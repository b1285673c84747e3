package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.Attempt;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A steady load on a world, and the account of what every put came to. Confined to the test's thread. */
final class FaultLoad {

    private static final int KEYS = 40;
    private static final Duration PACE = Duration.ofMillis(20);

    private final ProducerWorld world;
    private final List<Put> puts = new ArrayList<>();

    private record Put(StreamTruth.Seen record, CompletableFuture<PutReceipt> future) {}

    FaultLoad(ProducerWorld world) {
        this.world = world;
    }

    /** Puts 50 records a second. */
    FaultLoad putFor(Duration time) {
        long end = world.time.nowNanos() + time.toNanos();
        while (world.time.nowNanos() < end) {
            int number = puts.size();
            StreamTruth.Seen record = new StreamTruth.Seen("key-" + number % KEYS, number + ";");
            puts.add(new Put(record, world.put(record.partitionKey(), record.data() + "x".repeat(100))));
            world.advance(PACE);
        }
        return this;
    }

    /** Waits until all is done, and checks what holds whatever went wrong. */
    FaultLoad finish() {
        world.get(world.producer.flush());
        world.advance(Duration.ofMinutes(1)); // what is late lands
        assertThat(puts).allMatch(put -> put.future().isDone());
        assertThat(world.producer.statistics().outstandingBytes()).isZero();
        StreamTruth truth = new StreamTruth(world.kinesis, ProducerWorld.STREAM);
        checkDelivered(truth, truth.firstSeenEntryWise());
        checkDelivered(truth, truth.firstSeenKclWise());
        puts.forEach(put -> checkCopies(put, truth.copies(put.record())));
        return this;
    }

    List<PutReceipt> receipts() {
        return puts.stream()
                .filter(put -> !put.future().isCompletedExceptionally())
                .map(put -> put.future().join())
                .toList();
    }

    List<PutFailedException> failures() {
        return puts.stream()
                .filter(put -> put.future().isCompletedExceptionally())
                .map(put -> world.failure(put.future()))
                .toList();
    }

    /** The codes of all failed attempts. */
    Set<String> codes() {
        Set<String> codes = new LinkedHashSet<>();
        puts.forEach(put -> attempts(put).forEach(attempt -> codes.add(attempt.errorCode())));
        return codes;
    }

    /** How many records are stored more than once. */
    long duplicates() {
        StreamTruth truth = new StreamTruth(world.kinesis, ProducerWorld.STREAM);
        return puts.stream().filter(put -> truth.copies(put.record()) > 1).count();
    }

    private void checkDelivered(StreamTruth truth, Set<StreamTruth.Seen> seen) {
        List<StreamTruth.Seen> acknowledged = new ArrayList<>();
        for (Put put : puts) {
            if (!put.future().isCompletedExceptionally()) {
                acknowledged.add(put.record());
                assertThat(truth.at(put.future().join())).isEqualTo(put.record());
            }
        }
        Set<StreamTruth.Seen> delivered = new LinkedHashSet<>(seen);
        delivered.retainAll(new LinkedHashSet<>(acknowledged));
        assertThat(byKey(delivered)).isEqualTo(byKey(acknowledged)); // nothing lost, and in order
    }

    /** Each copy beyond the first has an attempt that says it may have been written. */
    private void checkCopies(Put put, int copies) {
        long unknown =
                attempts(put).stream().filter(Attempt::mayHaveBeenWritten).count();
        long known = put.future().isCompletedExceptionally() ? 0 : 1;
        assertThat((long) copies).as("copies of %s", put.record()).isBetween(known, known + unknown);
    }

    private List<Attempt> attempts(Put put) {
        return put.future().isCompletedExceptionally()
                ? world.failure(put.future()).attempts()
                : put.future().join().failedAttempts();
    }

    private static Map<String, List<String>> byKey(Iterable<StreamTruth.Seen> records) {
        Map<String, List<String>> byKey = new LinkedHashMap<>();
        records.forEach(seen -> byKey.computeIfAbsent(seen.partitionKey(), key -> new ArrayList<>())
                .add(seen.data()));
        return byKey;
    }
}
