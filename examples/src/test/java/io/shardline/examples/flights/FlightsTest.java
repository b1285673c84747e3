package io.shardline.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.shardline.consumer.Retrieval;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The example as it is called. Confined to one thread. */
class FlightsTest {

    private static final String FILE = Path.of("data", "flights.csv").toString();
    private static final int SEEDS = 20;
    private static final Pattern LAST_LINE = Pattern.compile(
            "flights: (\\d+) put, (\\d+) handled, (\\d+) lost, (\\d+) out of order, \\d+ duplicates \\(put again"
                    + " without an answer: \\d+, taken again after a crash or a lost lease: (\\d+), split: (\\d+)\\),"
                    + " \\d+\\.\\d s");

    @TempDir
    private Path folder = Path.of("");

    /** What a run printed and returned. */
    private record Run(int exitCode, List<String> lines, String errors) {

        String lastLine() {
            return lines.get(lines.size() - 1);
        }

        String traceHash() {
            return lines.get(lines.size() - 2);
        }
    }

    @Test
    void nothingIsLostOrOutOfOrderInTwentySimulatedRunsOfTheRealFile() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Run run = run("--input", FILE, "--simulate", "--seed", String.valueOf(seed));
            assertRight(run, 20_000);
            assertThat(run.lines())
                    .contains("all 220 airports agree with the file")
                    .doesNotContain("resharded, with 0 departures still to be put");
        }
    }

    @Test
    void theSameSeedIsTheSameRunAndAnotherIsAnother() throws IOException {
        String file = generated(2_500).toString();
        List<String> first =
                IntStream.range(0, SEEDS).mapToObj(seed -> hash(file, seed)).toList();
        List<String> second =
                IntStream.range(0, SEEDS).mapToObj(seed -> hash(file, seed)).toList();
        assertThat(second).isEqualTo(first);
        assertThat(first).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theSmallestFilesComeOutWhole(int departures) throws IOException {
        assertRight(run("--input", generated(departures).toString(), "--simulate", "--seed", "1"), departures);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--shards=3 --workers=1",
                "--shards=16 --workers=5",
                "--shards=3 --workers=7",
                "--shards=4 --workers=3 --retrieval=fan-out",
                "--shards=4 --workers=3 --retrieval=automatic:50"
            })
    void anyFleetHandlesEverything(String options) throws IOException {
        String file = generated(2_500).toString();
        String[] fixed = {"--input", file, "--simulate", "--seed", "1"};
        assertRight(
                run(Stream.concat(Stream.of(fixed), Stream.of(options.split(" ", -1)))
                        .toArray(String[]::new)),
                2_500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"polling", "fan-out", "automatic:50:300ms"})
    @Timeout(600)
    void aRunInRealTimeIsRightToo(String retrieval) throws IOException {
        assertRight(run("--input", generated(2_500).toString(), "--seed", "1", "--retrieval", retrieval), 2_500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fan-out", "automatic:6:300ms"})
    void nothingIsLostOrOutOfOrderByAnyWayOfReading(String retrieval) throws IOException {
        String file = generated(2_500).toString();
        for (int seed = 0; seed < SEEDS; seed++) {
            assertRight(
                    run("--input", file, "--simulate", "--retrieval", retrieval, "--seed", String.valueOf(seed)),
                    2_500);
        }
    }

    @Test
    void theTableHasTheTenBusiestAirports() {
        Run run = run("--input", FILE, "--simulate", "--seed", "1");
        int header = IntStream.range(0, run.lines().size())
                .filter(line -> run.lines().get(line).startsWith("airport"))
                .findFirst()
                .orElseThrow();
        assertThat(run.lines().subList(header + 1, header + 12))
                .startsWith("DFW            1,103             24.4 %      9.5 min")
                .endsWith("DEN              452             27.0 %     11.9 min", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--shards=2",
                "--shards=201",
                "--workers=0",
                "--retrieval=quick",
                "--retrieval=automatic",
                "--retrieval=automatic:0",
                "--workers=51",
                "--seed=x",
                "--shards=",
                "--wings=2",
                "more"
            })
    void badOptionsAreNamedAndHaveTheirOwnExitCode(String option) {
        Run run = run("--input", FILE, "--simulate", option);
        assertThat(run.exitCode()).isEqualTo(Flights.BAD_OPTION);
        assertThat(run.errors())
                .contains(option.substring(0, option.indexOf('=') < 0 ? option.length() : option.indexOf('=')));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--simulate --endpoint=http://localhost:1",
                "--simulate --aws",
                "--aws --endpoint=http://localhost:1",
                "--dynamodb-endpoint=http://localhost:1",
                "--aws --dynamodb-endpoint=http://localhost:1",
                "--region=eu-west-1 --dynamodb-endpoint=http://localhost:1",
                "--region=eu-west-1",
                "--keep",
                "--name=flights",
                "--endpoint=localhost:1"
            })
    void endpointsThatDoNotFitAreBadOptions(String options) {
        Run run = run(("--input=" + FILE + " " + options).split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(Flights.BAD_OPTION);
        assertThat(run.errors().lines()).hasSize(1);
        assertThat(run.errors()).contains("endpoint").endsWith(" (--help lists the options)" + System.lineSeparator());
    }

    @Test
    @Timeout(300)
    void anEndpointThatRefusesConnectionsIsNamedInOneLine() {
        Run run = run("--input", FILE, "--endpoint", "http://127.0.0.1:1");
        assertThat(run.exitCode()).isEqualTo(Flights.FAILED);
        assertThat(run.errors().lines()).hasSize(1);
        assertThat(run.errors())
                .startsWith("flights: Kinesis at http://127.0.0.1:1 (region us-east-1) cannot be reached: Connection"
                        + " refused");
    }

    @Test
    void aMalformedFileHasItsOwnExitCodeAndNothingElseIsPrinted() throws IOException {
        Path file =
                Files.writeString(folder.resolve("bad.csv"), Departure.HEADER + "\n2001-01-01T00:47,DTW,LAS,late,1\n");
        Run run = run("--input", file.toString());
        assertThat(run.exitCode()).isEqualTo(Flights.BAD_INPUT);
        assertThat(run.lines()).isEmpty();
        assertThat(run.errors().strip())
                .isEqualTo("flights: " + file + ", line 2: delay_minutes is a whole number, got 'late', in"
                        + " '2001-01-01T00:47,DTW,LAS,late,1'");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void aFileThatHasGrownOrShrunkSinceItWasCheckedIsRefused(int departuresThen) throws IOException {
        DepartureFile file = new DepartureFile(generated(3), departuresThen);
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        try (FlightsWorld world = new SimulatedWorld(1);
                Progress progress = new Progress(nowhere, false, departuresThen)) {
            FlightsRun run = new FlightsRun(world, file, new FlightsRun.Fleet(3, 1, Retrieval.polling()), progress);
            assertThatExceptionOfType(InputException.class)
                    .isThrownBy(run::run)
                    .withMessageEndingWith("has changed since it was checked");
        }
    }

    private static String hash(String file, int seed) {
        Run run = run("--input", file, "--simulate", "--seed", String.valueOf(seed));
        assertRight(run, 2_500);
        return run.traceHash();
    }

    private static void assertRight(Run run, int departures) {
        Matcher last = LAST_LINE.matcher(run.lastLine());
        assertThat(last.matches()).as("%s", run).isTrue();
        assertThat(List.of(last.group(1), last.group(2), last.group(3), last.group(4)))
                .as("%s", run)
                .containsExactly(String.valueOf(departures), String.valueOf(departures), "0", "0");
        assertThat(run.exitCode()).as("%s", run).isEqualTo(Flights.RIGHT);
    }

    private static Run run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = Flights.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
        return new Run(
                exitCode, out.toString(StandardCharsets.UTF_8).lines().toList(), err.toString(StandardCharsets.UTF_8));
    }

    /** So many departures of twenty-six airports, in an order without a pattern. */
    private Path generated(int departures) throws IOException {
        Stream<String> lines = IntStream.range(0, departures)
                .mapToObj(i ->
                        "2001-01-01T00:47,AP" + (char) ('A' + i * 31 % 26) + ",LAS," + (i * 7 % 50 - 10) + ",1750");
        return Files.write(
                folder.resolve("generated.csv"),
                Stream.concat(Stream.of(Departure.HEADER), lines).toList());
    }
}
