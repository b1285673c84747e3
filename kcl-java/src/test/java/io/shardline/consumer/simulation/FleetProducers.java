package io.shardline.consumer.simulation;

import io.shardline.producer.ProducerConfig;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.time.SimulatedProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * Those who put into one stream: the production producer, and in some lives one of the version before its aggregates had a mark,
 * and one that repairs as Amazon's does. Each key has one of them.
 *
 * <p>Confined to the simulation.
 */
final class FleetProducers {

    /** What the values of other producers' keys begin with. */
    private static final String UNMARKED = "unmarked-";

    private static final String PARTLY = "partly-";
    private static final Duration LINGER = Duration.ofMillis(50);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final List<String> kinds = new ArrayList<>(List.of(""));
    private final List<ShardlineProducer> ours = new ArrayList<>();
    private final List<PartlyRepairingProducer> partly = new ArrayList<>();

    /** The production producer alone. */
    FleetProducers(SimulatedProcess process, KinesisAsyncClient client) {
        ours.add(producer(process, client));
    }

    /** One of the version before the mark, too. */
    void addUnmarked(SimulatedProcess process, KinesisAsyncClient client) {
        kinds.add(UNMARKED);
        ours.add(producer(process, new UnmarkingClient(client)));
    }

    /** One that puts only a part again, too. */
    void addPartlyRepairing(PartlyRepairingProducer producer) {
        kinds.add(PARTLY);
        partly.add(producer);
    }

    private static ShardlineProducer producer(SimulatedProcess process, KinesisAsyncClient client) {
        return ShardlineProducer.builder()
                .config(ProducerConfig.builder().linger(LINGER).build())
                .client(client)
                .platform(FleetWorld.platform(process, process.pool("user", FleetWorld.USER_THREADS)))
                .build();
    }

    /** The name of the key with this number, which tells who puts its values. */
    String key(int number) {
        return kinds.get(number % kinds.size()) + "key" + number;
    }

    CompletableFuture<?> put(String key, String value) {
        if (key.startsWith(PARTLY)) {
            return partly.get(0).put(key, value);
        }
        return ours.get(key.startsWith(UNMARKED) ? 1 : 0)
                .put(FleetWorld.STREAM, UserRecord.of(key, value.getBytes(StandardCharsets.UTF_8)));
    }

    /** Whether the first occurrences of a key are in order. */
    static boolean keepsOrder(String key) {
        return !key.startsWith(PARTLY);
    }

    /** Whether no record of the key is handled twice because of a split. */
    static boolean isMarked(String key) {
        return !key.startsWith(PARTLY) && !key.startsWith(UNMARKED);
    }

    CompletableFuture<?> closeAsync() {
        return CompletableFuture.allOf(
                ours.stream().map(producer -> producer.closeAsync(CLOSE_LIMIT)).toArray(CompletableFuture<?>[]::new));
    }
}
