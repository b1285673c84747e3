package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.mutants.SourceMutant;
import java.lang.reflect.Constructor;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Producers with one mistake each, as they could be made: the simulation catches every one of them, and by the right invariant.
 *
 * <p>A mutant is the production source with a few words changed, compiled into a class loader of its own. So there is no
 * switch for it in the product, and a mutant whose place has been rewritten fails its test in place of going on unnoticed.
 */
class MutantsTest {

    private static final int MOST_SEEDS = 500;
    private static final String PACKAGE = "io.shardline.producer.internal.";

    static Stream<Arguments> mutants() {
        return Stream.of(
                Arguments.of(
                        "a straddling aggregate counts as delivered",
                        mutant("AnswerJudge", "landing.aggregate().isInside(range)", "range.contains(range.start())"),
                        Invariant.ACKNOWLEDGED_MEANS_DELIVERED),
                Arguments.of(
                        "children do not wait for their parents' last loads",
                        mutant("StreamLanes", "return !draining.isEmpty()", "return false"),
                        Invariant.ONE_ATTEMPT_PER_KEY_AT_A_TIME),
                Arguments.of(
                        "a lane sends while it has something in flight",
                        mutant("ShardLane", "(inFlight > 0 || stream", "(stream"),
                        Invariant.ONE_ATTEMPT_PER_KEY_AT_A_TIME),
                Arguments.of(
                        "raw records of one key go together",
                        mutant("ShardLane", "!keys.add(next.record.partitionKey())", "!keys.add(next.toString())"),
                        Invariant.ONE_ATTEMPT_PER_KEY_AT_A_TIME),
                Arguments.of(
                        "aggregates of one load share keys",
                        mutant("NextLoad", "i < number && settings", "i < 0 && settings"),
                        Invariant.ONE_ATTEMPT_PER_KEY_AT_A_TIME),
                Arguments.of(
                        "the end of a load does not wait for all of its aggregates",
                        mutant("AnswerJudge", "return open == 0;", "return true;"),
                        Invariant.ONE_ATTEMPT_PER_KEY_AT_A_TIME),
                Arguments.of(
                        "what is put again goes to the end",
                        mutant("ShardLane", "behind.addBefore(earlier);", "earlier.forEach(behind::add);"),
                        Invariant.FIRST_OCCURRENCES_IN_ORDER),
                Arguments.of(
                        "a lost answer counts as not written",
                        mutant(
                                "RetryClassifier",
                                "UNKNOWN_OUTCOME = new Retry(true)",
                                "UNKNOWN_OUTCOME = new Retry(false)"),
                        Invariant.FAILURES_TELL_THE_TRUTH),
                Arguments.of(
                        "a result without a sequence number counts as not written",
                        mutant("RetryClassifier", "? REFUSED : UNKNOWN_OUTCOME", "? REFUSED : NOT_WRITTEN"),
                        Invariant.DUPLICATES_ARE_ACCOUNTED_FOR),
                Arguments.of(
                        "an aggregate that is forwarded goes as it is where it is alone",
                        mutant("RequestEntry", "|| AggregateCodec.beginsAsAggregate(pending.record.data())", ""),
                        Invariant.NOTHING_IS_SENT_AFTER_ITS_TIME), // what is inside was never put
                Arguments.of(
                        "a map is trusted for ever",
                        mutant("StreamLanes", "map != null && now - seenAt < TRUST_NANOS", "map != null"),
                        Invariant.ACKNOWLEDGED_MEANS_DELIVERED),
                Arguments.of(
                        "receipts count from one",
                        mutant("Outcomes", "acknowledge(stored, i)", "acknowledge(stored, i + 1)"),
                        Invariant.RECEIPTS_SAY_WHERE),
                Arguments.of(
                        "failed records keep their memory",
                        mutant("Outcomes", "cost += pending.cost();", "cost += 0;"),
                        Invariant.BUDGET),
                Arguments.of(
                        "a stream may take the whole budget",
                        mutant("StreamShare", "return ofStream == 0 ? 0 :", "return ofStream >= 0 ? 0 :"),
                        Invariant.SHARE_OF_THE_BUDGET),
                Arguments.of(
                        "what is sent is not booked",
                        mutant("LaneRate", "records.take(sentRecords, now);", "records.take(0, now);"),
                        Invariant.RATES),
                Arguments.of(
                        "old records are sent",
                        mutant("ShardLane", "return settings.expiresAt(putAt) <= now;", "return false;"),
                        Invariant.NOTHING_IS_SENT_AFTER_ITS_TIME),
                Arguments.of(
                        "a flush does not wait",
                        mutant("Epochs", "last.whenDone.add(action);", "action.run();"),
                        Invariant.FLUSH_ENDS_BEHIND_ITS_RECORDS),
                Arguments.of(
                        "requests have no limit",
                        mutant("RequestDispatch", "settings.maxInFlightRequests() - inFlight.size()", "1_000"),
                        Invariant.REQUEST_LIMITS),
                Arguments.of(
                        "what fails for all is tried again by each shard",
                        mutant("RequestBackoff", "return failures == 0 ||", "return true ||"),
                        Invariant.ONE_TRY_AT_A_TIME),
                Arguments.of(
                        "a late answer counts too",
                        mutant("PutRequest", "return false;", "return true;"),
                        Invariant.ONE_ATTEMPT_PER_KEY_AT_A_TIME),
                Arguments.of(
                        "the time-out counts from the choice of the request",
                        mutant("RequestDispatch", "long waited = now - request.sentAt();", "long waited = now;"),
                        Invariant.ONE_ATTEMPT_PER_KEY_AT_A_TIME),
                Arguments.of(
                        "a callback waits for a record",
                        mutant("UserCode", "if (Boolean.FALSE.equals(running.get()))", "if (false)"),
                        Invariant.NOBODY_WAITS_FOR_EVER),
                Arguments.of(
                        "what was given up is put again",
                        mutant("AnswerJudge", "return List.of();", "return entry.records();"),
                        Invariant.EACH_FUTURE_ONCE),
                Arguments.of(
                        "what waits for the shards is forgotten at the end",
                        mutant(
                                "StreamLanes",
                                "unrouted.handOver(pending -> context.outcomes().failed(pending, reason, why));",
                                "unrouted.clear();"),
                        Invariant.EACH_FUTURE_ONCE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutants")
    void isCaughtByItsInvariant(String mistake, SourceMutant mutant, Invariant invariant) throws Exception {
        assertThat(firstBroken(mutant)).as(mistake).isEqualTo(invariant.name());
    }

    private static SourceMutant mutant(String type, String original, String changed) {
        return new SourceMutant(PACKAGE + type, original, changed);
    }

    @SuppressWarnings("unchecked")
    private static String firstBroken(SourceMutant mutant) throws Exception {
        Constructor<?> run =
                mutant.load(PACKAGE).loadClass(PACKAGE + "MutantRun").getDeclaredConstructor();
        run.setAccessible(true);
        return ((Function<Integer, String>) run.newInstance()).apply(MOST_SEEDS);
    }
}
