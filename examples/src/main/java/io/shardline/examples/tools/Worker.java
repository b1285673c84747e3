package io.shardline.examples.tools;

import io.shardline.consumer.CloseReport;
import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerState;
import io.shardline.consumer.RecordHandler;
import io.shardline.consumer.Retrieval;
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
import java.util.concurrent.atomic.AtomicReference;
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
            "Handles the records of a stream, together with the other workers of its application, until it is told to"
                    + " end (SIGTERM or Ctrl-C): then it lets its shards go, after their last checkpoints.%n",
            "Writes a line for each record, with tabs between the columns: time, worker, shard, sequence number,"
                    + " sub-sequence number, partition key, data. Says on the standard error which leases and shards come"
                    + " and go, and in the end how many records it has handled: taken-again are those that came again from the"
                    + " same place, after a failure, a crash or a lost lease; put-again those that came from another place,"
                    + " because a put had no answer, or because a split made a producer that marks no aggregates put them"
                    + " again.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "143, 130:it was told to end, by SIGTERM or Ctrl-C",
            "2:an option is wrong",
            "4:there is no such stream, a service cannot be reached, or it could not go on"
        })
public final class Worker implements Callable<Integer> {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

    /** A minute for what takes a second where services answer. */
    private static final int CALLS_TO_START = 6;

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
            names = "--retrieval",
            paramLabel = "KIND",
            converter = RetrievalOption.class,
            description =
                    "How it reads: polling, fan-out (registers a consumer with the application's name, which costs"
                            + " money until it is deregistered), automatic:SHARDS[:LATENCY], which is by fan-out while"
                            + " that is needed and there are no more shards, or the ARN of a registered consumer."
                            + " Default: polling.")
    private Retrieval retrieval = Retrieval.polling();

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
    private final Repeats repeats = new Repeats();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.PREPARING);
    private volatile @Nullable ShardlineConsumer consumer;

    /** How far the program is. */
    private enum Phase {
        /** There is no consumer yet. */
        PREPARING,
        RUNNING,
        /** By a signal, which may come at any moment. */
        TOLD_TO_END,
        /** By itself, and why was said. */
        ENDED
    }

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
        Worker worker = new Worker(Tool.Streams.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(worker::stop, "worker-stop"));
        System.exit(worker.run(arguments));
    }

    static int run(Tool.Streams streams, String... arguments) {
        return new Worker(streams).run(arguments);
    }

    private int run(String... arguments) {
        int exitCode = Tool.run("worker", this, streams, arguments);
        if (phase.get() != Phase.TOLD_TO_END) {
            phase.set(Phase.ENDED);
        }
        return exitCode;
    }

    @Override
    public Integer call() throws IOException {
        ConsumerConfig config = ConsumerConfig.builder(application, stream, from)
                .workerId(workerId)
                .leaseDuration(leaseDuration)
                .retrieval(retrieval)
                .startTimeout(Services.CALL_LIMIT.multipliedBy(CALLS_TO_START))
                .build();
        EventLog log = log();
        log.say("starting stream=" + stream + " application=" + application);
        try (Operator operator = services.operator()) {
            operator.requireStream(stream);
        }
        services.requireDynamoDb(dynamoDbEndpoint);
        RecordLines lines =
                RecordLines.to(out, streams.out()); // not closed: handlers may run until the process is gone
        ShardlineConsumer made = services.configure(ShardlineConsumer.builder(), dynamoDbEndpoint)
                .config(config)
                .listener(log)
                .recordHandler(handler(lines))
                .build();
        consumer = made;
        if (!phase.compareAndSet(Phase.PREPARING, Phase.RUNNING)) {
            made.close();
            return Tool.DONE;
        }
        return run(made, log);
    }

    private EventLog log() {
        return new EventLog(streams.err(), clock, workerId);
    }

    private RecordHandler handler(RecordLines lines) {
        return (record, context) -> {
            Thread.sleep(delay.toMillis());
            lines.write(clock.instant(), workerId, record);
            repeats.note(record);
        };
    }

    private int run(ShardlineConsumer started, EventLog log) {
        log.say("joining");
        try {
            started.start().join();
            log.say("started");
        } catch (CompletionException e) {
            if (phase.get() == Phase.TOLD_TO_END) {
                return Tool.DONE;
            }
            throw failed(Failures.cause(e));
        }
        CloseReport report = started.ended().join();
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

    /** Says that it ends, at whatever moment that comes, and ends what there is to end. */
    private void stop() {
        Phase before = phase.getAndSet(Phase.TOLD_TO_END);
        ShardlineConsumer running = consumer;
        if (before == Phase.ENDED || (running != null && running.state() == ConsumerState.FAILED)) {
            return; // it has ended by itself, and why was said
        }
        EventLog log = log();
        log.say("stopping");
        if (before == Phase.PREPARING || running == null) {
            log.say("stopped before it had joined");
            return;
        }
        CloseReport report = running.close(CLOSE_LIMIT);
        log.say(repeats.toString());
        log.say(report.isOrderly() ? "stopped" : "stopped, and dropped shards=" + report.dropped());
    }
}
