package io.shardline.emulators;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that says on its standard output when it is ready, and ends when its standard input does, so that it never
 * outlives the JVM that started it, however that ends.
 *
 * <p>Thread-safe.
 */
final class LocalProcess implements AutoCloseable {

    /** Generous: the machine that runs the tests may be busy. */
    static final Duration START_LIMIT = Duration.ofSeconds(60);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final int LOG_LINES = 5;

    private final Process process;

    private LocalProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param log takes its standard error
     * @throws IllegalStateException if it ends, or is not ready in time; with the last lines of the log
     */
    static LocalProcess start(List<String> command, Map<String, String> environment, Path log) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.to(log.toFile()))
                .redirectOutput(ProcessBuilder.Redirect.PIPE);
        builder.environment().putAll(environment);
        try {
            return new LocalProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first lines of its standard output, which it must print within {@link #START_LIMIT}. */
    List<String> firstLines(int count, Path log) {
        CompletableFuture<?> killed = new CompletableFuture<>()
                .completeOnTimeout(null, START_LIMIT.toNanos(), TimeUnit.NANOSECONDS)
                .thenRun(process::destroyForcibly);
        List<String> lines = new ArrayList<>();
        try {
            BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
            for (@Nullable String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (lines.size() == count) {
                    killed.cancel(false);
                    return List.copyOf(lines);
                }
            }
            close();
            throw new IllegalStateException("it ended, or was not ready within " + START_LIMIT.toSeconds()
                    + " s; the end of " + log + ": " + lastLines(log));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its process id. */
    long pid() {
        return process.pid();
    }

    /** Ends it and waits until it has ended. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> lastLines(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
    }
}
