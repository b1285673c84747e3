package io.shardline.producer.internal;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends on, in order, records that waited to learn where they go. Each leaves its queue when it is there or its outcome is decided, so
 * that none is lost whatever throws.
 *
 * <p>Confined to the loop.
 */
final class Routing {

    /**
     * A record that so many attempts in a row fail for is given up, because it keeps back all others. With the waits between recoveries
     * the attempts take about a tenth of a second.
     */
    static final int MAX_ATTEMPTS = 8;

    private final Consumer<PendingRecord> route;
    private final Predicate<PendingRecord> isRouted;
    private final BiConsumer<PendingRecord, String> giveUp;

    /** The record that the last attempt failed for. */
    private @Nullable PendingRecord failing;

    private int attempts;

    /**
     * @param isRouted whether a record has arrived although its routing threw
     * @param giveUp decides the outcome of a record; its second argument says why
     */
    Routing(
            Consumer<PendingRecord> route,
            Predicate<PendingRecord> isRouted,
            BiConsumer<PendingRecord, String> giveUp) {
        this.route = route;
        this.isRouted = isRouted;
        this.giveUp = giveUp;
    }

    void routeAll(RecordQueue waiting) {
        PendingRecord next = waiting.peek();
        while (next != null) {
            try {
                if (!next.isDecided) {
                    route.accept(next);
                }
            } catch (Throwable e) {
                if (isRouted.test(next)) {
                    waiting.remove();
                } else {
                    failed(next, e);
                }
                throw e;
            }
            waiting.remove();
            next = waiting.peek();
        }
        failing = null;
    }

    private void failed(PendingRecord pending, Throwable thrown) {
        attempts = failing == pending ? attempts + 1 : 1;
        failing = pending;
        if (attempts >= MAX_ATTEMPTS) {
            giveUp.accept(pending, "the producer failed: " + thrown);
        }
    }
}
