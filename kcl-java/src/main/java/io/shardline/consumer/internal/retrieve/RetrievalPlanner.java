package io.shardline.consumer.internal.retrieve;

import io.shardline.consumer.internal.lease.ReadPressure;
import io.shardline.consumer.internal.lease.RetrievalChoice;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a stream is read with GetRecords or with dedicated throughput.
 *
 * <p>Dedicated throughput costs by the hour, so it is kept for a while, and for longer each time that it was given up too early.
 * Provisioned shards cost less than it does, so refused reads alone are no reason for it there: a lag that grows is. Pure.
 */
public final class RetrievalPlanner {

    /** Registered consumers that the service allows a stream, unless an account has bought more. */
    static final int MAX_CONSUMERS = 20;

    /** How a stream is paid for. */
    public enum Mode {
        PROVISIONED,
        ON_DEMAND
    }

    /** What the service says of a stream. */
    public record Described(Mode mode, int openShards, int consumers) {}

    /**
     * What the user wants.
     *
     * @param maxFanOutShards shards that a stream may have that is read with dedicated throughput
     * @param latency how old records may be when they come, or null if that does not matter
     * @param pollInterval how long a record waits for the next read at most, where polling keeps up
     */
    public record Wish(int maxFanOutShards, @Nullable Duration latency, Duration pollInterval) {

        /** Whether polling cannot be as quick as is wanted, whatever else reads the stream. */
        boolean isTooQuickToPoll() {
            return latency != null && latency.compareTo(pollInterval) < 0;
        }
    }

    /**
     * What comes of it.
     *
     * @param next the choice to be written down, or null if the present one stays
     * @param hindrance in words, what keeps the stream from being read as it should be, or null if nothing does
     */
    public record Plan(
            @Nullable RetrievalChoice next, @Nullable String hindrance) {}

    private static final Plan STAY = new Plan(null, null);

    private final RetrievalRules rules;

    public RetrievalPlanner(RetrievalRules rules) {
        this.rules = rules;
    }

    /** Whether nothing is to be decided, so that the service need not be asked. */
    public boolean isQuiet(RetrievalChoice current, ReadPressure pressure, Wish wish) {
        return !current.isFanOut() && !pressure.isFelt() && !wish.isTooQuickToPoll();
    }

    /** What is to be done now. */
    public Plan plan(Instant now, RetrievalChoice current, ReadPressure pressure, Described stream, Wish wish) {
        return current.isFanOut()
                ? planBack(now, current, pressure, stream, wish)
                : planForth(now, current, pressure, stream, wish);
    }

    private Plan planForth(Instant now, RetrievalChoice current, ReadPressure pressure, Described stream, Wish wish) {
        RetrievalReason why = reason(pressure, stream, wish);
        boolean isUnwished = current.why().equals(RetrievalReason.DEREGISTERED.word())
                && current.age(now).compareTo(rules.firstStay()) < 0;
        if (why == null || isUnwished) {
            return STAY;
        }
        if (stream.openShards() > wish.maxFanOutShards()) {
            return new Plan(
                    null,
                    "its " + stream.openShards() + " open shards are more than maxFanOutShards, "
                            + wish.maxFanOutShards());
        }
        if (stream.consumers() >= MAX_CONSUMERS && !current.isOurs()) {
            return new Plan(null, "it has " + stream.consumers() + " registered consumers, as many as there may be");
        }
        boolean wasTooEarly =
                current.stay().compareTo(Duration.ZERO) > 0 && current.age(now).compareTo(rules.relapse()) < 0;
        Duration stay = wasTooEarly ? shorter(current.stay().multipliedBy(2), rules.maxStay()) : rules.firstStay();
        return new Plan(current.switched(true, now, why.word(), stay), null);
    }

    private @Nullable RetrievalReason reason(ReadPressure pressure, Described stream, Wish wish) {
        if (wish.isTooQuickToPoll() || pressure.late() > 0) {
            return RetrievalReason.LATENCY;
        }
        if (pressure.lagging() > 0) {
            return RetrievalReason.LAG;
        }
        return pressure.throttled() > 0 && rules.throttlesCountIn().contains(stream.mode())
                ? RetrievalReason.THROTTLES
                : null;
    }

    private Plan planBack(Instant now, RetrievalChoice current, ReadPressure pressure, Described stream, Wish wish) {
        if (stream.openShards() > wish.maxFanOutShards()) {
            return new Plan(back(now, current, RetrievalReason.LIMIT), null);
        }
        Duration age = current.age(now);
        boolean isBusy = pressure.busy() > 0 && age.compareTo(rules.maxStay()) < 0;
        boolean isNeeded = wish.isTooQuickToPoll() || pressure.isFelt() || isBusy;
        boolean isOld = age.compareTo(current.stay()) >= 0;
        return isNeeded || !isOld ? STAY : new Plan(back(now, current, RetrievalReason.CALM), null);
    }

    /** The next choice is polling. */
    public static RetrievalChoice back(Instant now, RetrievalChoice current, RetrievalReason why) {
        return current.switched(false, now, why.word(), current.stay());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
