package io.shardline.benchmarks.sink;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Asks a sink what it has counted, by the JVM's oldest HTTP client: a newer one would take processor time to be compiled, which
 * would be counted.
 *
 * <p>Thread-safe.
 */
public final class SinkQuestions {

    private final URI plain;

    /** @param plain where the sink speaks plain HTTP */
    public SinkQuestions(URI plain) {
        this.plain = plain;
    }

    /** What has arrived since the last {@link #reset}. */
    public SinkCounts counts() throws IOException {
        return SinkCounts.parse(ask("/counts"));
    }

    /** Begins to count anew. */
    public void reset() throws IOException {
        ask("/reset");
    }

    private String ask(String path) throws IOException {
        try (InputStream answer = plain.resolve(path).toURL().openStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
