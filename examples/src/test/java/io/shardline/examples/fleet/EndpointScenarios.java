package io.shardline.examples.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.examples.flights.Flights;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the programs do at endpoints that are not ours.
 *
 * <p>{@code -Dfleet.lease=PT10S} runs the fleet with another lease duration. Confined to one thread.
 */
@Tag("processes")
@DisabledOnOs(OS.WINDOWS) // it has no SIGSTOP
@Timeout(1_800) // against hanging: how long it takes is the machine's
abstract class EndpointScenarios {

    /** Short, as fits a test, and long enough for a busy machine. */
    private static final Duration LEASE_DURATION = Duration.parse(System.getProperty("fleet.lease", "PT10S"));

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder = Path.of("");

    abstract URI kinesis();

    abstract URI dynamoDb();

    @Test
    void flightsComeOutWholeAndInOrder() {
        try (Program flights = Program.start(
                folder,
                "flights",
                Flights.class,
                "--seed 1 --endpoint " + kinesis() + " --dynamodb-endpoint " + dynamoDb())) {
            assertThat(flights.awaitEnd(FleetWorld.LIMIT))
                    .as("%s %s", flights.out(), flights.err())
                    .isZero();
            assertThat(flights.out())
                    .contains("all 220 airports agree with the file")
                    .last()
                    .asString()
                    .startsWith("flights: 20000 put, 20000 handled, 0 lost, 0 out of order, ");
            System.out.println(flights.out().get(flights.out().size() - 1));
        }
    }

    @Test
    void aFleetOfWhichOneIsFrozenOneKilledAndOneStoppedHandlesEverything()
            throws InterruptedException, ExecutionException, IOException {
        try (FleetRun fleet =
                new FleetRun(new FleetWorld.Place(folder, "fleet", kinesis(), dynamoDb()), LEASE_DURATION)) {
            fleet.run();
            fleet.measured().forEach(System.out::println);
        }
    }

    @Test
    void aRollingDeployLosesNothingAndRepeatsOnlyWhatALostLeaseExplains()
            throws InterruptedException, ExecutionException, IOException {
        try (RollingDeploy deploy =
                new RollingDeploy(new FleetWorld.Place(folder, "deploy", kinesis(), dynamoDb()), LEASE_DURATION)) {
            System.out.println(deploy.run());
        }
    }
}
