package io.shardline.testkit;

import java.time.Duration;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/**
 * Faults drawn from a seed.
 *
 * <p>Confined to the client that it is given to.
 */
final class RandomFaults implements Faults {
    private static final Fault NONE = new Fault.None();
    private static final Fault THROTTLE = new Fault.Throttle();

    private static final int MAX_REPEATED = 20;
    private static final long MAX_BEHIND_MILLIS = Duration.ofHours(1).toMillis();

    private final RandomGenerator random;
    private final FaultRates rates;

    RandomFaults(RandomGenerator random, FaultRates rates) {
        this.random = random;
        this.rates = rates;
    }

    @Override
    public Fault next(String operation, KinesisRequest request) {
        double drawn = random.nextDouble();
        for (FaultRates.Kind kind : FaultRates.Kind.values()) {
            drawn -= rates.rate(kind);
            if (drawn < 0) {
                return fault(kind);
            }
        }
        return NONE;
    }

    private Fault fault(FaultRates.Kind kind) {
        return switch (kind) {
            case THROTTLE -> THROTTLE;
            case SERVICE_FAILURE ->
                random.nextBoolean()
                        ? new Fault.ServiceFailure("InternalFailure", 500)
                        : new Fault.ServiceFailure("ServiceUnavailable", 503);
            case REPLY_LOST -> new Fault.ReplyLost(rates.timeout());
            case REQUEST_LOST -> new Fault.RequestLost(rates.timeout());
            case PARTIAL_FAILURE -> partialFailure();
            case LANDS_LATE ->
                new Fault.LandsLate(rates.timeout(), rates.timeout().plus(upToTimeout()));
            case DELAY -> new Fault.Delay(upToTimeout());
            case CONNECTION_FAILURE -> new Fault.ConnectionFailure();
            case STALE_LISTING -> new Fault.StaleListing(upToTimeout());
            case EXPIRED_ITERATOR -> new Fault.ExpiredIterator();
            case SUBSCRIPTION_DROPPED -> new Fault.SubscriptionDropped(upToTimeout());
            case MISSING_ITERATOR -> new Fault.MissingIterator(random.nextBoolean(), random.nextBoolean());
            case MISSING_CHILDREN -> new Fault.MissingChildren();
            case REPEATED_RECORDS -> new Fault.RepeatedRecords(random.nextInt(1, MAX_REPEATED + 1));
            case EMPTY_ANSWER -> new Fault.EmptyAnswer(Duration.ofMillis(random.nextLong(MAX_BEHIND_MILLIS)));
            case UNFILTERED_LISTING -> new Fault.UnfilteredListing();
            case SUBSCRIPTION_SILENT -> new Fault.SubscriptionSilent(upToTimeout());
            case SUBSCRIPTION_EMPTY -> new Fault.SubscriptionEmpty();
        };
    }

    private Duration upToTimeout() {
        return Duration.ofNanos(random.nextLong(rates.timeout().toNanos()));
    }

    private Fault partialFailure() {
        String code = random.nextBoolean() ? "ProvisionedThroughputExceededException" : "InternalFailure";
        // The call arrives later; which entries fail must not depend on what is drawn until then.
        long pattern = random.nextLong();
        return new Fault.PartialFailure(index -> (pattern >>> (index % Long.SIZE) & 1) == 1, code);
    }
}
