package io.shardline.examples.tools;

import io.shardline.consumer.CloseReport;
import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerState;
import io.shardline.consumer.RecordHandler;
import io.shardline.consumer.ShardlineConsumer;
import io.shardline.consumer.StartingPosition;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * The command line of {@code worker}.
 *
 * <p>Confined to the thread that runs it.
 */
@Command(
        name = "examples/run worker",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Handles the records of a stream, together with the other workers of its application, until it is told to end"
                    + " (SIGTERM or Ctrl-C): then it lets its shards go, after their last checkpoints.%n",
            "Writes a line for each record, with tabs between the columns: time, worker, shard, sequence number,"
                    + " sub-sequence number, partition key, data. Says on the standard error which leases and shards come and"
                    + " go.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "143, 130:it was told to end, by SIGTERM or Ctrl-C",
            "2:an option is wrong",
            "4:there is no such stream, a service cannot be reached, or it could not go on"
        })
public final class Worker implements Callable<Integer> {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

    @Option(names = "--stream", paramLabel = "NAME", required = true, description = "The stream.")
    private String stream = "";

    @Option(
            names = "--application",
            paramLabel = "NAME",
            required = true,
            description = "The application, and its lease table in DynamoDB, which is created when it is missing.")
    private String application = "";

    @Option(
            names = "--worker-id",
            paramLabel = "NAME",
            description = "This worker's name. Default: worker- and the process id.")
    private String workerId = "worker-" + ProcessHandle.current().pid();

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            required = true,
            converter = From.class,
            description =
                    "Where the application begins when it has no checkpoints: TRIM_HORIZON, LATEST, or a time like"
                            + " 2001-01-31T23:59:00Z.")
    private StartingPosition from = StartingPosition.latest();

    @Option(
            names = "--lease-duration",
            paramLabel = "TIME",
            converter = ShortDuration.class,
            description = "After how much silence others take over, for example 10s. Default: 10s.")
    private Duration leaseDuration = Duration.ofSeconds(10);

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Append the records' lines to this file. Default: the standard output.")
    private @Nullable Path out;

    @Option(
            names = "--delay-per-record",
            paramLabel = "TIME",
            converter = ShortDuration.class,
            description = "How long to take over each record, for example 5ms. Default: none.")
    private Duration delay = Duration.ZERO;

    @Mixin
    private Services services = new Services();

    @Option(names = "--dynamodb-endpoint", paramLabel = "URL", description = "Where DynamoDB is, if not at --endpoint.")
    private @Nullable URI dynamoDbEndpoint;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    void showHelp(boolean asked) {} // picocli does it

    private final Tool.Streams streams;
    private final InstantSource clock = InstantSource.system();

    /** Reads starting positions. Immutable. */
    static final class From implements ITypeConverter<StartingPosition> {

        @Override
        public StartingPosition convert(String text) {
            if (text.equals("TRIM_HORIZON")) {
                return StartingPosition.trimHorizon();
            }
            if (text.equals("LATEST")) {
                return StartingPosition.latest();
            }
            try {
                return StartingPosition.atTimestamp(Instant.parse(text));
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "a position is TRIM_HORIZON, LATEST or a time like 2001-01-31T23:59:00Z, was '" + text + "'");
            }
        }
    }

    Worker(Tool.Streams streams) {
        this.streams = streams;
    }

    /** Runs the program and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(Tool.Streams.SYSTEM, arguments));
    }

    static int run(Tool.Streams streams, String... arguments) {
        return Tool.run("worker", new Worker(streams), streams, arguments);
    }

    @Override
    public Integer call() throws IOException {
        ConsumerConfig config = ConsumerConfig.builder(application, stream, from)
                .workerId(workerId)
                .leaseDuration(leaseDuration)
                .build();
        try (Operator operator = services.operator()) {
            operator.requireStream(stream);
        }
        services.requireDynamoDb(dynamoDbEndpoint);
        EventLog log = new EventLog(streams.err(), clock, workerId);
        RecordLines lines =
                RecordLines.to(out, streams.out()); // not closed: handlers may run until the process is gone
        ShardlineConsumer consumer = services.configure(ShardlineConsumer.builder(), dynamoDbEndpoint)
                .config(config)
                .listener(log)
                .recordHandler(handler(lines))
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(consumer, log), "worker-stop"));
        return run(consumer, log);
    }

    private RecordHandler handler(RecordLines lines) {
        return (record, context) -> {
            Thread.sleep(delay.toMillis());
            lines.write(clock.instant(), workerId, record);
        };
    }

    private int run(ShardlineConsumer consumer, EventLog log) {
        try {
            consumer.start().join();
            log.say("started");
        } catch (CompletionException e) {
            throw failed(Failures.cause(e));
        }
        CloseReport report = consumer.ended().join();
        if (report.failure() != null) {
            throw failed(report.failure());
        }
        return Tool.DONE;
    }

    private ToolException failed(Throwable why) {
        return new ToolException(
                why.getMessage() + " [Kinesis at " + services.where() + ", DynamoDB at "
                        + services.whereDynamoDb(dynamoDbEndpoint) + "]",
                why);
    }

    private static void stop(ShardlineConsumer consumer, EventLog log) {
        if (consumer.state() == ConsumerState.FAILED) {
            return; // it has ended by itself, and why was said
        }
        log.say("stopping");
        CloseReport report = consumer.close(CLOSE_LIMIT);
        log.say(report.isOrderly() ? "stopped" : "stopped, and dropped shards=" + report.dropped());
    }
}
