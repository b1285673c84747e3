package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardline.aggregation.AggregateEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;

/**
 * What the tests have in common that put over a real connection, with the SDK's client, as the producer makes it, between them
 * and a {@link LoopbackKinesis}. In both encodings.
 */
@ParameterizedClass
@EnumSource(WireTest.Wire.class)
@Timeout(60)
abstract class WireTest {

    /** How the SDK speaks: as in production, or as to some emulators. Immutable. */
    enum Wire {
        JSON_OVER_HTTP,
        CBOR_OVER_TLS
    }

    static final int RECORDS = 200;
    static final int KEYS = 5;

    /** What partition keys begin with: longer in UTF-8 than in characters. */
    static final String KEY = "key-\u20ac-";

    static final Duration SOON = Duration.ofMillis(500);

    /** So that a slow machine is not taken for a silent server, and what never succeeds is told of nevertheless. */
    static final Duration PATIENT = Duration.ofSeconds(30);

    private static LoopbackCertificate certificate;
    private static TrustManager[] trust;

    /** Shared, because ending it takes the SDK's HTTP client two seconds. */
    private static SdkEventLoopGroup httpThreads;

    final Wire wire;
    LoopbackKinesis kinesis;

    private final int shards;

    WireTest(Wire wire, int shards) {
        this.wire = wire;
        this.shards = shards;
    }

    @BeforeAll
    static void makeWhatIsShared() throws IOException, InterruptedException, GeneralSecurityException {
        certificate = LoopbackCertificate.make();
        trust = certificate.trust();
        httpThreads = SdkEventLoopGroup.builder().numberOfThreads(2).build();
    }

    @AfterAll
    static void endThreads() {
        httpThreads.eventLoopGroup().shutdownGracefully();
    }

    @BeforeEach
    void listen() throws IOException, GeneralSecurityException {
        if (wire == Wire.CBOR_OVER_TLS) {
            kinesis = new LoopbackKinesis(certificate.sockets(), shards);
        } else {
            System.setProperty(SdkSystemSetting.CBOR_ENABLED.property(), "false");
            kinesis = new LoopbackKinesis(null, shards);
        }
    }

    @AfterEach
    void speakAsBefore() throws IOException {
        System.clearProperty(SdkSystemSetting.CBOR_ENABLED.property());
        kinesis.close();
    }

    ShardlineProducer producer(Duration requestTimeout) {
        return producer(settings(requestTimeout), client -> {});
    }

    static ProducerConfig.Builder settings(Duration requestTimeout) {
        return ProducerConfig.builder()
                .linger(Duration.ofMillis(1))
                .maxAggregateCount(20)
                .recordTtl(PATIENT)
                .requestTimeout(requestTimeout);
    }

    ShardlineProducer producer(ProducerConfig.Builder settings, Consumer<KinesisAsyncClientBuilder> customizer) {
        return producer(settings, customizer, event -> {});
    }

    ShardlineProducer producer(
            ProducerConfig.Builder settings,
            Consumer<KinesisAsyncClientBuilder> customizer,
            Consumer<ProducerEvent> listener) {
        return ShardlineProducer.builder()
                .endpoint(kinesis.address())
                .region(Region.US_EAST_1)
                .credentials(() -> LoopbackKinesis.CREDENTIALS)
                .customizeKinesis(WireTest::useHttp)
                .customizeKinesis(customizer)
                .config(settings.build())
                .listener(listener)
                .build();
    }

    static void useHttp(KinesisAsyncClientBuilder client) {
        client.httpClientBuilder(NettyNioAsyncHttpClient.builder()
                .protocol(Protocol.HTTP1_1)
                .eventLoopGroup(httpThreads)
                .tlsTrustManagersProvider(() -> trust));
    }

    static List<CompletableFuture<PutReceipt>> putAll(ShardlineProducer producer) {
        return putAll(producer, RECORDS, KEYS);
    }

    static List<CompletableFuture<PutReceipt>> putAll(ShardlineProducer producer, int records, int keys) {
        return IntStream.range(0, records)
                .mapToObj(i -> producer.put("s", record(i, keys, 1)))
                .toList();
    }

    /** Its data is its number, filled up to a size. */
    static UserRecord record(int number, int keys, int size) {
        String data = String.format("%-" + size + "d", number);
        return UserRecord.of(KEY + number % keys, data.getBytes(StandardCharsets.UTF_8));
    }

    void checkAccount(List<CompletableFuture<PutReceipt>> puts) {
        checkAccount(puts, KEYS);
    }

    /** Everything is there, first occurrences in order, and each further copy has an attempt that may have written it. */
    void checkAccount(List<CompletableFuture<PutReceipt>> puts, int keys) {
        assertThat(puts).allMatch(put -> put.isDone() && !put.isCompletedExceptionally());
        Map<Integer, Integer> copies = new LinkedHashMap<>();
        kinesis.stored.forEach(entry -> copies.merge(number(entry), 1, Integer::sum));
        Map<Integer, List<Integer>> firstByKey =
                copies.keySet().stream().collect(Collectors.groupingBy(number -> number % keys));
        assertThat(firstByKey).hasSize(keys);
        firstByKey.values().forEach(numbers -> assertThat(numbers).isSorted().hasSize(puts.size() / keys));
        for (int i = 0; i < puts.size(); i++) {
            long unknown = puts.get(i).join().failedAttempts().stream()
                    .filter(Attempt::mayHaveBeenWritten)
                    .count();
            assertThat(copies.get(i)).isBetween(1, 1 + (int) unknown);
        }
    }

    /** Only where the producer writes the records itself they are last: in CBOR, from the second request of a client on. */
    void checkFormOfRequests() {
        List<String> last = kinesis.requests.stream().map(WireTest::lastMember).toList();
        assertThat(last.subList(1, last.size()))
                .isNotEmpty()
                .containsOnly(wire == Wire.CBOR_OVER_TLS ? "Records" : "StreamName");
    }

    static String lastMember(JsonNode request) {
        String last = "none";
        for (Iterator<String> names = request.fieldNames(); names.hasNext(); ) {
            last = names.next();
        }
        return last;
    }

    static int number(AggregateEntry entry) {
        return Integer.parseInt(new String(entry.data(), StandardCharsets.UTF_8).strip());
    }
}
