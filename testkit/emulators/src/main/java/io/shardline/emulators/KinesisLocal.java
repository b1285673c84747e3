package io.shardline.emulators;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The {@code kinesis-local} package of npm as a process of Node: in memory, on free ports of the loopback interface.
 *
 * <p>What it does and does not do is described where it is used; it is slow with many records on a shard, never throttles,
 * and its fan-out does not report the end of a shard. Thread-safe.
 */
public final class KinesisLocal implements AutoCloseable {

    /** What makes it listen on the loopback interface alone. */
    private static final String LOOPBACK = "loopback.cjs";

    private static final NpmPackage PACKAGE = new NpmPackage(KinesisLocal.class, "kinesis-local", LOOPBACK);
    private static final String PLAIN = "http ";
    private static final String TLS = "https ";

    private final LocalProcess process;
    private final URI endpoint;
    private final URI tlsEndpoint;

    private KinesisLocal(LocalProcess process, URI endpoint, URI tlsEndpoint) {
        this.process = process;
        this.endpoint = endpoint;
        this.tlsEndpoint = tlsEndpoint;
    }

    /** Why it cannot be started here, in a line; empty if it can. Installs it if that was not done yet. */
    public static Optional<String> whyUnavailable() {
        return PACKAGE.whyUnavailable();
    }

    /** Starts one with its own settings, as {@link #start(Map)} does. */
    public static KinesisLocal start() {
        return start(Map.of());
    }

    /**
     * Starts one and waits until it listens.
     *
     * @param environment its settings, as its own documentation calls them, for example {@code SHARD_LIMIT}
     * @throws IllegalStateException if it does not start, or cannot be installed
     */
    public static KinesisLocal start(Map<String, String> environment) {
        Path folder = PACKAGE.install();
        Path log = Target.logOf("kinesis-local");
        Map<String, String> settings = new TreeMap<>(environment);
        settings.put("KINESIS_MOCK_CERT_PATH", folder.resolve("server.json").toString());
        LocalProcess process = LocalProcess.start(
                List.of(
                        "node",
                        "--require",
                        folder.resolve(LOOPBACK).toString(),
                        folder.resolve("main.js").toString()),
                settings,
                log);
        List<String> addresses = process.firstLines(2, log);
        return new KinesisLocal(process, address(addresses, PLAIN), address(addresses, TLS));
    }

    /** Where it is without TLS; any credentials will do, and regions are worlds of their own. */
    public URI endpoint() {
        return endpoint;
    }

    /** Where it is with TLS; its certificate is signed by nobody. */
    public URI tlsEndpoint() {
        return tlsEndpoint;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.close();
    }

    private static URI address(List<String> addresses, String scheme) {
        return addresses.stream()
                .filter(line -> line.startsWith(scheme))
                .findFirst()
                .map(line -> URI.create(scheme.strip() + "://127.0.0.1:" + line.substring(scheme.length())))
                .orElseThrow(() -> new UncheckedIOException(new IOException("no " + scheme + "port in " + addresses)));
    }
}
