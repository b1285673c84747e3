package io.shardline.benchmarks.sink;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * The program of the sink: listens on 127.0.0.1, plain and with TLS (there in HTTP/2, too), says where, and ends with its standard input.
 *
 * <p>Takes one argument, the number of shards of every stream. Immutable.
 */
public final class LoopbackSink {

    static final String LOOPBACK = "127.0.0.1";
    private static final String PASSWORD = "loopback";

    private LoopbackSink() {}

    /** Runs the program. */
    public static void main(String[] arguments) throws Exception {
        Path keys = Files.createTempDirectory("shardline-sink").resolve("keys.p12");
        makeCertificate(keys);
        Server server = new Server();
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStorePath(keys.toString());
        tls.setKeyStorePassword(PASSWORD);
        ServerConnector plain = new ServerConnector(server, new HttpConnectionFactory());
        HttpConfiguration settings = new HttpConfiguration();
        ALPNServerConnectionFactory negotiated = new ALPNServerConnectionFactory();
        negotiated.setDefaultProtocol(HttpVersion.HTTP_1_1.asString());
        ServerConnector secure = new ServerConnector(
                server,
                tls,
                negotiated,
                new HTTP2ServerConnectionFactory(settings),
                new HttpConnectionFactory(settings));
        for (ServerConnector connector : new ServerConnector[] {plain, secure}) {
            connector.setHost(LOOPBACK);
            server.addConnector(connector);
        }
        server.setHandler(new SinkHandler(Integer.parseInt(arguments[0])));
        server.start();
        System.out.println(plain.getLocalPort() + " " + secure.getLocalPort());
        while (System.in.read() >= 0) {
            // Nothing is said to it; only the end of its starter matters.
        }
        server.stop();
        Files.delete(keys);
        Files.delete(keys.toAbsolutePath().getParent());
    }

    /** Self-signed: whoever connects must not verify it. */
    private static void makeCertificate(Path keys) throws IOException, InterruptedException {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        keys.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-alias",
                        "sink",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "2")
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException("keytool made no certificate: " + said);
        }
    }
}
