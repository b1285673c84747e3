package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;

/** What a producer says first to an https endpoint of one's own, whose certificate the JVM's trust store has. */
@Timeout(60)
class HttpsEndpointTest {

    private static final String PASSWORD = "loopback";

    private static LoopbackCertificate certificate;

    @BeforeAll
    static void trustTheLoopback(@TempDir Path folder) throws Exception {
        certificate = LoopbackCertificate.make();
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        X509TrustManager trust = (X509TrustManager) certificate.trust()[0];
        trusted.setCertificateEntry("loopback", trust.getAcceptedIssuers()[0]);
        Path file = folder.resolve("trust.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            trusted.store(out, PASSWORD.toCharArray());
        }
        System.setProperty("javax.net.ssl.trustStore", file.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
    }

    @AfterAll
    static void trustAsBefore() {
        System.clearProperty("javax.net.ssl.trustStore");
        System.clearProperty("javax.net.ssl.trustStorePassword");
    }

    @Test
    void itIsSpokenToInHttp2() throws Exception {
        assertThat(firstWords(ShardlineProducer.builder())).isEqualTo("PRI * HTTP/2.0");
    }

    @Test
    void itIsSpokenToInHttp11WhereTheHttpClientSaysSo() throws Exception {
        ShardlineProducer.Builder builder = ShardlineProducer.builder()
                .customizeKinesis(kinesis -> kinesis.httpClientBuilder(
                        NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1)));

        assertThat(firstWords(builder)).isEqualTo("POST / HTTP/1.");
    }

    private static String firstWords(ShardlineProducer.Builder builder) throws Exception {
        SSLSocketFactory sockets = certificate.sockets();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> words = CompletableFuture.supplyAsync(() -> read(server, sockets));
            ShardlineProducer producer = builder.endpoint(URI.create("https://127.0.0.1:" + server.getLocalPort()))
                    .region("us-east-1")
                    .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
                    .build();
            try {
                producer.put("flights", UserRecord.of("k", new byte[1]));
                return words.get(30, TimeUnit.SECONDS);
            } finally {
                producer.close(Duration.ZERO);
            }
        }
    }

    private static String read(ServerSocket server, SSLSocketFactory sockets) {
        while (true) {
            try (SSLSocket socket = (SSLSocket) sockets.createSocket(server.accept(), null, true)) {
                socket.setUseClientMode(false);
                return new String(socket.getInputStream().readNBytes(14), StandardCharsets.US_ASCII);
            } catch (IOException e) {
                if (server.isClosed()) {
                    throw new UncheckedIOException(e);
                } // else the SDK gave this connection up, and comes again
            }
        }
    }
}
