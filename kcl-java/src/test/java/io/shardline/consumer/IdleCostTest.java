package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.dynamodb.MeteredDynamoDb;
import io.shardline.consumer.simulation.SimulatedFleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a fleet that has nothing to do costs in DynamoDB: whole consumers in simulated time, their leases in DynamoDB Local,
 * which counts the capacity. {@code -Dcost.shards=2000} adds a larger fleet.
 */
class IdleCostTest {

    private static final int WORKERS = 3;
    private static final int MINUTES = 10;
    private static final int MOST_CALLS = 45;

    @ParameterizedTest
    @ValueSource(ints = {4, 32, 1_000})
    void anIdleWorkerMakesAtMost45CallsAMinuteHoweverManyLeasesThereAre(int shards) {
        measure(shards);
    }

    @Test
    @EnabledIfSystemProperty(named = "cost.shards", matches = "\\d+")
    void aLargerFleetOnRequest() {
        measure(Integer.getInteger("cost.shards"));
    }

    private static void measure(int shards) {
        SimulatedFleet fleet = new SimulatedFleet(1, shards);
        String table = MeteredDynamoDb.newTable();
        List<MeteredDynamoDb> meters = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            MeteredDynamoDb meter = new MeteredDynamoDb(table);
            meters.add(meter);
            fleet.worker("w" + i)
                    .table(meter.store())
                    .with(config -> config.readsPerSecondAtTip(0.02)) // not what is measured
                    .start();
        }
        fleet.advance(Duration.ofMinutes(2)); // until the leases are shared out
        double[] before = sums(meters);
        long most = 0;
        long[] callsBefore = meters.stream().mapToLong(MeteredDynamoDb::calls).toArray();

        fleet.advance(Duration.ofMinutes(MINUTES));

        for (int i = 0; i < WORKERS; i++) {
            most = Math.max(most, meters.get(i).calls() - callsBefore[i]);
        }
        double[] after = sums(meters);
        System.out.printf(
                "idle, %d workers, %d leases: at most %.1f calls a minute and worker, %.1f WCU and %.1f RCU a minute and"
                        + " worker%n",
                WORKERS,
                shards,
                (double) most / MINUTES,
                perMinute(after[0] - before[0]),
                perMinute(after[1] - before[1]));
        assertThat((double) most / MINUTES).isBetween(30.0, (double) MOST_CALLS);
        meters.forEach(MeteredDynamoDb::close);
    }

    private static double perMinute(double units) {
        return units / MINUTES / WORKERS;
    }

    private static double[] sums(List<MeteredDynamoDb> meters) {
        return new double[] {
            meters.stream().mapToDouble(MeteredDynamoDb::writeUnits).sum(),
            meters.stream().mapToDouble(MeteredDynamoDb::readUnits).sum()
        };
    }
}
