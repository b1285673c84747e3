package io.shardline.consumer.simulation;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.ConsumerEvent.RecordsMayHaveExpired;
import io.shardline.consumer.Position;
import io.shardline.testkit.StoredRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Workers that come and go while records expire, by seeds: what is not handled has expired, and an event covers it; no event
 * where everything since the last visit is still there. {@code -Dretention.seeds=N} runs more.
 */
class RetentionSimulationTest {

    private static final int SEEDS = Integer.getInteger("retention.seeds", 60);
    private static final Duration RETENTION = Duration.ofHours(24);

    @Test
    void whatIsLostToRetentionIsSaidAndNothingElse() {
        int losses = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            losses += live(seed);
        }
        assertThat(losses).as("lives with losses").isGreaterThan(SEEDS / 10);
    }

    /** Returns 1 if records were lost. */
    private static int live(long seed) {
        SimulatedFleet fleet = new SimulatedFleet(seed, 1);
        RandomGenerator random = fleet.time().random();
        Map<String, Position> put = new LinkedHashMap<>();
        List<RecordsMayHaveExpired> told = new ArrayList<>();
        put(fleet, put);
        for (int visit = 1; visit <= 4; visit++) {
            SimulatedWorker worker = fleet.worker("w" + visit).start();
            fleet.advance(Duration.ofSeconds(30));
            if (random.nextInt(3) > 0) {
                put(fleet, put);
            }
            fleet.advance(Duration.ofSeconds(30));
            boolean stops = random.nextBoolean();
            if (stops) {
                worker.stop();
            } else {
                worker.process().kill();
            }
            told.addAll(worker.events(RecordsMayHaveExpired.class));
            Duration away = Duration.ZERO;
            for (int i = random.nextInt(4); i > 0; i--) {
                away = away.plus(pass(fleet, random));
                put(fleet, put);
            }
            away = away.plus(pass(fleet, random));
            if (stops && away.compareTo(RETENTION.minusMinutes(1)) < 0) {
                assertNothingIsTold(fleet, "seed " + seed);
            }
        }
        SimulatedWorker last = fleet.worker("last").start();
        fleet.advance(Duration.ofMinutes(1));
        told.addAll(last.events(RecordsMayHaveExpired.class));
        put.keySet().removeAll(fleet.texts());
        put.forEach((text, position) -> assertThat(isCovered(told, position))
                .as("seed %d: %s is lost, and not told by %s", seed, text, told)
                .isTrue());
        return put.isEmpty() ? 0 : 1;
    }

    private static void assertNothingIsTold(SimulatedFleet fleet, String seed) {
        SimulatedWorker visitor =
                fleet.worker("visitor-" + fleet.time().nowNanos()).start();
        fleet.advance(Duration.ofSeconds(30));
        visitor.stop();
        assertThat(visitor.events(RecordsMayHaveExpired.class)).as(seed).isEmpty();
    }

    private static Duration pass(SimulatedFleet fleet, RandomGenerator random) {
        Duration time = Duration.ofMinutes(random.nextInt(1, 20 * 60));
        fleet.advance(time);
        return time;
    }

    private static void put(SimulatedFleet fleet, Map<String, Position> put) {
        String text = "r" + put.size();
        fleet.putInto(shardId(0), text);
        for (StoredRecord record : fleet.kinesis().records(SimulatedFleet.STREAM)) {
            if (record.data().asUtf8String().equals(text)) {
                put.put(text, new Position(record.sequenceNumber(), 0));
            }
        }
    }

    private static boolean isCovered(List<RecordsMayHaveExpired> told, Position position) {
        return told.stream()
                .anyMatch(event -> (event.from() == null || position.compareTo(event.from()) > 0)
                        && (event.to() == null || position.compareTo(event.to()) < 0));
    }
}
