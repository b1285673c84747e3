package io.shardline.testkit.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardline.emulators.KinesisLocal;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on {@code kinesis-local} 0.6.2, but for its known deviations. Confined to one thread. */
@Timeout(60)
class KinesisLocalContractTest implements WholeContract {

    /** Of most tests, which wait for it. */
    private static final String QUICK = "50ms";

    /** Of those that look meanwhile: longer than a look takes on a busy machine. */
    private static final String SLOW = "2s";

    private static final Duration PATIENCE = Duration.ofSeconds(12);

    private static @Nullable Server quick;
    private static @Nullable Server slow;

    /** A process, and how it is reached. Confined to one thread. */
    private record Server(KinesisLocal process, RemoteKinesis.Endpoint endpoint) implements AutoCloseable {

        static Server start(String change) {
            Map<String, String> settings = Stream.of(
                            "CREATE_STREAM",
                            "DELETE_STREAM",
                            "REGISTER_STREAM_CONSUMER",
                            "DEREGISTER_STREAM_CONSUMER",
                            "START_STREAM_ENCRYPTION",
                            "STOP_STREAM_ENCRYPTION",
                            "MERGE_SHARDS",
                            "SPLIT_SHARD",
                            "UPDATE_SHARD_COUNT",
                            "UPDATE_STREAM_MODE")
                    .collect(Collectors.toMap(what -> what + "_DURATION", what -> change));
            settings.put("SHARD_LIMIT", "1000");
            KinesisLocal process = KinesisLocal.start(settings);
            return new Server(
                    process,
                    new RemoteKinesis.Endpoint(
                            RemoteClients.local(process.endpoint()), "contract-", PATIENCE, Duration.ZERO));
        }

        @Override
        public void close() {
            endpoint.close();
            process.close();
        }
    }

    @RegisterExtension
    static final Deviations DEVIATIONS = KinesisLocalDeviations.known();

    private @Nullable Kinesis kinesis;

    @BeforeAll
    static void start() {
        Optional<String> whyNot = KinesisLocal.whyUnavailable();
        whyNot.ifPresent(reason -> RemoteClients.saySkipped("kinesis-local", reason));
        assumeTrue(whyNot.isEmpty(), () -> whyNot.orElse(""));
        quick = Server.start(QUICK);
        slow = Server.start(SLOW);
    }

    @AfterAll
    static void stop() {
        try (Server first = quick;
                Server second = slow) {
            // Both are closed, also if closing one fails, or if only one was started.
        }
    }

    @BeforeEach
    void choose(TestInfo test) {
        Server server = test.getTags().contains(WHILE_IT_CHANGES) ? slow : quick;
        kinesis = new RemoteKinesis(Objects.requireNonNull(server).endpoint());
    }

    @Override
    public Kinesis kinesis() {
        return Objects.requireNonNull(kinesis);
    }
}
