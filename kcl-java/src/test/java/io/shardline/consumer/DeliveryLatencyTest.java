package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long a record waits for its handler at a shard that is read to its tip. In simulated time, with calls of 20 ms. */
class DeliveryLatencyTest {

    private static final int RECORDS = 1_000;

    @Test
    void fanOutDeliversWithinOneWayOfTheNetworkAndPollingAtItsPace() {
        List<Duration> polled = waits(Retrieval.polling());
        List<Duration> subscribed = waits(Retrieval.fanOut());

        System.out.printf(
                "from the shard to the handler: polling p50 %d ms, p99 %d ms; fan-out p50 %d ms, p99 %d ms%n",
                at(polled, 50).toMillis(),
                at(polled, 99).toMillis(),
                at(subscribed, 50).toMillis(),
                at(subscribed, 99).toMillis());
        assertThat(at(subscribed, 99)).isLessThan(Duration.ofMillis(50));
        assertThat(at(polled, 50)).isBetween(Duration.ofMillis(300), Duration.ofMillis(700));
    }

    private static List<Duration> waits(Retrieval retrieval) {
        SimulatedFleet fleet = new SimulatedFleet(1, 1);
        SimulatedWorker worker =
                fleet.worker("w").with(config -> config.retrieval(retrieval)).start();
        fleet.until(() -> worker.consumer().health().isReady());
        fleet.advance(Duration.ofSeconds(10));
        for (int i = 0; i < RECORDS; i++) {
            fleet.put("r" + i);
            fleet.advance(Duration.ofMillis(fleet.time().random().nextInt(1_000, 3_000)));
        }
        fleet.advance(Duration.ofSeconds(5));
        return fleet.handled().stream()
                .map(handled -> Duration.ofNanos(handled.nanos())
                        .minus(Duration.between(
                                SimulatedTime.EPOCH, handled.record().approximateArrival())))
                .sorted()
                .toList();
    }

    private static Duration at(List<Duration> sorted, int percent) {
        assertThat(sorted).hasSize(RECORDS);
        return sorted.get(sorted.size() * percent / 100);
    }
}
