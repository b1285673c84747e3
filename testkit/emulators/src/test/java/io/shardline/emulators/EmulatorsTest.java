package io.shardline.emulators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is started answers on the loopback interface, and is gone when it is closed. Confined to one thread. */
@Timeout(180)
class EmulatorsTest {

    @Test
    void kinesisLocalAnswersUntilItIsClosed() throws IOException, InterruptedException {
        assumeAvailable(KinesisLocal.whyUnavailable());
        ProcessHandle process;
        try (KinesisLocal kinesis = KinesisLocal.start()) {
            process = ProcessHandle.of(kinesis.pid()).orElseThrow();
            assertThat(statusOf(kinesis.endpoint().resolve("/healthcheck"))).isEqualTo(200);
            assertThat(kinesis.tlsEndpoint().getPort())
                    .isNotEqualTo(kinesis.endpoint().getPort());
        }
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void dynamoDbLocalAnswersUntilItIsClosed() throws IOException, InterruptedException {
        assumeAvailable(DynamoDbLocal.whyUnavailable());
        ProcessHandle process;
        try (DynamoDbLocal dynamoDb = DynamoDbLocal.start()) {
            process = ProcessHandle.of(dynamoDb.pid()).orElseThrow();
            assertThat(statusOf(dynamoDb.endpoint())).isEqualTo(400); // a request without a signature
        }
        assertThat(process.isAlive()).isFalse();
    }

    private static void assumeAvailable(Optional<String> whyNot) {
        assumeTrue(whyNot.isEmpty(), () -> whyNot.orElse(""));
    }

    private static int statusOf(URI address) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(30)).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
