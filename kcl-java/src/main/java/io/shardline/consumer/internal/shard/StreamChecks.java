package io.shardline.consumer.internal.shard;

import com.google.common.collect.Iterables;
import com.google.common.hash.Hashing;
import io.shardline.consumer.internal.lease.LeaseBook;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.runtime.internal.Logs;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Shares out among the workers of an application of several streams who asks the service whether a stream is still the one that
 * the checkpoints are of: an account has 20 such calls a second.
 *
 * <p>Each worker asks for a part of the streams, a few at a time, and writes down that it did. Of the others it looks whether
 * that was written down since it first looked. What nobody makes progress with is for everybody. Confined to the consumer loop.
 */
final class StreamChecks {

    private static final Logger log = Logs.of(StreamChecks.class);

    /** Calls under way at a time. */
    private static final int MAX_CALLS = 4;

    /** From one look at the rows of the streams to the next; with jitter up to twice as much. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SessionKeeper.Setting setting;
    private final SharedScan scans;
    private final LeaseBook book;

    private final Map<String, Asker> waiting = new TreeMap<>();

    /** Those of them that were waiting when the rows were last looked at. */
    private final Set<String> lookedFor = new TreeSet<>();

    /** Those of them that are for this worker, in the order in which it comes to them. */
    private final ArrayDeque<String> mine = new ArrayDeque<>();

    /** The number of the last check that was seen, or 0 before the first. */
    private final Map<String, Long> seen = new TreeMap<>();

    private boolean isLooking;
    private int calls;

    /** The stream that is to be checked. Called on the loop. */
    interface Asker {

        /** Another worker has found this stream. */
        void foundByAnother(StreamRow row, StreamRow.Check check);

        /** Nobody else is waited for: it is to be asked for with {@link StreamChecks#call}. */
        void isYours();
    }

    StreamChecks(SessionKeeper.Setting setting, SharedScan scans, LeaseBook book) {
        this.setting = setting;
        this.scans = scans;
        this.book = book;
    }

    /** Calls back once, if need be after a while. */
    void ask(String streamName, Asker asker) {
        waiting.put(streamName, asker);
        if (!isLooking) {
            isLooking = true;
            look();
        }
    }

    /** Counts a call that asks for a stream. */
    <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> call) {
        calls++;
        return call.get().whenComplete((answer, failure) -> {
            calls--;
            callNext();
        });
    }

    /** Writes down that a stream was found. If that is lost, others ask for themselves. */
    void found(String streamName, Instant created, StreamRow.Check check) {
        seen.remove(streamName);
        setting.calls()
                .read(
                        () -> setting.store().checked(streamName, created, check),
                        result -> result.then(this::counted, row -> {}, unknown -> {}),
                        failure -> log.debug("the check of stream={} was not written down", streamName, failure));
    }

    /** This worker's own check was written down. */
    void counted(StreamRow row) {
        if (row.check() != null) {
            seen.put(row.streamName(), row.check().number());
        }
    }

    private void look() {
        scans.read(this::looked, failure -> {
            log.debug("the streams' rows cannot be read, so all are asked for here", failure);
            mine.clear();
            mine.addAll(waiting.keySet());
            lookLater();
        });
    }

    private void looked(Scan scan) {
        Map<String, StreamRow> rows = new LinkedHashMap<>();
        scan.streams().forEach(row -> rows.put(row.streamName(), row));
        boolean hasProgress = false;
        for (String streamName : List.copyOf(waiting.keySet())) {
            StreamRow row = rows.get(streamName);
            StreamRow.Check check = row == null ? null : row.check();
            long number = check == null ? 0 : check.number();
            Long before = seen.put(streamName, number);
            if (row != null && check != null && before != null && before != number) {
                hasProgress = true;
                Objects.requireNonNull(waiting.remove(streamName)).foundByAnother(row, check);
            }
        }
        Turns turns = Turns.of(scan.sessions(), book.session().id());
        boolean isForAll = !hasProgress;
        mine.clear();
        waiting.keySet().stream()
                .filter(name -> turns.isMine(name) || (isForAll && lookedFor.contains(name)))
                .forEach(mine::add);
        lookLater();
    }

    private void lookLater() {
        lookedFor.clear();
        lookedFor.addAll(waiting.keySet());
        callNext();
        isLooking = !waiting.isEmpty();
        if (isLooking) {
            long spread = (long) (PAUSE_NANOS * setting.platform().random().nextDouble());
            setting.loop().schedule(PAUSE_NANOS + spread, this::look);
        }
    }

    private void callNext() {
        while (calls < MAX_CALLS && !mine.isEmpty()) {
            Asker asker = waiting.remove(mine.remove());
            if (asker != null) {
                asker.isYours();
            }
        }
    }

    /** Which streams are one worker's, as far as it knows the others. */
    private record Turns(int workers, int me) {

        static Turns of(List<SessionRow> sessions, @Nullable String me) {
            TreeSet<String> workers = new TreeSet<>();
            sessions.stream().filter(row -> row.alive() && !row.leaving()).forEach(row -> workers.add(row.id()));
            String own = me == null ? "" : me;
            workers.add(own);
            return new Turns(workers.size(), Iterables.indexOf(workers, own::equals));
        }

        boolean isMine(String streamName) {
            int place = Hashing.murmur3_32_fixed()
                    .hashString(streamName, StandardCharsets.UTF_8)
                    .asInt();
            return Math.floorMod(place, workers) == me;
        }
    }
}
