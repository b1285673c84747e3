package io.shardline.consumer.internal.retrieve;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When a shard may be subscribed to again, judged by how its last subscriptions ended.
 *
 * <p>Confined to the consumer loop.
 */
final class SubscriptionPace {

    /** So often in a row a subscription may come to nothing before it is a failed read. */
    static final int MAX_UNREPORTED = 2;

    /** So soon after a subscription began the service takes no other of the same consumer to the same shard. */
    private static final long EXCLUSIVE_NANOS = Duration.ofMillis(5_100).toNanos();

    /** Refusals because of an earlier subscription are no accident for so many seconds, or for so many attempts. */
    private static final int MAX_EXPECTED_REFUSALS = 8;

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long MAX_PAUSE = Duration.ofSeconds(10).toNanos();
    private static final long MAX_LONG_PAUSE = Duration.ofSeconds(60).toNanos();

    /** Doubling stops here; the limits are reached long before. */
    private static final int MAX_DOUBLINGS = 10;

    private final RandomGenerator random;
    private long notBefore;
    private long exclusiveUntil;
    private int refusals;
    private int fruitless;
    private int takenOver;
    private int unused;
    private String last = "";

    SubscriptionPace(long now, RandomGenerator random) {
        this.notBefore = now;
        this.exclusiveUntil = now;
        this.random = random;
    }

    /** The next one may not be sent before that. */
    long notBefore() {
        return notBefore;
    }

    /** How many in a row have come to nothing. */
    int failures() {
        return Math.max(fruitless, takenOver);
    }

    /** How the last one ended, in words. */
    String last() {
        return last;
    }

    /** One is sent; it may become one whatever is heard of it. */
    void sent(long now) {
        exclusiveUntil = now + EXCLUSIVE_NANOS;
        notBefore = exclusiveUntil;
    }

    void accepted(long now) {
        refusals = 0;
        sent(now);
    }

    /** It gives something. */
    void gaveEvent(boolean hasRecords) {
        fruitless = 0;
        unused = hasRecords ? 0 : unused;
    }

    /** One that gave events has ended; the next one follows as soon as the service takes it. */
    void goesOn(String why) {
        last = why;
        takenOver = 0;
    }

    /** Refused because there is another one, the consumer is not active, or calls come too soon. Returns whether that was expected. */
    boolean isExpectedRefusal(long now, String why) {
        last = why;
        refusals++;
        if (refusals > MAX_EXPECTED_REFUSALS) {
            return false;
        }
        notBefore = now + 2 * SECOND - jittered(SECOND); // the service takes one call a second for consumer and shard
        return true;
    }

    /** It came to nothing. */
    void failed(long now, String why) {
        last = why;
        fruitless++;
        pause(now, SECOND, fruitless, MAX_PAUSE);
    }

    /** Another reader has taken it over, just now. */
    void takenOver(long now, String why) {
        last = why;
        takenOver++;
        exclusiveUntil = now + EXCLUSIVE_NANOS;
        pause(now, 5 * SECOND, takenOver, MAX_LONG_PAUSE);
    }

    /** There was no demand for so long that it was ended. */
    void unused(long now) {
        last = "ended, as there was no room for its events";
        unused++;
        pause(now, SECOND, unused, MAX_LONG_PAUSE);
    }

    private void pause(long now, long first, int times, long most) {
        long pause = jittered(Math.min(most, first << Math.min(times - 1, MAX_DOUBLINGS)));
        notBefore = Math.max(exclusiveUntil - now, pause) + now;
    }

    /** Between three quarters of it and all of it. */
    private long jittered(long nanos) {
        return nanos - (long) (random.nextDouble() * (nanos / 4.0));
    }

    /** In words, why there is no subscription, and when the next one is tried. */
    String words(long now, @Nullable String waitsFor) {
        String why = last.isEmpty() ? "" : last + "; ";
        return why
                + (waitsFor != null
                        ? waitsFor
                        : "next try in " + Math.max(0, (notBefore - now + SECOND - 1) / SECOND) + " s");
    }
}
