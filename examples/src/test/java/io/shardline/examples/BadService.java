package io.shardline.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;

/**
 * A service that cannot be used: it refuses every call, or it accepts connections and stays silent.
 *
 * <p>Thread-safe.
 */
public final class BadService implements AutoCloseable {

    private static final int MOST_WAITING = 100;
    private static final int REFUSED = 400;

    private final URI endpoint;
    private final Runnable stop;

    private BadService(int port, Runnable stop) {
        this.endpoint = URI.create("http://127.0.0.1:" + port);
        this.stop = stop;
    }

    /** One that answers every call with an error, in JSON: clients must not speak CBOR. */
    public static BadService refusing(String code) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> refuse(exchange, code));
            server.start();
            return new BadService(server.getAddress().getPort(), () -> server.stop(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that never answers. */
    public static BadService silent() {
        try {
            ServerSocket socket = new ServerSocket(0, MOST_WAITING, InetAddress.getLoopbackAddress());
            return new BadService(socket.getLocalPort(), () -> close(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        stop.run();
    }

    private static void refuse(HttpExchange exchange, String code) throws IOException {
        exchange.getRequestBody().readAllBytes();
        String target = String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Target"));
        String body = "{\"__type\":\"" + code + "\",\"message\":\"somebody may not call " + target + "\"}";
        exchange.getResponseHeaders().add("x-amzn-ErrorType", code);
        exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
        exchange.sendResponseHeaders(REFUSED, body.getBytes(UTF_8).length);
        exchange.getResponseBody().write(body.getBytes(UTF_8));
        exchange.close();
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
