package io.shardline.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The truth is what was written down with the data. Confined to one thread. */
class TruthTest {

    @Test
    void theTruthIsTheExpectedOneForAllAirports() throws IOException {
        List<String> computed = Truth.of(Path.of("data", "flights.csv")).entrySet().stream()
                .map(airport -> airport.getKey() + "," + airport.getValue().departures() + ","
                        + airport.getValue().late() + "," + airport.getValue().totalDelayMinutes())
                .toList();
        List<String> expected = Files.readAllLines(Path.of("data", "flights-expected.csv"));
        assertThat(computed).hasSize(220).isEqualTo(expected.subList(1, expected.size()));
    }
}
