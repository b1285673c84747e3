package io.shardline.examples.tools;

import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The command line of {@code put}.
 *
 * <p>Confined to the thread that runs it.
 */
@Command(
        name = "examples/run put",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Puts the lines of the standard input, each a partition key, a tab and data, in UTF-8.%n",
            "Prints a line for each record, in their order, with tabs between the columns: shard, sequence number,"
                    + " sub-sequence number, attempts; or the word error, the reason, may-be-written or not-written, and a"
                    + " message.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all records are in the stream",
            "1:some failed",
            "2:an option is wrong",
            "3:a line is malformed; those before it were put",
            "4:there is no such stream, or the service cannot be reached"
        })
public final class Put implements Callable<Integer> {

    @Option(names = "--stream", paramLabel = "NAME", required = true, description = "The stream.")
    private String stream = "";

    @Mixin
    private Services services = new Services();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    void showHelp(boolean asked) {} // picocli does it

    private final InputStream in;
    private final Tool.Streams streams;

    Put(InputStream in, Tool.Streams streams) {
        this.in = in;
        this.streams = streams;
    }

    /** Runs the program and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(System.in, Tool.Streams.SYSTEM, arguments));
    }

    static int run(InputStream in, Tool.Streams streams, String... arguments) {
        return Tool.run("put", new Put(in, streams), streams, arguments);
    }

    @Override
    public Integer call() throws IOException {
        try (Operator operator = services.operator()) {
            operator.requireStream(stream);
            try (ShardlineProducer producer =
                    services.configure(ShardlineProducer.builder()).build()) {
                producer.awaitReady(stream, Services.CALL_LIMIT);
                return putAll(producer, stream);
            }
        }
    }

    /** Puts all lines; the exit code. */
    int putAll(ShardlineProducer producer, String streamName) throws IOException {
        AnswerLines answers = new AnswerLines(streams.out());
        String malformed = "";
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        String line = lines.readLine();
        for (long number = 1; line != null && malformed.isEmpty(); number++) {
            try {
                answers.add(producer.put(streamName, record(line)));
                line = lines.readLine();
            } catch (IllegalArgumentException e) {
                malformed = "put: line " + number + ": " + e.getMessage();
            }
        }
        producer.flush();
        answers.awaitAll();
        streams.err().println("put: " + answers.answered() + " records, " + answers.failed() + " failed");
        if (!malformed.isEmpty()) {
            streams.err().println(malformed);
            return Tool.BAD_INPUT;
        }
        return answers.failed() == 0 ? Tool.DONE : Tool.SOME_FAILED;
    }

    private static UserRecord record(String line) {
        int tab = line.indexOf('\t');
        if (tab < 0) {
            throw new IllegalArgumentException("there is no tab between partition key and data");
        }
        return UserRecord.of(line.substring(0, tab), line.substring(tab + 1));
    }
}
