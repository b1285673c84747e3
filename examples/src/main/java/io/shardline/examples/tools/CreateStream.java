package io.shardline.examples.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The command line of {@code create-stream}.
 *
 * <p>Confined to the thread that runs it.
 */
@Command(
        name = "examples/run create-stream",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Makes a stream, waits until it is there, and prints its shards: id, first and last hash key, parents.%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it is there", "2:an option is wrong", "4:it exists already, or the service refuses"})
public final class CreateStream implements Callable<Integer> {

    @Option(names = "--stream", paramLabel = "NAME", required = true, description = "The stream.")
    private String stream = "";

    @Option(names = "--shards", paramLabel = "N", description = "How many shards. Default: ${DEFAULT-VALUE}.")
    private int shards = 1;

    @Mixin
    private Services services = new Services();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    void showHelp(boolean asked) {} // picocli does it

    private final Tool.Streams streams;

    CreateStream(Tool.Streams streams) {
        this.streams = streams;
    }

    /** Runs the program and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(Tool.Streams.SYSTEM, arguments));
    }

    static int run(Tool.Streams streams, String... arguments) {
        return Tool.run("create-stream", new CreateStream(streams), streams, arguments);
    }

    @Override
    public Integer call() {
        if (shards < 1) {
            throw new IllegalArgumentException("--shards must be at least 1, was " + shards);
        }
        try (Operator operator = services.operator()) {
            operator.create(stream, shards);
            ShardLines.print(streams.out(), operator.openShards(stream));
        }
        return Tool.DONE;
    }
}
