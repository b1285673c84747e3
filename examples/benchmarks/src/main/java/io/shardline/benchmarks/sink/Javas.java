package io.shardline.benchmarks.sink;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How to start another JVM like this one.
 *
 * <p>Immutable.
 */
public final class Javas {

    /** Far more than any of them needs, so that it decides nothing; the collector is the JVM's own choice. */
    private static final String HEAP = "-Xmx1g";

    private Javas() {}

    /** The command that runs a class of this class path. */
    public static List<String> command(Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
