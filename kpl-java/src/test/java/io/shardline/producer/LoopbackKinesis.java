package io.shardline.producer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.HashKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.core.SdkBytes;

/**
 * A Kinesis of one stream on a socket of the loopback, which fails in ways that only a wire has. Answers in the encoding in which
 * it is asked, and refuses what is not signed with its credentials. Thread-safe.
 */
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
        /** The first record and every second one behind it are throttled, and the answer says so; the others have their effect. */
        SOME_THROTTLED,
        /** The service throttles the whole request; no effect. */
        THROTTLED(400, "ProvisionedThroughputExceededException"),
        /** The service says that the credentials have expired; no effect. */
        EXPIRED_CREDENTIALS(400, "ExpiredTokenException"),
        /** The service says that it has failed; no effect. */
        INTERNAL_FAILURE(500, "InternalFailure"),
        /** A proxy answers that the service is not there; no effect. */
        BAD_GATEWAY(502, "");

        private final int status;
        private final String error;

        Reply() {
            this(200, "");
        }

        Reply(int status, String error) {
            this.status = status;
            this.error = error;
        }

        /** Whether it has an effect of which the answer does not tell. */
        boolean isUnknown() {
            return status == 200 && this != GOOD && this != RESET_IN_THE_REQUEST && this != SOME_THROTTLED;
        }
    }

    /** Whoever sends is expected to have these. */
    static final AwsBasicCredentials CREDENTIALS = AwsBasicCredentials.create("key", "secret");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** The user records in the order in which they were stored. */
    final List<AggregateEntry> stored;

    /** The PutRecords requests of which the whole body has come, whatever became of them. */
    final List<JsonNode> requests = new CopyOnWriteArrayList<>();

    private final ServerSocket server;
    private final @Nullable SSLSocketFactory tls;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final Queue<Reply> puts = new ConcurrentLinkedQueue<>();
    private final Queue<Reply> listings = new ConcurrentLinkedQueue<>();
    private final LoopbackStream stream;
    private volatile CountDownLatch held = new CountDownLatch(0);
    private volatile @Nullable Refusal refusal;

    /** Has one shard, and listens without encryption. */
    LoopbackKinesis() throws IOException {
        this(null, 1);
    }

    /** @param tls makes the server's side of connections; null for none */
    LoopbackKinesis(@Nullable SSLSocketFactory tls, int shards) throws IOException {
        this.tls = tls;
        stream = new LoopbackStream(shards);
        stored = stream.stored;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("loopback-accept", this::accept);
    }

    URI address() {
        return URI.create((tls == null ? "http" : "https") + "://127.0.0.1:" + server.getLocalPort());
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

    /** From now on calls that ask for it are refused. */
    void refuse(Refusal what) {
        refusal = what;
    }

    /**
     * From now on whatever is put into a shard is throttled, and what is put into another is not.
     *
     * @return counts down with each request of which something was throttled
     */
    CountDownLatch throttle(String shardId, int requests) {
        return stream.throttle(shardId, requests);
    }

    /** Where the stream keeps what has such a hash key. */
    String shardOf(HashKey hashKey) {
        return stream.shardOf(hashKey);
    }

    /** Ends refusals and throttles. */
    void heal() {
        refusal = null;
        stream.heal();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }

    /**
     * What is refused as a whole, and how. Immutable.
     *
     * @param operations of which calls
     * @param culprits calls of PutRecords only if they have such a user record
     */
    record Refusal(int status, String error, Set<String> operations, Predicate<AggregateEntry> culprits) {

        /** PutRecords, whatever is in it. */
        static Refusal ofPuts(int status, String error) {
            return new Refusal(status, error, Set.of("PutRecords"), any -> true);
        }

        /** Everything, as if there were no such stream. */
        static Refusal asIfDeleted() {
            Set<String> all = Set.of("PutRecords", "ListShards", "DescribeStreamSummary");
            return new Refusal(400, "ResourceNotFoundException", all, any -> true);
        }

        boolean concerns(String operation, ArrivedRequest request) throws IOException {
            if (!operation.equals("PutRecords")) {
                return operations.contains(operation);
            }
            return operations.contains(operation)
                    && LoopbackStream.userRecords(request.members().get("Records")).stream()
                            .anyMatch(culprits);
        }
    }

    /** One connection, below encryption and above. Confined to its thread. */
    private record Line(Socket socket, InputStream in, OutputStream out) {

        /** Closes it so that the other side hears of a reset, not of an end. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
            throw new IOException("reset");
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
        try (connection;
                Socket talk = tls == null ? connection : tls.createSocket(connection, null, true)) {
            Line line = new Line(connection, talk.getInputStream(), talk.getOutputStream());
            List<String> head = ArrivedRequest.nextHead(line.in);
            while (!head.isEmpty()) {
                answer(line, head);
                head = ArrivedRequest.nextHead(line.in);
            }
        } catch (IOException gone) {
            // the client has closed it, or we have
        }
    }

    private void answer(Line line, List<String> head) throws IOException {
        String operation = ArrivedRequest.operation(head);
        Reply reply = nextReply(operation);
        int length = ArrivedRequest.length(head);
        if (reply == Reply.RESET_IN_THE_REQUEST) {
            line.in.readNBytes(length / 2);
            line.reset();
        }
        ArrivedRequest request = new ArrivedRequest(head, SdkBytes.fromByteArrayUnsafe(line.in.readNBytes(length)));
        if (operation.equals("PutRecords")) {
            requests.add(request.members());
        }
        Refusal lasting = refusal;
        if (!request.isSignedBy(CREDENTIALS)) {
            refuse(line, request, 403, "InvalidSignatureException");
        } else if (lasting != null && lasting.concerns(operation, request)) {
            refuse(line, request, lasting.status, lasting.error);
        } else if (reply.status == 200) {
            JsonNode good = effect(operation, request, reply);
            if (operation.equals("PutRecords")) {
                await(held);
            }
            tell(line, request, request.format().writeValueAsBytes(good), reply);
        } else if (reply == Reply.BAD_GATEWAY) {
            line.out.write(http(reply.status, "text/html", "<html>Bad Gateway</html>".getBytes(UTF_8)));
        } else {
            refuse(line, request, reply.status, reply.error);
        }
        line.out.flush();
    }

    private Reply nextReply(String operation) {
        Queue<Reply> script = operation.equals("PutRecords") ? puts : listings;
        Reply reply = operation.equals("DescribeStreamSummary") ? null : script.poll();
        return reply == null ? Reply.GOOD : reply;
    }

    /** @param good what is told if nothing bad is to happen */
    private static void tell(Line line, ArrivedRequest request, byte[] good, Reply reply) throws IOException {
        switch (reply) {
            case RESET_BEFORE_THE_ANSWER -> line.reset();
            case RESET_IN_THE_ANSWER -> {
                byte[] answer = http(200, request.contentType(), good);
                line.out.write(answer, 0, answer.length - good.length / 2);
                line.out.flush();
                line.reset();
            }
            case SILENCE -> {}
            case GARBAGE -> {
                byte[] page = ("<html>" + new String(good, ISO_8859_1)).getBytes(ISO_8859_1);
                line.out.write(http(200, request.contentType(), page));
            }
            case NOISE -> {
                line.out.write("this is no HTTP\r\n\r\n".repeat(10).getBytes(UTF_8));
                line.out.flush();
                line.socket.close();
            }
            case EMPTY -> line.out.write(http(200, request.contentType(), new byte[0]));
            default -> line.out.write(http(200, request.contentType(), good));
        }
    }

    private JsonNode effect(String operation, ArrivedRequest request, Reply reply) throws IOException {
        return switch (operation) {
            case "PutRecords" -> stream.put(request.members().get("Records"), reply);
            case "ListShards" -> stream.listing();
            case "DescribeStreamSummary" -> stream.summary();
            default -> throw new IOException("nobody here knows " + operation);
        };
    }

    private static void refuse(Line line, ArrivedRequest request, int status, String code) throws IOException {
        JsonNode error = NODES.objectNode().put("__type", code).put("message", "as told");
        line.out.write(http(status, request.contentType(), request.format().writeValueAsBytes(error)));
    }

    private static byte[] http(int status, String type, byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("HTTP/1.1 " + status + " so\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length
                        + "\r\n\r\n")
                .getBytes(ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException("nobody interrupts the loopback");
        }
    }
}
