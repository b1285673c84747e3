package io.shardline.benchmarks.sink;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/**
 * Asks a sink what it has counted.
 *
 * <p>Thread-safe.
 */
public final class SinkQuestions {

    private final URI plain;
    private final HttpClient client = HttpClient.newHttpClient();

    /** @param plain where the sink speaks plain HTTP */
    public SinkQuestions(URI plain) {
        this.plain = plain;
    }

    /** What has arrived since the last {@link #reset}. */
    public SinkCounts counts() throws IOException, InterruptedException {
        return SinkCounts.parse(ask("/counts"));
    }

    /** Begins to count anew. */
    public void reset() throws IOException, InterruptedException {
        ask("/reset");
    }

    private String ask(String path) throws IOException, InterruptedException {
        HttpRequest question = HttpRequest.newBuilder(plain.resolve(path)).build();
        return client.send(question, HttpResponse.BodyHandlers.ofString()).body();
    }
}
