package io.shardline.producer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.Decoded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/** A Kinesis of one shard on a socket of the loopback, which fails in ways that only a wire has. Speaks JSON. Thread-safe. */
final class LoopbackKinesis implements AutoCloseable {

    /** What becomes of a request. Immutable. */
    enum Reply {
        /** It is answered as it should be. */
        GOOD,
        /** The connection is reset before the request was read, hence without effect. */
        RESET_IN_THE_REQUEST,
        /** It has its effect, and the connection is reset. */
        RESET_BEFORE_THE_ANSWER,
        /** It has its effect, and the connection is reset in the middle of the answer. */
        RESET_IN_THE_ANSWER,
        /** It has its effect, and nothing is ever answered. */
        SILENCE,
        /** It has its effect, and the answer is HTTP but makes no sense. */
        GARBAGE,
        /** It has its effect, and the answer is not HTTP. */
        NOISE,
        /** It has its effect, and the answer is empty. */
        EMPTY,
        /** It has its effect, and the answer has a result too few. */
        TOO_FEW,
        /** It has its effect, and the answer has a result too many. */
        TOO_MANY,
        /** It has its effect, and the answer has no sequence numbers. */
        NO_NUMBERS,
        /** A proxy answers that the service is not there; no effect. */
        BAD_GATEWAY;

        boolean hasEffect() {
            return this != RESET_IN_THE_REQUEST && this != BAD_GATEWAY;
        }
    }

    private static final String SHARDS = "{\"Shards\":[{\"ShardId\":\"shardId-000000000000\",\"HashKeyRange\":{"
            + "\"StartingHashKey\":\"0\",\"EndingHashKey\":\"340282366920938463463374607431768211455\"},"
            + "\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"1\"}}]}";

    /** The user records in the order in which they were stored. */
    final List<AggregateEntry> stored = new CopyOnWriteArrayList<>();

    private final ServerSocket server;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final Queue<Reply> puts = new ConcurrentLinkedQueue<>();
    private final Queue<Reply> listings = new ConcurrentLinkedQueue<>();
    private final AtomicLong sequence = new AtomicLong(1);
    private volatile CountDownLatch held = new CountDownLatch(0);

    LoopbackKinesis() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("loopback-accept", this::accept);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Tells what becomes of the coming PutRecords calls; of those behind them nothing bad. */
    void puts(Reply... replies) {
        puts.addAll(List.of(replies));
    }

    /** Tells what becomes of the coming ListShards calls; of those behind them nothing bad. */
    void listings(Reply... replies) {
        listings.addAll(List.of(replies));
    }

    /** From now on PutRecords calls have their effect, and are answered when {@link #release} is called. */
    void hold() {
        held = new CountDownLatch(1);
    }

    /** Answers what was held. */
    void release() {
        held.countDown();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                connections.add(connection);
                start("loopback-connection", () -> serve(connection));
            }
        } catch (IOException closed) {
            // the end of the test
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = connection.getInputStream();
            List<String> head = head(in);
            while (!head.isEmpty()) {
                boolean lists = header(head, "x-amz-target").endsWith("ListShards");
                Reply reply = (lists ? listings : puts).poll();
                answer(connection, head, lists, reply == null ? Reply.GOOD : reply);
                head = head(in);
            }
        } catch (IOException gone) {
            // the client has closed it, or we have
        }
    }

    private void answer(Socket connection, List<String> head, boolean lists, Reply reply) throws IOException {
        int length = Integer.parseInt(header(head, "content-length"));
        if (reply == Reply.RESET_IN_THE_REQUEST) {
            connection.getInputStream().readNBytes(length / 2);
            reset(connection);
        }
        byte[] body = connection.getInputStream().readNBytes(length);
        String good = lists ? SHARDS : store(JsonNode.parser().parse(body), reply);
        if (!lists) {
            await(held);
        }
        OutputStream out = connection.getOutputStream();
        switch (reply) {
            case RESET_BEFORE_THE_ANSWER -> reset(connection);
            case RESET_IN_THE_ANSWER -> {
                String answer = http("200 OK", good);
                out.write(
                        answer.substring(0, answer.length() - good.length() / 2).getBytes(UTF_8));
                out.flush();
                reset(connection);
            }
            case SILENCE -> {}
            case GARBAGE -> out.write(http("200 OK", "<html>" + good).getBytes(UTF_8));
            case NOISE -> {
                out.write("this is no HTTP\r\n\r\n".repeat(10).getBytes(UTF_8));
                out.flush();
                connection.close();
            }
            case EMPTY -> out.write(http("200 OK", "").getBytes(UTF_8));
            case BAD_GATEWAY ->
                out.write(http("502 Bad Gateway", "<html>Bad Gateway</html>").getBytes(UTF_8));
            default -> out.write(http("200 OK", good).getBytes(UTF_8));
        }
        out.flush();
    }

    private String store(JsonNode request, Reply reply) {
        List<String> results = new ArrayList<>();
        for (JsonNode each : request.field("Records").orElseThrow().asArray()) {
            String key = each.field("PartitionKey").orElseThrow().text();
            byte[] data =
                    Base64.getDecoder().decode(each.field("Data").orElseThrow().text());
            long number = sequence.incrementAndGet();
            if (reply.hasEffect()) {
                stored.addAll(
                        AggregateCodec.decode(data) instanceof Decoded.Aggregated aggregated
                                ? aggregated.entries()
                                : List.of(new AggregateEntry(key, null, data)));
            }
            results.add(result(reply == Reply.NO_NUMBERS ? null : number));
        }
        if (reply == Reply.TOO_FEW) {
            results.remove(0);
        } else if (reply == Reply.TOO_MANY) {
            results.add(result(sequence.incrementAndGet()));
        }
        return "{\"FailedRecordCount\":0,\"Records\":[" + String.join(",", results) + "]}";
    }

    private static String result(@Nullable Long number) {
        return "{\"ShardId\":\"shardId-000000000000\""
                + (number == null ? "" : ",\"SequenceNumber\":\"" + number + "\"")
                + "}";
    }

    private static String http(String status, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException("nobody interrupts the loopback");
        }
    }

    /** Closes it so that the other side hears of a reset, not of an end. */
    private static void reset(Socket connection) throws IOException {
        connection.setSoLinger(true, 0);
        connection.close();
        throw new IOException("reset");
    }

    /** The lines up to the empty one; none at the end of the stream. */
    private static List<String> head(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int next = in.read();
        while (next >= 0) {
            bytes.write(next);
            if (next == '\n' && bytes.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                return bytes.toString(ISO_8859_1).lines().toList();
            }
            next = in.read();
        }
        return List.of();
    }

    private static String header(List<String> head, String name) {
        return head.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("0");
    }
}
