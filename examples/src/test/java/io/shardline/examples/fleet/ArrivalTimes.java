package io.shardline.examples.fleet;

import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * When the records of a stream came into it, by the clock of the service, which is the workers' where it runs beside them.
 *
 * <p>Immutable.
 */
final class ArrivalTimes {

    private final Map<String, Map<BigInteger, Instant>> byShard = new HashMap<>();

    private ArrivalTimes() {}

    /** Reads the whole stream. */
    static ArrivalTimes of(URI endpoint, String stream) {
        ArrivalTimes times = new ArrivalTimes();
        try (KinesisAsyncClient client = KinesisAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .httpClientBuilder(NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1))
                .build()) {
            for (Shard shard :
                    client.listShards(list -> list.streamName(stream)).join().shards()) {
                times.byShard.put(shard.shardId(), read(client, stream, shard.shardId()));
            }
        }
        return times;
    }

    private static Map<BigInteger, Instant> read(KinesisAsyncClient client, String stream, String shard) {
        Map<BigInteger, Instant> arrivals = new HashMap<>();
        String iterator = client.getShardIterator(
                        get -> get.streamName(stream).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .join()
                .shardIterator();
        while (iterator != null) {
            String next = iterator;
            GetRecordsResponse page =
                    client.getRecords(get -> get.shardIterator(next)).join();
            for (Record each : page.records()) {
                arrivals.put(new BigInteger(each.sequenceNumber()), each.approximateArrivalTimestamp());
            }
            iterator = page.records().isEmpty() ? null : page.nextShardIterator(); // nobody puts any more
        }
        return arrivals;
    }

    /** When a record came. */
    Instant of(Handled.Place place) {
        Map<BigInteger, Instant> shard = byShard.getOrDefault(place.shard(), Map.of());
        return Objects.requireNonNull(shard.get(place.spot().sequence()), () -> place + " is in the stream");
    }
}
