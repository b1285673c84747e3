package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.StreamConfig;
import io.shardline.consumer.simulation.ScriptedNetwork.Sent;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How many calls a consumer makes of its lease table at a time, whatever it reads. */
class StoreCallsTest {

    private static final int SHARDS = 60;
    private static final Duration ONE_WAY = Duration.ofMillis(5);

    /** They watch over sessions, and wait for nobody. */
    private static final ImmutableSet<String> FIRST =
            ImmutableSet.of("createSession", "renew", "markDead", "retire", "watch");

    @Test
    void aConsumerOfOneStreamHasNoMoreCallsInFlightThanItMay() {
        SimulatedFleet fleet = new SimulatedFleet(1, 4 * SHARDS);
        SimulatedWorker worker = fleet.worker("w");

        assertThat(mostInFlight(fleet, worker)).isEqualTo(StoreCalls.MOST_IN_FLIGHT);
    }

    @Test
    void norHasAConsumerOfSeveralStreams() {
        SimulatedFleet fleet = new SimulatedFleet(1, SHARDS);
        List<String> others = List.of("trains", "ships", "buses");
        others.forEach(name -> fleet.kinesis().createStream(name, SHARDS));
        SimulatedWorker worker = fleet.worker("w")
                .streams(Stream.concat(Stream.of(SimulatedFleet.STREAM), others.stream())
                        .map(name -> new StreamConfig(name, StartingPosition.trimHorizon()))
                        .toArray(StreamConfig[]::new));

        assertThat(mostInFlight(fleet, worker)).isEqualTo(StoreCalls.MOST_IN_FLIGHT);
    }

    /** Lets it take every shard, and then let them all go. */
    private static int mostInFlight(SimulatedFleet fleet, SimulatedWorker worker) {
        worker.network().delay(ONE_WAY);
        worker.start();
        fleet.advance(Duration.ofSeconds(10));
        assertThat(worker.network().sent("take")).hasSize(4 * SHARDS);
        worker.stop();

        int most = 0;
        ArrayDeque<Sent> open = new ArrayDeque<>();
        for (Sent call : worker.network().sent()) {
            if (!FIRST.contains(call.operation())) {
                open.add(call);
                open.removeIf(sent -> call.nanos() - sent.nanos() >= 2 * ONE_WAY.toNanos());
                most = Math.max(most, open.size());
            }
        }
        return most;
    }
}
