package io.shardline.examples.flights;

import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.Retrieval;
import io.shardline.examples.tools.RetrievalOption;
import io.shardline.examples.tools.Services;
import io.shardline.examples.tools.ToolException;
import io.shardline.testkit.time.SplitMix64;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line of the {@code flights} example.
 *
 * <p>Confined to the thread that runs it.
 */
@Command(
        name = "examples/run flights",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Puts departures into a stream under their airport, reshards the stream half way, handles them with several"
                    + " workers, and checks what comes out against the file.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all departures came out, in order, and the sums are right",
            "1:some were lost or out of order, or a sum is wrong",
            "2:an option is wrong",
            "3:the input file cannot be read or is malformed",
            "4:a service refuses or cannot be reached, or the program itself failed"
        })
public final class Flights implements Callable<Integer> {

    static final int RIGHT = 0;
    static final int WRONG = 1;
    static final int BAD_OPTION = 2;
    static final int BAD_INPUT = 3;
    static final int FAILED = 4;

    /** An emulator takes more, but the names of so many do not fit on a screen. */
    private static final int MOST_SHARDS = 200;

    private static final int MOST_WORKERS = 50;
    private static final int SEEDS = 1_000_000;

    /** In which run ids are written. */
    private static final int BASE = 36;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "The departures: CSV, beginning with '" + Departure.HEADER + "'. Any size."
                    + " Default: 20,000 departures of 2001.")
    private Path input = Path.of(System.getProperty("examples.home", "examples"), "data", "flights.csv");

    @Option(
            names = "--shards",
            paramLabel = "N",
            description = "How many shards the stream begins with, 3 to 200: one is split and two others are merged."
                    + " Default: ${DEFAULT-VALUE}.")
    private int shards = 4;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "How many workers, 1 to 50. Default: ${DEFAULT-VALUE}.")
    private int workers = 2;

    @Option(
            names = "--retrieval",
            paramLabel = "KIND",
            converter = RetrievalOption.class,
            description = "How the workers read: polling, fan-out, or automatic:SHARDS[:LATENCY], which is by fan-out"
                    + " while that is needed and there are no more shards. Default: polling.")
    private Retrieval retrieval = Retrieval.polling();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Decides which shards are split and merged, and the latencies and jitter. Default: any.")
    private @Nullable Long seed;

    @Option(
            names = "--simulate",
            description = "Run in simulated time: the same seed is the same run, to the nanosecond.")
    private boolean simulate;

    @Mixin
    private Services services = new Services();

    @Option(
            names = "--dynamodb-endpoint",
            paramLabel = "URL",
            description = "With --endpoint: where DynamoDB is, if not there.")
    private @Nullable URI dynamoDbEndpoint;

    @Option(
            names = "--aws",
            description =
                    "Run at the real services, with the SDK's default credentials. Says first what is created and what"
                            + " that costs.")
    private boolean aws;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "With --aws or --endpoint: of the stream and the lease table, which must not exist."
                    + " Default: flights- and the run's id.")
    private @Nullable String name;

    @Option(names = "--keep", description = "With --aws or --endpoint: do not delete what was created.")
    private boolean keep;

    @Option(
            names = "--bar",
            negatable = true,
            description = "Show a progress bar. Default: if the output is a terminal.")
    private boolean bar = Boolean.getBoolean("examples.terminal");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    void showHelp(boolean asked) {} // picocli does it

    @Spec
    private @Nullable CommandSpec spec;

    private final PrintStream out;

    Flights(PrintStream out) {
        this.out = out;
    }

    /** Runs the example and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /** Runs the example. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        CommandLine command = new CommandLine(new Flights(out));
        command.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        command.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        command.setParameterExceptionHandler((failure, line) -> {
            err.println("flights: " + failure.getMessage() + " (--help lists the options)");
            return BAD_OPTION;
        });
        command.setExecutionExceptionHandler((failure, line, result) -> {
            if (failure instanceof InputException) {
                err.println("flights: " + failure.getMessage());
                return BAD_INPUT;
            }
            if (failure instanceof IllegalArgumentException) { // an endpoint that is none
                err.println("flights: " + failure.getMessage() + " (--help lists the options)");
                return BAD_OPTION;
            }
            if (failure instanceof ToolException || failure instanceof ConsumerException) {
                err.println("flights: " + failure.getMessage());
            } else {
                failure.printStackTrace(err);
            }
            return FAILED;
        });
        return command.execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        requireRange("--shards", shards, ReshardPlan.LEAST_SHARDS, MOST_SHARDS);
        requireRange("--workers", workers, 1, MOST_WORKERS);
        requireFittingOptions();
        DepartureFile file = DepartureFile.check(input);
        long chosen = seed == null ? new SplitMix64(System.nanoTime()).nextInt(SEEDS) : seed;
        out.println(String.format(
                "%d departures, %d shards, %d workers, seed %d", file.departures(), shards, workers, chosen));
        FlightsRun.Fleet fleet = new FlightsRun.Fleet(shards, workers, retrieval);
        try (FlightsWorld world = world(chosen, fleet, file);
                Progress progress = new Progress(out, bar, file.departures())) {
            FlightsResult result = new FlightsRun(world, file, fleet, progress).run();
            progress.close();
            SortedMap<String, AirportDelays> truth = Truth.of(input);
            new Report(out).print(result, truth);
            out.println(world.describe());
            out.println(result.lastLine());
            return result.isRight(truth) ? RIGHT : WRONG;
        }
    }

    private FlightsWorld world(long chosen, FlightsRun.Fleet fleet, DepartureFile file) {
        if (!isElsewhere()) {
            return simulate ? new SimulatedWorld(chosen) : new RealWorld(chosen);
        }
        String id = Long.toString(System.currentTimeMillis(), BASE);
        RunResources.Run run = new RunResources.Run(id, name == null ? "flights-" + id : name, keep);
        EndpointWorld world = new EndpointWorld(services, dynamoDbEndpoint, chosen, run);
        if (aws) {
            new Bill(run, fleet, file.departures()).print(out, services.where());
        }
        return world;
    }

    private boolean isElsewhere() {
        return aws || services.haveEndpoint();
    }

    private void requireFittingOptions() {
        if (simulate && isElsewhere()) {
            throw refused("--simulate excludes --endpoint and --aws: only the emulator in this JVM has simulated time");
        }
        if (aws && (services.haveEndpoint() || dynamoDbEndpoint != null)) {
            throw refused(
                    "--aws excludes --endpoint and --dynamodb-endpoint: the real services have addresses of their own");
        }
        if (retrieval instanceof Retrieval.FanOutArn) {
            throw refused(
                    "--retrieval is polling, fan-out or automatic here: the stream is new, and has no registered consumer");
        }
        if (aws && !(retrieval instanceof Retrieval.Polling)) {
            throw refused("--aws excludes --retrieval fan-out and automatic: the bill does not count it");
        }
        if (dynamoDbEndpoint != null && !services.haveEndpoint()) {
            throw refused("--dynamodb-endpoint needs --endpoint, which says where Kinesis is");
        }
        if (!isElsewhere()) {
            requireElsewhere("--region", services.haveRegion());
            requireElsewhere("--name", name != null);
            requireElsewhere("--keep", keep);
        }
        if (aws) {
            services.requireReal();
        }
    }

    private void requireElsewhere(String option, boolean given) {
        if (given) {
            throw refused(option + " needs --endpoint or --aws: the emulator in this JVM has nothing of the kind");
        }
    }

    private ParameterException refused(String why) {
        return new ParameterException(
                Objects.requireNonNull(spec, "picocli sets it").commandLine(), why);
    }

    private void requireRange(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw refused(option + " must be " + least + " to " + most + ", was " + value);
        }
    }
}
