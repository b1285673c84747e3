package io.shardline.testkit.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardline.emulators.KinesisLocal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on {@code kinesis-local} 0.6.2, but for its known deviations. Confined to one thread. */
@Timeout(60)
class KinesisLocalContractTest implements WholeContract {

    /** Long enough to be seen on a busy machine. */
    private static final String CHANGE = "250ms";

    private static @Nullable KinesisLocal process;
    private static RemoteKinesis.@Nullable Endpoint endpoint;

    @RegisterExtension
    static final Deviations DEVIATIONS = KinesisLocalDeviations.known();

    private final Kinesis kinesis = new RemoteKinesis(endpoint);

    @BeforeAll
    static void start() {
        Optional<String> whyNot = KinesisLocal.whyUnavailable();
        whyNot.ifPresent(reason -> RemoteClients.saySkipped("kinesis-local", reason));
        assumeTrue(whyNot.isEmpty(), () -> whyNot.orElse(""));
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
                .collect(Collectors.toMap(change -> change + "_DURATION", change -> CHANGE));
        settings.put("SHARD_LIMIT", "1000");
        process = KinesisLocal.start(settings);
        endpoint = new RemoteKinesis.Endpoint(
                RemoteClients.local(process.endpoint()), "contract-", Duration.ofSeconds(8), Duration.ZERO);
    }

    @AfterAll
    static void stop() {
        if (endpoint != null) {
            endpoint.close();
        }
        if (process != null) {
            process.close();
        }
    }

    @Override
    public Kinesis kinesis() {
        return kinesis;
    }
}
