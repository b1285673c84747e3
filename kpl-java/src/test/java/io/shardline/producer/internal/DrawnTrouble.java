package io.shardline.producer.internal;

import io.shardline.testkit.Fault;
import io.shardline.testkit.FaultPlan;
import io.shardline.testkit.FaultRates;
import io.shardline.testkit.Faults;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.Latency;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.sts.model.StsException;

/**
 * What goes wrong in one seed, and how often: single calls, whole stretches of time, answers that make no sense, slow networks.
 * Confined to the simulation's thread.
 */
final class DrawnTrouble {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final long LONGEST_STRETCH_MILLIS = 4_000;

    /** How often each kind of trouble was met. */
    final Map<String, Integer> met = new TreeMap<>();

    private final RandomGenerator random;
    private final SimulatedTime time;
    private final Duration healed;
    private final double garbledShare;

    /** A stretch of time in which some calls fail in one way. Immutable. */
    private enum Stretch {
        EXPIRED_CREDENTIALS,
        ENDPOINT_DOWN,
        ENDPOINT_UNREACHABLE,
        SHARD_THROTTLED,
        LISTINGS_FAIL,
        LISTINGS_NOT_ALLOWED,
        PUTS_NOT_ALLOWED,
        KEY_DISABLED,
        CREDENTIALS_SERVICE_FAILS
    }

    private long noCredentialsFrom = Long.MAX_VALUE;
    private long noCredentialsUntil = Long.MAX_VALUE;

    DrawnTrouble(RandomGenerator random, SimulatedTime time, Duration healed) {
        this.random = random;
        this.time = time;
        this.healed = healed;
        this.garbledShare = random.nextInt(4) == 0 ? random.nextDouble(0.1) : 0;
    }

    void count(String trouble) {
        met.merge(trouble, 1, Integer::sum);
    }

    /** Every kind of fault that concerns a producer. */
    Faults faults() {
        FaultRates rates = FaultRates.none().timeout(TIMEOUT);
        for (FaultRates.Kind kind : EnumSet.range(FaultRates.Kind.THROTTLE, FaultRates.Kind.STALE_LISTING)) {
            rates = rates.with(kind, random.nextBoolean() ? 0 : random.nextDouble(0.1));
        }
        Faults drawn = Faults.random(random, rates);
        return (operation, request) -> {
            if (isHealed()) {
                return new Fault.None();
            }
            Fault fault = drawn.next(operation, request);
            boolean staleIsNone = fault instanceof Fault.StaleListing && !operation.equals("ListShards");
            if (!(fault instanceof Fault.None) && !staleIsNone) {
                count("fault of a call: " + fault.getClass().getSimpleName());
            }
            return fault;
        };
    }

    Latency latency() {
        Duration least = Duration.ofMillis(1);
        Duration most = Duration.ofMillis(2 + random.nextInt(100));
        Latency even = Latency.between(least, most, random);
        switch (random.nextInt(4)) {
            case 0 -> {
                count("latency: fixed");
                return Latency.fixed(most);
            }
            case 1 -> {
                count("latency: with a long tail");
                return () -> random.nextInt(20) == 0 ? even.next().multipliedBy(10) : even.next();
            }
            default -> {
                count("latency: even");
                return even;
            }
        }
    }

    void planStretches(KinesisEmulator kinesis) {
        for (Stretch stretch : Stretch.values()) {
            if (random.nextInt(8) == 0) {
                Instant from = kinesis.now().plusMillis(random.nextLong(healed.toMillis()));
                Instant until = from.plusMillis(random.nextLong(LONGEST_STRETCH_MILLIS));
                Instant end = kinesis.now().plus(healed);
                Instant last = until.isBefore(end) ? until : end;
                if (stretch == Stretch.CREDENTIALS_SERVICE_FAILS) {
                    noCredentialsFrom = nanosUntil(kinesis, from);
                    noCredentialsUntil = nanosUntil(kinesis, last);
                } else {
                    inject(kinesis, stretch, from, last);
                }
                count("stretch: " + stretch);
            }
        }
    }

    private long nanosUntil(KinesisEmulator kinesis, Instant then) {
        return time.nowNanos() + Duration.between(kinesis.now(), then).toNanos();
    }

    /** Called before a request is sent: there may be nothing to sign it with. */
    void askForCredentials() {
        if (time.nowNanos() >= noCredentialsFrom && time.nowNanos() < noCredentialsUntil) {
            throw noToken();
        }
    }

    /** Whether there is a stretch in which shards may not be listed. */
    boolean deniesListings() {
        return met.containsKey("stretch: " + Stretch.LISTINGS_NOT_ALLOWED);
    }

    private static void inject(KinesisEmulator kinesis, Stretch stretch, Instant from, Instant until) {
        FaultPlan plan = kinesis.faults();
        FaultPlan.Rule rule = switch (stretch) {
            case EXPIRED_CREDENTIALS -> plan.onAll();
            case LISTINGS_FAIL, LISTINGS_NOT_ALLOWED -> plan.on("ListShards");
            case SHARD_THROTTLED -> plan.on("PutRecords").shard("shardId-000000000000");
            default -> plan.on("PutRecords");
        };
        rule.from(from).until(until);
        switch (stretch) {
            case EXPIRED_CREDENTIALS -> rule.inject(new Fault.ServiceFailure("ExpiredTokenException", 400));
            case ENDPOINT_DOWN, LISTINGS_FAIL -> rule.inject(new Fault.ServiceFailure("ServiceUnavailable", 503));
            case ENDPOINT_UNREACHABLE -> rule.inject(new Fault.ConnectionFailure());
            case SHARD_THROTTLED -> rule.inject(new Fault.Throttle());
            case LISTINGS_NOT_ALLOWED, PUTS_NOT_ALLOWED ->
                rule.inject(new Fault.ServiceFailure("AccessDeniedException", 400));
            case KEY_DISABLED -> rule.inject(new Fault.ServiceFailure("KMSDisabledException", 400));
            case CREDENTIALS_SERVICE_FAILS -> throw new IllegalArgumentException("not a failure of Kinesis");
        }
    }

    /** Too few results, too many, one that is null, or some without a sequence number; mostly none of it. */
    PutRecordsResponse garbled(PutRecordsResponse answer) {
        if (isHealed() || random.nextDouble() >= garbledShare) {
            return answer;
        }
        List<PutRecordsResultEntry> results = new ArrayList<>(answer.records());
        switch (random.nextInt(4)) {
            case 0 -> {
                count("answer: too few results");
                results.remove(0);
            }
            case 1 -> {
                count("answer: too many results");
                results.add(results.get(0));
            }
            case 2 -> {
                count("answer: a null element");
                results.set(random.nextInt(results.size()), null);
            }
            default -> {
                count("answer: no sequence numbers");
                results.replaceAll(
                        result -> result.toBuilder().sequenceNumber(null).build());
            }
        }
        return answer.toBuilder().records(results).build();
    }

    private boolean isHealed() {
        return time.nowNanos() > healed.toNanos();
    }

    private static AwsServiceException noToken() {
        return StsException.builder()
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("InvalidIdentityToken")
                        .errorMessage("Couldn't retrieve verification key")
                        .build())
                .build();
    }
}
