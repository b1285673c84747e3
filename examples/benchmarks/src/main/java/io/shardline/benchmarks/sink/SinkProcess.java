package io.shardline.benchmarks.sink;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * A sink as a process of its own, for as long as it is open.
 *
 * <p>Thread-safe.
 */
public final class SinkProcess implements AutoCloseable {

    private final Process process;
    private final int plainPort;
    private final int tlsPort;

    private SinkProcess(Process process, int plainPort, int tlsPort) {
        this.process = process;
        this.plainPort = plainPort;
        this.tlsPort = tlsPort;
    }

    /** Starts a sink whose streams have so many shards, and waits until it listens. */
    public static SinkProcess start(int shards) throws IOException {
        Process process = new ProcessBuilder(Javas.command(LoopbackSink.class, String.valueOf(shards)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        if (line == null) {
            throw new IllegalStateException("the sink did not start");
        }
        int blank = line.indexOf(' ');
        return new SinkProcess(
                process, Integer.parseInt(line.substring(0, blank)), Integer.parseInt(line.substring(blank + 1)));
    }

    /** Where it speaks plain HTTP. */
    public URI plain() {
        return URI.create("http://" + LoopbackSink.LOOPBACK + ":" + plainPort);
    }

    /** Where it speaks TLS. */
    public URI tls() {
        return URI.create("https://" + LoopbackSink.LOOPBACK + ":" + tlsPort);
    }

    /** Ends it. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
        }
    }
}
