package io.shardline.consumer.internal.shard;

import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.runtime.internal.Logs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Saves calls that ask the service whether a stream is still the one that the checkpoints are of: an account has 20 of them a
 * second, and all workers of an application of several streams want to know.
 *
 * <p>Each worker asks for a few streams at a time, in an order of its own, and writes down that it did. In between it looks
 * what the others have written down since its last look, and does not ask for that. Nobody waits for another. Confined to the
 * consumer loop.
 */
final class StreamChecks {

    private static final Logger log = Logs.of(StreamChecks.class);

    /** Streams that are asked for at a time, if the service is quick: one at first, and one more after each quick answer. */
    static final int MAX_CALLS = 4;

    /** A call that takes longer was throttled, most likely: after it there is one at a time again. */
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** From one look at the rows of the streams to the next; with jitter up to twice as much. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * How old what others have found may be, as the time since the look before. After more, as this process stood still or the
     * table did not answer, a stream may be another one by now.
     */
    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final SessionKeeper.Setting setting;
    private final Supplier<@Nullable String> session;

    private final Map<String, Asker> waiting = new TreeMap<>();

    /** Those of them that the last look has left. */
    private final List<String> turns = new ArrayList<>();

    /** The number of the last check, or 0 before the first, as the last look has shown it to those who waited then. */
    private final Map<String, Long> seen = new TreeMap<>();

    private Look last = new Look(0, null);
    private boolean isLooking;
    private int calls;
    private int slots = 1;

    /** The stream that is to be checked. Called on the loop. */
    interface Asker {

        /** Another worker has found this stream, just now. */
        void foundByAnother(StreamRow row, StreamRow.Check check);

        /** Asks for the stream, until what is returned completes. */
        CompletableFuture<?> isYours();
    }

    /**
     * A look at the rows.
     *
     * @param sentNanos what it shows is no older
     * @param session under which it was sent
     */
    private record Look(long sentNanos, @Nullable String session) {}

    /** @param session this worker's session, or null while it has none */
    StreamChecks(SessionKeeper.Setting setting, Supplier<@Nullable String> session) {
        this.setting = setting;
        this.session = session;
    }

    /** Calls back once, after a look at least; only what is written down after that counts. */
    void ask(String streamName, Asker asker) {
        waiting.put(streamName, asker);
        seen.remove(streamName);
        if (!isLooking) {
            isLooking = true;
            setting.loop().schedule(0, this::look); // all that are asked for together
        }
    }

    /** Writes down that a stream was found. If that is lost, others ask for themselves. */
    void found(String streamName, Instant created, StreamRow.Check check) {
        setting.calls()
                .read(
                        () -> setting.store().checked(streamName, created, check),
                        result -> {},
                        failure -> log.debug("the check of stream={} was not written down", streamName, failure));
    }

    private void look() {
        isLooking = !waiting.isEmpty();
        if (!isLooking) {
            return;
        }
        Look look = new Look(setting.loop().nanoTime(), session.get());
        List<String> names = List.copyOf(waiting.keySet());
        setting.calls()
                .read(
                        () -> setting.store().readStreams(names),
                        rows -> {
                            lookLater();
                            looked(look, names, rows);
                        },
                        failure -> {
                            lookLater();
                            log.debug("the rows of streams cannot be read", failure);
                        });
    }

    private void lookLater() {
        long spread = (long) (PAUSE_NANOS * setting.platform().random().nextDouble());
        setting.loop().schedule(PAUSE_NANOS + spread, this::look);
    }

    private void looked(Look look, List<String> names, List<StreamRow> rows) {
        boolean goesOn = setting.loop().nanoTime() - last.sentNanos() <= MAX_AGE_NANOS
                && Objects.equals(look.session(), last.session());
        if (!goesOn) {
            seen.clear();
        }
        last = look;
        Map<String, StreamRow> byName = new LinkedHashMap<>();
        rows.forEach(row -> byName.put(row.streamName(), row));
        turns.clear();
        names.stream().filter(waiting::containsKey).forEach(name -> {
            StreamRow row = byName.get(name);
            StreamRow.Check check = row == null ? null : row.check();
            long number = check == null ? 0 : check.number();
            Long before = seen.put(name, number);
            if (row != null && check != null && before != null && before != number) {
                Asker asker = Objects.requireNonNull(waiting.remove(name));
                setting.loop().run(() -> asker.foundByAnother(row, check));
            } else {
                turns.add(name);
            }
        });
        callNext();
    }

    private void callNext() {
        while (calls < slots && !turns.isEmpty()) {
            // Any of them: were the order the same for all workers, all would ask for the same streams.
            int any = setting.platform().random().nextInt(turns.size());
            Asker asker = waiting.remove(turns.remove(any));
            if (asker != null) {
                setting.loop().run(() -> call(asker));
            }
        }
    }

    private void call(Asker asker) {
        calls++;
        long sent = setting.loop().nanoTime();
        CompletableFuture<?> answer;
        try {
            answer = asker.isYours();
        } catch (RuntimeException e) {
            calls--;
            throw e;
        }
        answer.whenComplete((result, failure) -> {
            calls--;
            boolean isSlow = setting.loop().nanoTime() - sent > SLOW_NANOS;
            slots = isSlow ? 1 : Math.min(slots + 1, MAX_CALLS);
            callNext();
        });
    }
}
