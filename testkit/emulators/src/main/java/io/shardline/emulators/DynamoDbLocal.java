package io.shardline.emulators;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Amazon's DynamoDB Local in a JVM of its own: in memory, on a free port of the loopback interface, without telemetry.
 *
 * <p>Thread-safe.
 */
public final class DynamoDbLocal implements AutoCloseable {

    private static final String CLASS_PATH = "dynamodb-local.classpath";

    private final LocalProcess process;
    private final URI endpoint;

    private DynamoDbLocal(LocalProcess process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /** Why it cannot be started here, in a line; empty if it can. */
    public static Optional<String> whyUnavailable() {
        try (InputStream resource = DynamoDbLocal.class.getResourceAsStream(CLASS_PATH)) {
            if (resource == null) {
                return Optional.of("DynamoDB Local: not built; build testkit/emulators to its end");
            }
            return classPath(resource).stream()
                    .filter(entry -> !Files.exists(Path.of(entry)))
                    .findFirst()
                    .map(entry -> "DynamoDB Local: " + entry + " is not there; build testkit/emulators again");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts one and waits until it answers.
     *
     * @throws IllegalStateException if it does not start
     */
    public static DynamoDbLocal start() {
        whyUnavailable().ifPresent(why -> {
            throw new IllegalStateException(why);
        });
        Path log = Target.logOf("dynamodb-local");
        LocalProcess process = LocalProcess.start(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1", // it is short-lived, and the tests want the processors
                        // Its logging front end has no back end here; this one logs errors only.
                        "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory",
                        "-cp",
                        wholeClassPath(),
                        DynamoDbLocalServer.class.getName()),
                Map.of("DDB_LOCAL_TELEMETRY", "false", "AWS_EC2_METADATA_DISABLED", "true"),
                log);
        String port = process.firstLines(1, log).get(0);
        return new DynamoDbLocal(process, URI.create("http://127.0.0.1:" + port));
    }

    /** Where it is; any credentials and any region will do. */
    public URI endpoint() {
        return endpoint;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.close();
    }

    private static String wholeClassPath() {
        try (InputStream resource = DynamoDbLocal.class.getResourceAsStream(CLASS_PATH)) {
            if (resource == null) {
                throw new IllegalStateException("there is no " + CLASS_PATH);
            }
            URI own = DynamoDbLocalServer.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            return Path.of(own) + File.pathSeparator + String.join(File.pathSeparator, classPath(resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> classPath(InputStream resource) throws IOException {
        String text = new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
        return List.of(text.split(File.pathSeparator, -1));
    }
}
