package io.shardline.examples.tools;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The command line of {@code reshard}.
 *
 * <p>Confined to the thread that runs it.
 */
@Command(
        name = "examples/run reshard",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Splits a shard in the middle or merges two, waits until that is done, and prints the open shards: id,"
                        + " first and last hash key, parents.%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:an option is wrong", "4:there is no such stream or shard, or the service refuses"})
public final class Reshard implements Callable<Integer> {

    private static final int PAIR = 2;

    @Option(names = "--stream", paramLabel = "NAME", required = true, description = "The stream.")
    private String stream = "";

    @ArgGroup(multiplicity = "1")
    private Change change = new Change();

    /** What is done, one of the two. Confined to the thread that runs the program. */
    static final class Change {

        @Option(names = "--split", paramLabel = "SHARD", description = "Split this shard.")
        private @Nullable String split;

        @Option(
                names = "--merge",
                paramLabel = "SHARD",
                split = ",",
                splitSynopsisLabel = ",",
                description = "Merge these two shards, whose hash keys must adjoin: SHARD,SHARD.")
        private @Nullable List<String> merge;
    }

    @Mixin
    private Services services = new Services();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    void showHelp(boolean asked) {} // picocli does it

    private final Tool.Streams streams;

    Reshard(Tool.Streams streams) {
        this.streams = streams;
    }

    /** Runs the program and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(Tool.Streams.SYSTEM, arguments));
    }

    static int run(Tool.Streams streams, String... arguments) {
        return Tool.run("reshard", new Reshard(streams), streams, arguments);
    }

    @Override
    public Integer call() {
        List<String> pair = change.merge;
        if (pair != null && pair.size() != PAIR) {
            throw new IllegalArgumentException("--merge takes two shards, SHARD,SHARD, was " + String.join(",", pair));
        }
        try (Operator operator = services.operator()) {
            if (change.split != null) {
                operator.split(stream, change.split);
            } else if (pair != null) {
                operator.merge(stream, pair.get(0), pair.get(1));
            }
            ShardLines.print(streams.out(), operator.openShards(stream));
        }
        return Tool.DONE;
    }
}
