package io.shardline.testkit;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * How often each kind of fault comes, as probabilities of one call, for {@link Faults#random}.
 *
 * <p>Immutable.
 */
public final class FaultRates {
    /** The kinds of fault that a plan draws from. */
    public enum Kind {
        /** {@link Fault.Throttle}. */
        THROTTLE,
        /** {@link Fault.ServiceFailure} as {@code InternalFailure}, status 500, or a 503. */
        SERVICE_FAILURE,
        /** {@link Fault.ReplyLost}. */
        REPLY_LOST,
        /** {@link Fault.RequestLost}. */
        REQUEST_LOST,
        /** {@link Fault.LandsLate}: up to one time-out after the caller has given up. */
        LANDS_LATE,
        /** {@link Fault.PartialFailure}: each entry fails with probability one half. */
        PARTIAL_FAILURE,
        /** {@link Fault.Delay}: evenly between nothing and the time-out. */
        DELAY,
        /** {@link Fault.ConnectionFailure}. */
        CONNECTION_FAILURE,
        /** {@link Fault.StaleListing}: up to one time-out old. */
        STALE_LISTING,
        /** {@link Fault.ExpiredIterator}. */
        EXPIRED_ITERATOR,
        /** {@link Fault.SubscriptionDropped}: up to one time-out after its beginning. */
        SUBSCRIPTION_DROPPED,
        /** {@link Fault.MissingIterator}: with or without records, absent or empty. */
        MISSING_ITERATOR,
        /** {@link Fault.MissingChildren}. */
        MISSING_CHILDREN,
        /** {@link Fault.RepeatedRecords}: up to 20. */
        REPEATED_RECORDS,
        /** {@link Fault.EmptyAnswer}: up to an hour behind the tip. */
        EMPTY_ANSWER,
        /** {@link Fault.UnfilteredListing}. */
        UNFILTERED_LISTING,
        /** {@link Fault.SubscriptionSilent}: up to one time-out after its beginning. */
        SUBSCRIPTION_SILENT,
        /** {@link Fault.SubscriptionEmpty}. */
        SUBSCRIPTION_EMPTY
    }

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(6);

    private final Map<Kind, Double> rates;
    private final Duration timeout;

    private FaultRates(Map<Kind, Double> rates, Duration timeout) {
        this.rates = rates;
        this.timeout = timeout;
    }

    /** No faults, and a time-out of 6 s for lost calls: where to start from. */
    public static FaultRates none() {
        return new FaultRates(new EnumMap<>(Kind.class), DEFAULT_TIMEOUT);
    }

    /**
     * The same with another probability for one kind.
     *
     * @param rate 0 to 1; all kinds together at most 1
     */
    public FaultRates with(Kind kind, double rate) {
        EnumMap<Kind, Double> changed = new EnumMap<>(Kind.class);
        changed.putAll(rates);
        changed.put(kind, rate);
        double sum = changed.values().stream().mapToDouble(Double::doubleValue).sum();
        if (!(rate >= 0 && sum <= 1)) {
            throw new IllegalArgumentException("rates are 0 to 1, also all together: " + changed);
        }
        return new FaultRates(changed, timeout);
    }

    /** The same with another time after which the caller of a lost call gives up, and another greatest delay. */
    public FaultRates timeout(Duration changed) {
        if (changed.isNegative() || changed.isZero()) {
            throw new IllegalArgumentException("the time-out must be positive: " + changed);
        }
        return new FaultRates(rates, changed);
    }

    /** The probability of a kind. */
    public double rate(Kind kind) {
        return rates.getOrDefault(kind, 0.0);
    }

    /** When the caller of a lost call gives up. */
    public Duration timeout() {
        return timeout;
    }

    @Override
    public String toString() {
        return "FaultRates" + rates + " timeout=" + timeout;
    }
}
