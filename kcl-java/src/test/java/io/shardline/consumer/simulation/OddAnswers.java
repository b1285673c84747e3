package io.shardline.consumer.simulation;

import io.shardline.testkit.Fault;
import io.shardline.testkit.FaultRates;
import io.shardline.testkit.Faults;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/**
 * Answers of Kinesis that succeed and are wrong, as other implementations of it give them.
 *
 * <p>Confined to the client that it is given to.
 */
final class OddAnswers implements Faults {

    /** Two lies in a row about a closed shard's end are believed, as nothing else is left to ask. */
    private static final long MIN_GAP_NANOS = Duration.ofSeconds(30).toNanos();

    private final Faults faults;
    private final LongSupplier nanoTime;
    private @Nullable Long lastLie;

    private OddAnswers(Faults faults, LongSupplier nanoTime) {
        this.faults = faults;
        this.nanoTime = nanoTime;
    }

    /** Adds them to what else goes wrong with a worker's calls; none in every other life. */
    static FaultRates draw(FaultRates rates, RandomGenerator random) {
        if (random.nextBoolean()) {
            return rates;
        }
        return rates.with(FaultRates.Kind.MISSING_ITERATOR, random.nextDouble() * 0.03)
                .with(FaultRates.Kind.MISSING_CHILDREN, random.nextDouble() * 0.4)
                .with(FaultRates.Kind.REPEATED_RECORDS, random.nextDouble() * 0.05)
                .with(FaultRates.Kind.EMPTY_ANSWER, random.nextDouble() * 0.1)
                .with(FaultRates.Kind.STALE_LISTING, random.nextDouble() * 0.1);
    }

    /** The same faults, but for a second lie soon after the first about where a shard ends. */
    static Faults oneLieAtATime(Faults faults, LongSupplier nanoTime) {
        return new OddAnswers(faults, nanoTime);
    }

    @Override
    public Fault next(String operation, KinesisRequest request) {
        Fault fault = faults.next(operation, request);
        if (!(fault instanceof Fault.MissingIterator)) {
            return fault;
        }
        long now = nanoTime.getAsLong();
        Long before = lastLie;
        if (before != null && now - before < MIN_GAP_NANOS) {
            return new Fault.None();
        }
        lastLie = now;
        return fault;
    }
}
