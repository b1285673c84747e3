package io.shardline.testkit;

import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/**
 * Decides for every call of a client what goes wrong with it.
 *
 * <p>A client asks it once a call, in the order of the calls and one at a time. Confined to the client that it is given to.
 */
@FunctionalInterface
public interface Faults {
    /**
     * The fault of the next call.
     *
     * @param operation the operation's name as the service writes it, such as {@code PutRecords}
     * @param request what is being asked
     */
    Fault next(String operation, KinesisRequest request);

    /** Nothing ever goes wrong. */
    static Faults none() {
        Fault none = new Fault.None();
        return (operation, request) -> none;
    }

    /**
     * What other emulators of Kinesis do at every call: a shard ends without naming its children, and ListShards ignores its
     * filter. The same for all clients is {@link KinesisEmulator.Builder#sloppy}.
     */
    static Faults sloppy() {
        return (operation, request) -> switch (operation) {
            case "GetRecords", "SubscribeToShard" -> new Fault.MissingChildren();
            case "ListShards" -> new Fault.UnfilteredListing();
            default -> new Fault.None();
        };
    }

    /** Each kind of fault with its own probability, drawn from {@code random}. */
    static Faults random(RandomGenerator random, FaultRates rates) {
        return new RandomFaults(random, rates);
    }

    /** These faults until {@code healed} says true, and none from then on as long as it does. */
    default Faults until(BooleanSupplier healed) {
        Fault none = new Fault.None();
        return (operation, request) -> healed.getAsBoolean() ? none : next(operation, request);
    }
}
