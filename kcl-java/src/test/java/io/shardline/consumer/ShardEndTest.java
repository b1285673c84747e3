package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What proves that a shard is at its end, and what does not. */
class ShardEndTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 1);
    private final SimulatedWorker worker = fleet.worker("w");

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void oneAnswerWithoutAnIteratorDoesNotEndAnOpenShard(boolean withRecords, boolean isEmpty) {
        fleet.put("r1", "r2", "r3");
        worker.start();
        fleet.until(() -> fleet.texts().size() == 3);
        inject(1, "GetRecords", new Fault.MissingIterator(withRecords, isEmpty));
        fleet.advance(Duration.ofSeconds(2));
        fleet.put("r4", "r5");

        fleet.until(() -> fleet.texts().size() == 5);
        fleet.advance(Duration.ofMinutes(1));

        assertThat(fleet.texts()).containsExactly("r1", "r2", "r3", "r4", "r5");
        assertThat(worker.events(ConsumerEvent.ReadFailed.class))
                .singleElement()
                .satisfies(event ->
                        assertThat(event.failure()).hasMessageContaining("neither a next iterator nor child shards"));
        assertThat(fleet.row(shardId(0)).isEnded()).isFalse();
    }

    /** The shard is closed, and its listing says so, before the first of two answers that lack what is left. */
    @Test
    void aClosedShardDoesNotEndBeforeItsLastRecord() {
        fleet.put("r1", "r2");
        worker.start();
        fleet.until(() -> fleet.texts().size() == 2);
        inject(1, "GetRecords", new Fault.MissingIterator(false, false));
        fleet.put("r3", "r4");
        fleet.split(shardId(0));

        fleet.until(() -> worker.events(ConsumerEvent.ShardStarted.class).size() == 3);

        assertThat(fleet.texts()).containsExactly("r1", "r2", "r3", "r4");
        assertThat(fleet.row(shardId(0)).isEnded()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClosedShardEndsAlsoWhereNoAnswerNamesItsChildren(boolean staleAtFirst) {
        fleet.put("r1", "r2", "r3");
        fleet.kinesis().faults().on("GetRecords").inject(new Fault.MissingChildren());
        worker.start();
        fleet.until(() -> fleet.texts().size() == 3);
        fleet.split(shardId(0));
        if (staleAtFirst) {
            inject(1, "ListShards", new Fault.StaleListing(Duration.ofMinutes(1)));
        }

        fleet.until(() -> worker.events(ConsumerEvent.ShardStarted.class).size() == 3);
        fleet.putInto(shardId(1), "r4");
        fleet.until(() -> fleet.texts().size() == 4);

        assertThat(fleet.row(shardId(0)).isEnded()).isTrue();
        assertThat(fleet.texts()).containsExactly("r1", "r2", "r3", "r4");
    }

    /** The listing that shows the shard as closed is fresh, and the one that is asked for its children is older. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aListingFromBeforeTheSplitIsNotBelievedToHaveNoChildren(boolean hasParent) {
        Duration age = hasParent ? Duration.ofMinutes(2) : Duration.ZERO;
        fleet.put("r1");
        fleet.kinesis().faults().on("GetRecords").inject(new Fault.MissingChildren());
        List<Fault> listings = new ArrayList<>();
        worker.faults((operation, request) ->
                operation.equals("ListShards") && !listings.isEmpty() ? listings.remove(0) : new Fault.None());
        worker.start();
        fleet.until(() -> fleet.texts().size() == 1);
        fleet.advance(age);
        listings.addAll(List.of(new Fault.None(), new Fault.StaleListing(Duration.ofMinutes(1)), new Fault.None()));
        fleet.split(shardId(0));

        fleet.until(() -> fleet.row(shardId(0)).isEnded());

        assertThat(listings).isEmpty();
        assertThat(fleet.table().readLeases(List.of(shardId(1), shardId(2))).join())
                .as("when the shard's end is written")
                .hasSize(2);
    }

    @Test
    void aShardIsGoneOnceTwoListingsApartInTimeLackIt() {
        String gone = shardId(7);
        fleet.table()
                .createLease(Lease.unowned(gone, Checkpoint.trimHorizon(), ImmutableSet.of(), null))
                .join();
        worker.start();
        fleet.advance(Duration.ofSeconds(9));
        assertThat(fleet.row(gone).isEnded()).as("after the first").isFalse();

        fleet.until(() -> fleet.row(gone).isEnded());

        assertThat(Duration.ofNanos(fleet.time().nowNanos())).isLessThan(Duration.ofSeconds(40));
    }

    @Test
    void aShardThatOneStaleListingLacksIsReadOn() {
        fleet.put("r1");
        worker.start();
        fleet.until(() -> fleet.texts().size() == 1);
        inject(1, "ListShards", new Fault.StaleListing(Duration.ofDays(1)));
        inject(8, "GetRecords", new Fault.ServiceFailure("ResourceNotFoundException", 400));
        fleet.put("r2");

        fleet.until(() -> fleet.texts().size() == 2);

        assertThat(fleet.row(shardId(0)).isEnded()).isFalse();
    }

    @Test
    void shardsThatAreLookedUpAtTheSameTimeShareTheirLookUps() {
        SimulatedFleet many = new SimulatedFleet(1, 40);
        Map<String, Integer> calls = new TreeMap<>();
        SimulatedWorker reader = many.worker("w").faults((operation, request) -> {
            calls.merge(operation, 1, Integer::sum);
            return new Fault.None();
        });
        many.get(reader.begin());
        many.get(reader.consumer().ready());
        calls.clear();
        many.kinesis().faults().on("GetRecords").times(40).inject(new Fault.MissingIterator(false, false));

        many.until(() -> reader.events(ConsumerEvent.ReadFailed.class).size() >= 40);
        many.advance(Duration.ofSeconds(5));

        assertThat(calls.get("DescribeStreamSummary")).isBetween(1, 8);
        assertThat(calls.get("ListShards")).isBetween(1, 8);
    }

    @Test
    void aLookUpThatFailsDoesNotFailAStart() {
        fleet.table()
                .createLease(Lease.unowned(shardId(7), Checkpoint.trimHorizon(), ImmutableSet.of(), null))
                .join();
        Map<String, Integer> calls = new TreeMap<>();
        worker.faults((operation, request) -> {
            int count = calls.merge(operation, 1, Integer::sum);
            if (operation.equals("DescribeStreamSummary") && count == 2) {
                return new Fault.ServiceFailure("AccessDeniedException", 400);
            }
            return operation.equals("ListShards") && count == 1
                    ? new Fault.Delay(Duration.ofSeconds(8))
                    : new Fault.None();
        });

        worker.start();

        assertThat(calls.get("DescribeStreamSummary")).isGreaterThanOrEqualTo(2);
        fleet.until(() -> fleet.row(shardId(7)).isEnded());
    }

    private void inject(int times, String operation, Fault fault) {
        fleet.kinesis().faults().on(operation).times(times).inject(fault);
    }
}
