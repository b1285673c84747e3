package io.shardline.consumer.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.mutants.SourceMutant;
import java.lang.reflect.Constructor;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Consumers with one mistake each, as they were or could be made: the simulation catches every one of them, and by the right
 * invariant.
 *
 * <p>A mutant is the production source with a few words changed, compiled into a class loader of its own. So there is no
 * switch for it in the product, and a mutant whose place has been rewritten fails its test in place of going on unnoticed.
 */
class MutantsTest {

    private static final int MAX_SEEDS = 500;
    private static final String PACKAGE = "io.shardline.consumer.";

    static Stream<Arguments> mutants() {
        return Stream.of(
                Arguments.of(
                        "two seconds without permission end a worker",
                        mutant(
                                "internal.TableOutage",
                                "if (owner.canWait() && !(why instanceof TableGoneException)) {",
                                "if (false) {"),
                        "runs until closed"),
                Arguments.of(
                        "a position is written one record too far",
                        mutant(
                                "internal.process.BatchRun",
                                "all.get(count - 1).position()",
                                "all.get(count).position()"),
                        "handled before written"),
                Arguments.of(
                        "a checkpoint covers what was given",
                        mutant(
                                "internal.process.TenureCheckpointer",
                                "running.end() : handled",
                                "running.end() : given"),
                        "handled before written"),
                Arguments.of(
                        "every thread may say during a call that its batch is handled",
                        mutant(
                                "internal.process.TenureCheckpointer",
                                "running.thread() == Thread.currentThread()",
                                "running.thread().isAlive()"),
                        "handled before written"),
                Arguments.of(
                        "a hand-over waits for calls that no thread has come to",
                        mutant(
                                "internal.process.HandlerCall",
                                "return phase.compareAndSet(Phase.WAITING, Phase.OVER);",
                                "return false;"),
                        "hand over"),
                Arguments.of(
                        "an answer without iterator and children is the end of an open shard",
                        mutant(
                                "internal.retrieve.PollingSource",
                                "boolean end = iterator == null && isEnd(answer, started);",
                                "boolean end = iterator == null;"),
                        "progress"),
                Arguments.of(
                        "a subscription goes on after the last event and not after what was handled",
                        mutant(
                                "internal.retrieve.FanOutSource",
                                "cursor = elsewhere;",
                                "cursor = cursor instanceof Cursor.After ? cursor : elsewhere;"),
                        "nothing lost"),
                Arguments.of(
                        "a subscription that completes is at the end of its shard",
                        mutant(
                                "internal.retrieve.FanOutSource",
                                "String code = failure == null ? how.name()",
                                "if (failure == null) { ended(List.of()); return; }"
                                        + " String code = failure == null ? how.name()"),
                        "progress"),
                Arguments.of(
                        "a demand is lost with the subscription that a switch ends",
                        mutant(
                                "internal.retrieve.FanOutSource",
                                "if (current != null && setting.registration().isHeld()) {",
                                "if (current != null && setting.registration().isHeld()) { wanted = false;"),
                        "nothing lost"),
                Arguments.of(
                        "a shard is not polled while it has no subscription",
                        mutant(
                                "internal.retrieve.FanOutSource",
                                "            bridge.request();",
                                "            assert true;"),
                        "nothing lost"),
                Arguments.of(
                        "a lease that KCL left at LATEST is read from its beginning",
                        mutant(
                                "internal.shard.ShardStart",
                                "boolean follows = !ancestors.isEmpty();",
                                "boolean follows = true;"),
                        "rest only"),
                Arguments.of(
                        "a record that stands before the position and is given twice is handled twice",
                        mutant(
                                "internal.retrieve.Deaggregator",
                                "return order < 0 ? Long.MAX_VALUE : order == 0",
                                "return order == 0"),
                        "once a tenure"),
                Arguments.of(
                        "a marked aggregate is discarded although the shard's range is not known",
                        mutant(
                                "internal.retrieve.Deaggregator",
                                "return range != null && !range.contains(entry.hashKey());",
                                "return range == null || !range.contains(entry.hashKey());"),
                        "nothing lost" + MutantRun.OF_SPLITS),
                Arguments.of(
                        "an aggregate without the mark is discarded as a whole",
                        mutant("internal.retrieve.Deaggregator", "&& aggregate.putAgainWhole()\n", "\n"),
                        "nothing lost" + MutantRun.OF_SPLITS),
                Arguments.of(
                        "the mark is not read",
                        mutant("internal.retrieve.Deaggregator", "&& aggregate.putAgainWhole()\n", "&& false\n"),
                        "no split" + MutantRun.OF_SPLITS));
    }

    /** What becomes of a table that others have written, or that is another application's. */
    static Stream<Arguments> mutantsOfTables() {
        return Stream.of(
                Arguments.of(
                        "children of a shard that KCL did not finish begin at the starting position",
                        mutant(
                                "internal.shard.ShardSyncPlanner",
                                "boolean isFromItsBeginning = lineage.comesAfterReading(shard);",
                                "boolean isFromItsBeginning = false;"),
                        "progress"),
                Arguments.of(
                        "children of shards that were closed before the starting position are read from their beginning",
                        mutant(
                                "internal.shard.ChildLeases",
                                "return isUnread && parent.checkpoint() instanceof",
                                "return !isUnread && parent.checkpoint() instanceof"),
                        "rest only"),
                Arguments.of(
                        "a row that cannot be read is named nowhere",
                        mutant(
                                "internal.shard.UnreadableLeases",
                                "!why.equals(reasons.put(key, why))",
                                "reasons.isEmpty() && key.isEmpty()"),
                        "unreadable"),
                Arguments.of(
                        "another stream's application joins the fleet",
                        mutant(
                                "internal.shard.TableClaim",
                                "} else if (claimed.equals(ofSeveral ? FleetRow.SEVERAL_STREAMS : streamName)) {",
                                "} else if (!claimed.isEmpty()) {"),
                        "own table"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"mutants", "mutantsOfTables"})
    void isCaughtByItsInvariant(String mistake, SourceMutant mutant, String invariant) throws Exception {
        String seed = caughtBy(invariant, mutant);
        System.out.printf("%s: caught by [%s] at seed %s%n", mistake, invariant, seed);
        assertThat(seed).as(mistake).isNotEqualTo("none");
    }

    private static SourceMutant mutant(String type, String original, String changed) {
        return new SourceMutant(PACKAGE + type, original, changed);
    }

    @SuppressWarnings("unchecked")
    private static String caughtBy(String invariant, SourceMutant mutant) throws Exception {
        Constructor<?> run =
                mutant.load(PACKAGE).loadClass(PACKAGE + "simulation.MutantRun").getDeclaredConstructor();
        run.setAccessible(true);
        return ((BiFunction<Integer, String, String>) run.newInstance()).apply(MAX_SEEDS, invariant);
    }
}
