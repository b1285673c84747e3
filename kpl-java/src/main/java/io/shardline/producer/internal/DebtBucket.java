package io.shardline.producer.internal;

/**
 * Tokens that come back with time: whoever finds some may take more than there are, and the next waits until the debt is paid.
 *
 * <p>So what is larger than a second's worth passes too, and the average is kept. Confined to the loop.
 */
final class DebtBucket {

    private static final double NANOS_PER_SECOND = 1e9;

    private final double mostPerSecond;
    private double perSecond;
    private double level;
    private long refilledAt;

    /**
     * A full bucket.
     *
     * @param perSecond what comes back in a second, and the most that it holds
     */
    DebtBucket(double perSecond, long now) {
        this.mostPerSecond = perSecond;
        this.perSecond = perSecond;
        this.level = perSecond;
        this.refilledAt = now;
    }

    /** From now on only this share of the tokens comes back, and is held. */
    void scale(double share, long now) {
        refill(now);
        perSecond = mostPerSecond * share;
        level = Math.min(level, perSecond);
    }

    /** The first time at which there is something to take, if nothing is taken before. */
    long positiveAt() {
        if (level > 0) {
            return refilledAt;
        }
        double nanos = -level / perSecond * NANOS_PER_SECOND;
        return Ticks.after(refilledAt, (long) nanos + 1);
    }

    /** What is there, rounded up: how much may be taken without debt if it can be chosen. At least 1. */
    long available(long now) {
        refill(now);
        return Math.max(1, (long) Math.ceil(level));
    }

    void take(long tokens, long now) {
        refill(now);
        level -= tokens;
    }

    /** What was taken was not used. */
    void giveBack(long tokens, long now) {
        refill(now);
        level = Math.min(perSecond, level + tokens);
    }

    private void refill(long now) {
        if (now > refilledAt) {
            level = Math.min(perSecond, level + perSecond * ((now - refilledAt) / NANOS_PER_SECOND));
            refilledAt = now;
        }
    }
}
