package io.shardline.testkit;

/**
 * What may still be taken of something that comes back at a steady rate, and of which at most one second's worth is saved.
 *
 * <p>Confined to the engine's lock.
 */
final class Allowance {
    private static final long MILLIS_PER_SECOND = 1000;

    private final long perSecond;

    /** In thousandths, so that every millisecond gives a whole number of them. */
    private long left;

    private long atMillis;

    Allowance(long perSecond, long nowMillis) {
        this.perSecond = perSecond;
        this.left = perSecond * MILLIS_PER_SECOND;
        this.atMillis = nowMillis;
    }

    private void refill(long nowMillis) {
        // A clock may go back, and gives nothing then.
        long elapsed = Math.max(0, nowMillis - atMillis);
        left = Math.min(perSecond * MILLIS_PER_SECOND, left + elapsed * perSecond);
        atMillis = nowMillis;
    }

    /** Takes that much if it is there; of what is more than a second's worth only a second's worth has to be. */
    boolean take(long amount, long nowMillis) {
        if (!has(amount, nowMillis)) {
            return false;
        }
        left -= amount * MILLIS_PER_SECOND;
        return true;
    }

    /** Whether {@link #take} would take it. */
    boolean has(long amount, long nowMillis) {
        refill(nowMillis);
        return left >= Math.min(amount, perSecond) * MILLIS_PER_SECOND;
    }

    /** Whether anything is left. */
    boolean isOpen(long nowMillis) {
        refill(nowMillis);
        return left > 0;
    }

    /**
     * Takes what was used already. More than was left costs the rest of it, too: after 10 MiB at 2 MiB a second nothing is
     * left for 5 seconds, which is how the service counts.
     */
    void spend(long amount, long nowMillis) {
        refill(nowMillis);
        long thousandths = amount * MILLIS_PER_SECOND;
        left = thousandths > left ? -thousandths : left - thousandths;
    }

    /** When something will be left. */
    long opensAtMillis() {
        return left > 0 ? atMillis : atMillis + -left / perSecond + 1;
    }

    /** How much is left, not negative. */
    long left(long nowMillis) {
        refill(nowMillis);
        return Math.max(0, left / MILLIS_PER_SECOND);
    }
}
