package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/** What goes over the wire with and without {@link DirectBody}. */
class DirectBodyTest {

    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final AwsBasicCredentials CREDENTIALS = AwsBasicCredentials.create("key", "secret");
    private static final DateTimeFormatter SIGNING_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final Wiretap TAP = new Wiretap();
    private static final KinesisAsyncClient AS_THE_SDK = builder().build();
    private static final KinesisAsyncClient DIRECT = direct().build();

    @AfterContainer
    static void close() {
        AS_THE_SDK.close();
        DIRECT.close();
    }

    @Property(tries = 60)
    void bodiesMeanWhatTheSdkWouldHaveWritten(@ForAll long seed, @ForAll @IntRange(max = 40) int entries)
            throws IOException, NoSuchAlgorithmException {
        PutRecordsRequest request = request(new Random(seed), entries);
        Sent expected = TAP.sentBy(AS_THE_SDK, request);
        Sent sent = TAP.sentBy(DIRECT, request);

        byte[] body = sent.body.asByteArray();
        assertThat(CBOR.readTree(body)).isEqualTo(CBOR.readTree(expected.body.asByteArray()));
        assertThat(body).hasSameSizeAs(expected.body.asByteArray());
        if (entries > 0) {
            assertThat(body).as("the records are last").isNotEqualTo(expected.body.asByteArray());
        }
        assertThat(sent.header("Content-Length")).isEqualTo(String.valueOf(body.length));
        assertThat(sent.header("Content-Type")).isEqualTo(expected.header("Content-Type"));
        assertThat(sent.header("x-amz-content-sha256")).isEqualTo(sha256(body));
    }

    @Property(tries = 20)
    void signatureIsTheSdksOwn(@ForAll long seed, @ForAll @IntRange(min = 1, max = 10) int entries) {
        Sent sent = TAP.sentBy(DIRECT, request(new Random(seed), entries));
        Instant signedAt = SIGNING_TIME.parse(sent.header("X-Amz-Date"), Instant::from);
        SdkHttpRequest unsigned = sent.request.toBuilder()
                .removeHeader("Authorization")
                .removeHeader("X-Amz-Date")
                .removeHeader("x-amz-content-sha256")
                .build();
        SignedRequest expected = AwsV4HttpSigner.create()
                .sign(request -> request.identity(CREDENTIALS)
                        .request(unsigned)
                        .payload(sent.body::asInputStream)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "kinesis")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, Region.US_EAST_1.id())
                        .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(signedAt, ZoneOffset.UTC)));

        assertThat(sent.request.headers().get("Authorization"))
                .isEqualTo(expected.request().headers().get("Authorization"));
    }

    @Property(tries = 20)
    void whatTheSdkWritesInJsonIsLeftAlone(@ForAll long seed) throws IOException {
        PutRecordsRequest request = request(new Random(seed), 3);
        System.setProperty(SdkSystemSetting.CBOR_ENABLED.property(), "false");
        try (KinesisAsyncClient direct = direct().build()) {
            for (int i = 0; i < 2; i++) {
                Sent sent = TAP.sentBy(direct, request);
                assertThat(sent.header("Content-Type")).contains("json");
                assertThat(JSON.readTree(sent.body.asByteArray()).get("Records"))
                        .hasSize(3);
            }
        } finally {
            System.clearProperty(SdkSystemSetting.CBOR_ENABLED.property());
        }
    }

    @Property(tries = 20)
    void clientThatSignsInItsUsersWayIsLeftAlone(@ForAll long seed) throws IOException {
        PutRecordsRequest request = request(new Random(seed), 3);
        try (KinesisAsyncClient otherwise =
                direct().putAuthScheme(AwsV4AuthScheme.create()).build()) {
            assertThat(TAP.sentBy(otherwise, request).body).isEqualTo(TAP.sentBy(AS_THE_SDK, request).body);
        }
    }

    private static PutRecordsRequest request(Random random, int entries) {
        List<PutRecordsRequestEntry> records = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            // Lengths around the places where CBOR needs another byte for them, and around the size that is sent by
            // reference.
            int[] lengths = {0, 1, 23, 24, 255, 256, 4095, 4096, 4097, 65_535, 65_536, 200_000};
            byte[] data = new byte[lengths[random.nextInt(lengths.length)]];
            random.nextBytes(data);
            PutRecordsRequestEntry.Builder entry = PutRecordsRequestEntry.builder()
                    .data(SdkBytes.fromByteArray(data))
                    .partitionKey(key(random));
            if (random.nextBoolean()) {
                entry.explicitHashKey(new BigInteger(1 + random.nextInt(128), random).toString());
            }
            records.add(entry.build());
        }
        PutRecordsRequest.Builder request = PutRecordsRequest.builder().records(records);
        return random.nextBoolean()
                ? request.streamName("stream-" + random.nextInt(10)).build()
                : request.streamARN("arn:aws:kinesis:us-east-1:123456789012:stream/orders")
                        .build();
    }

    private static String key(Random random) {
        String[] alphabet = {"a", "1", "\"", "\\", "\u00e4", "\u20ac", "\ud83d\ude00", "\u0000"};
        StringBuilder key = new StringBuilder();
        int length = 1 + random.nextInt(random.nextBoolean() ? 5 : 128);
        for (int i = 0; i < length; i++) {
            key.append(alphabet[random.nextInt(alphabet.length)]);
        }
        return key.toString();
    }

    private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        return String.format("%064x", new BigInteger(1, digest));
    }

    private static KinesisAsyncClientBuilder builder(ExecutionInterceptor... interceptors) {
        return KinesisAsyncClient.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(URI.create("https://localhost:9"))
                .credentialsProvider(StaticCredentialsProvider.create(CREDENTIALS))
                .httpClient(TAP)
                .overrideConfiguration(settings -> settings.retryStrategy(AwsRetryStrategy.doNotRetry())
                        .executionInterceptors(List.of(interceptors)));
    }

    private static KinesisAsyncClientBuilder direct() {
        DirectBody direct = new DirectBody();
        return builder(direct).putAuthScheme(direct.authScheme());
    }

    /** What would have gone over the wire. Immutable. */
    private record Sent(SdkHttpRequest request, SdkBytes body) {

        String header(String name) {
            return request.firstMatchingHeader(name).orElse("none");
        }
    }

    /** Keeps what it is to send, and fails. Confined to the test. */
    private static final class Wiretap implements SdkAsyncHttpClient {

        private List<Sent> sent = new ArrayList<>();

        /** Sends twice, because the first request of a client is always as the SDK writes it. */
        Sent sentBy(KinesisAsyncClient client, PutRecordsRequest request) {
            sent = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                assertThat(client.putRecords(request)).failsWithin(Duration.ofSeconds(30));
            }
            return sent.get(1);
        }

        @Override
        public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            request.requestContentPublisher().subscribe(new Subscriber<>() {
                @Override
                public void onSubscribe(Subscription subscription) {
                    subscription.request(Long.MAX_VALUE);
                }

                @Override
                public void onNext(ByteBuffer bytes) {
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.get(copy);
                    body.writeBytes(copy);
                }

                @Override
                public void onError(Throwable e) {
                    throw new IllegalStateException(e);
                }

                @Override
                public void onComplete() {}
            });
            sent.add(new Sent(request.request(), SdkBytes.fromByteArray(body.toByteArray())));
            IOException nobody = new IOException("nobody is there");
            request.responseHandler().onError(nobody);
            return CompletableFuture.failedFuture(nobody);
        }

        @Override
        public void close() {}
    }
}
