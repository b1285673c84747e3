package io.shardline.examples.tools;

import io.shardline.consumer.ConsumerException;
import io.shardline.producer.ProducerException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/**
 * What all programs here have in common: their exit codes, and that what goes wrong is one line on the standard error.
 *
 * <p>Stateless.
 */
final class Tool {

    static final int DONE = 0;
    static final int SOME_FAILED = 1;
    static final int BAD_OPTION = 2;
    static final int BAD_INPUT = 3;
    static final int FAILED = 4;

    /** Where a program writes to. Immutable. */
    record Streams(PrintStream out, PrintStream err) {

        static final Streams SYSTEM = new Streams(System.out, System.err);
    }

    private Tool() {}

    /** Runs a program. */
    static int run(String name, Callable<Integer> program, Streams streams, String... arguments) {
        CommandLine command = new CommandLine(program);
        command.setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8));
        command.setErr(new PrintWriter(streams.err(), true, StandardCharsets.UTF_8));
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setParameterExceptionHandler((failure, line) -> {
            streams.err().println(name + ": " + failure.getMessage() + " (--help lists the options)");
            return BAD_OPTION;
        });
        command.setExecutionExceptionHandler((failure, line, result) -> {
            if (failure instanceof IllegalArgumentException) { // the libraries' settings say what is wrong with them
                streams.err().println(name + ": " + failure.getMessage() + " (--help lists the options)");
                return BAD_OPTION;
            }
            if (failure instanceof ToolException
                    || failure instanceof ConsumerException
                    || failure instanceof ProducerException) {
                streams.err().println(name + ": " + failure.getMessage());
            } else {
                failure.printStackTrace(streams.err());
            }
            return FAILED;
        });
        return command.execute(arguments);
    }
}
