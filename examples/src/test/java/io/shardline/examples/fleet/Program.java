package io.shardline.examples.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One of the examples as a process of its own, with files for what it prints.
 *
 * <p>Confined to one thread.
 */
final class Program implements AutoCloseable {

    private static final int SIGKILL_EXIT_CODE = 128 + 9;
    private static final List<String> SETTINGS_OF_THE_MACHINE =
            List.of("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KINESIS", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_PROFILE");

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;

    private Program(String name, Process process, Path out, Path err) {
        this.name = name;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts it.
     *
     * @param folder where it writes; {@code name} must be new there
     * @param options separated by single spaces
     */
    static Program start(Path folder, String name, Class<?> main, String options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", // it is short-lived, and there are many
                "-Xmx256m",
                "-Dexamples.home=.",
                "-Dexamples.call.limit=" + FleetWorld.LIMIT, // the machine may be busy
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(Arrays.asList(options.split(" ", -1)));
        Path out = folder.resolve(name + ".out");
        Path err = folder.resolve(name + ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        SETTINGS_OF_THE_MACHINE.forEach(builder.environment()::remove);
        builder.environment().put("AWS_ACCESS_KEY_ID", "test");
        builder.environment().put("AWS_SECRET_ACCESS_KEY", "test");
        builder.environment().put("AWS_REGION", "us-east-1");
        builder.environment().put("AWS_CONFIG_FILE", folder.resolve("no-config").toString());
        try {
            return new Program(name, builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return name;
    }

    /** What can be written to it. */
    OutputStream in() {
        return process.getOutputStream();
    }

    /** What it has printed so far. */
    List<String> out() {
        return lines(out);
    }

    /** What it has printed on the standard error so far. */
    List<String> err() {
        return lines(err);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end; its exit code. */
    int awaitEnd(Duration limit) {
        try {
            if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError(name + " did not end within " + limit + "; it said " + err());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        int exitCode = awaitEnd(FleetWorld.LIMIT);
        if (exitCode != SIGKILL_EXIT_CODE) {
            throw new AssertionError(name + " had ended before it was killed, with exit code " + exitCode);
        }
    }

    /** SIGSTOP. */
    void freeze() {
        signal("-STOP");
    }

    /** SIGCONT. */
    void thaw() {
        signal("-CONT");
    }

    private void signal(String signal) {
        try {
            Process sent = new ProcessBuilder("kill", signal, String.valueOf(process.pid())).start();
            if (sent.waitFor() != 0) {
                throw new AssertionError(name + " is not there for " + signal);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Kills it if it is still there. */
    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static List<String> lines(Path file) {
        try {
            String text = Files.readString(file, UTF_8);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
