package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.ProducerEvent;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.internal.OwnedResources;
import io.shardline.testkit.Fault;
import io.shardline.testkit.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;

/** Records larger than every stream takes, and what is known of the stream that they are put into. */
class RecordSizeTest {

    private static final int MIB = 1024 * 1024;

    /** The partition key {@code k} is part of a record. */
    private static final int LARGEST = 10 * MIB - 1;

    @Test
    void recordOfTenMebibytesGoesByItselfWhereTheStreamTakesIt() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        streamTakes(world, 10);
        CompletableFuture<PutReceipt> large = world.put("k", LARGEST);
        CompletableFuture<PutReceipt> small = world.put("k", 100);

        assertThat(world.get(large).attempts()).isEqualTo(1);
        assertThat(world.get(small).elapsed()).isGreaterThan(Duration.ofSeconds(8)); // the shard's rate
        assertThat(world.client.requests).hasSize(2).allMatch(RecordSizeTest::isWithinTheServicesLimit);
    }

    @Test
    void partitionKeyCountsToTheByte() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        streamTakes(world, 2);
        world.get(world.put("k", 2 * MIB - 1));
        PutFailedException failed = world.failure(world.put("\u00fc", 2 * MIB - 1));

        assertThat(failed.reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(failed)
                .hasMessageContaining("the stream takes at most 2097152 bytes, data and partition key together"
                        + " (its MaxRecordSizeInKiB), got 2097153; it was not sent");
    }

    @Test
    void smallRecordsNeedNoLookUp() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        world.get(world.put("k", MIB - 1));
        world.advance(Duration.ofMinutes(10));
        world.get(world.put("k", 100));
        world.advance(Duration.ofSeconds(1));

        assertThat(world.client.listings).isEqualTo(2);
        assertThat(world.client.descriptions).isZero();
    }

    @Test
    void whileNothingIsKnownTheServiceDecidesAndThenNothingIsSentInVain() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        PutFailedException decided = world.failure(world.put("k", 2 * MIB));
        world.client.requests.clear();
        PutFailedException known = world.failure(world.put("k", 2 * MIB));

        assertThat(decided.reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(decided.attempts()).hasSize(1);
        assertThat(known.reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(known.attempts()).isEmpty();
        assertThat(world.client.requests).isEmpty();
        assertThat(world.client.descriptions).isEqualTo(1);
    }

    @Test
    void raisedLimitIsSeenWithinSeconds() {
        ProducerWorld world =
                ProducerWorld.healthy(ProducerConfig.defaults(), 1).warm();
        world.failure(world.put("k", 2 * MIB));
        streamTakes(world, 10);
        world.advance(Duration.ofSeconds(11));

        assertThat(world.get(world.put("k", 2 * MIB)).attempts()).isEqualTo(1);
        assertThat(world.get(world.put("k", LARGEST)).attempts()).isEqualTo(1);
    }

    @Test
    void loweredLimitIsSeenWithTheNextListing() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        streamTakes(world, 10);
        world.get(world.put("k", 2 * MIB));
        streamTakes(world, 1);
        world.advance(Duration.ofMinutes(10));
        world.get(world.put("k", 100)); // asks for the shards
        world.advance(Duration.ofSeconds(1));
        world.client.requests.clear();
        PutFailedException failed = world.failure(world.put("k", 2 * MIB));

        assertThat(failed).hasMessageContaining("takes at most 1048576 bytes").hasMessageEndingWith("it was not sent");
        assertThat(world.client.requests).isEmpty();
    }

    @Test
    void withoutThePermissionTheLimitIsOneMebibyteAndSaidOnce() {
        List<ProducerEvent> told = new ArrayList<>();
        ProducerWorld world = notAllowed();
        ProducerLoop producer = ProducerLoop.start(
                ProducerConfig.defaults(), OwnedResources.of(world.client, world.platform), event -> {
                    if (event instanceof ProducerEvent.RecordSizeNotKnown) {
                        told.add(event);
                    }
                });
        world.get(producer.put(STREAM, UserRecord.of("k", new byte[100])));
        producer.put(STREAM, UserRecord.of("k", new byte[2 * MIB])); // the service decides
        world.advance(Duration.ofSeconds(30));
        PutFailedException failed = world.failure(producer.put(STREAM, UserRecord.of("k", new byte[2 * MIB])));

        assertThat(failed.reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(failed)
                .hasMessageContaining("at most 1048576 bytes")
                .hasMessageContaining("DescribeStreamSummary failed with AccessDeniedException; allow it, or set"
                        + " maxRecordSize, got 2097153; it was not sent");
        world.get(producer.put(STREAM, UserRecord.of("k", new byte[100])));
        assertThat(told)
                .containsExactly(new ProducerEvent.RecordSizeNotKnown(
                        STREAM, MIB, "AccessDeniedException", "Injected failure of DescribeStreamSummary"));
    }

    @Test
    void withoutThePermissionWhatTheSettingsSayStands() {
        ProducerConfig config = ProducerConfig.builder().maxRecordSize(4 * MIB).build();
        ProducerWorld world = notAllowed(config);
        streamTakes(world, 10);
        world.get(world.put("k", 2 * MIB));
        world.advance(Duration.ofSeconds(30));

        assertThat(world.get(world.put("k", 4 * MIB - 1)).attempts()).isEqualTo(1);
        assertThatThrownBy(() -> world.put("k", 4 * MIB))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 4194304 bytes (maxRecordSize)")
                .hasMessageContaining("got 4194305 in UserRecord[partitionKey=k");
    }

    @Test
    void aThirdOfTheBudgetIsTheMostWhateverTheStreamTakes() {
        ProducerConfig config = ProducerConfig.builder().memoryBudget(6L * MIB).build();
        ProducerWorld world = ProducerWorld.healthy(config, 1);
        streamTakes(world, 10);
        world.get(world.put("k", 2 * MIB - 1));

        assertThatThrownBy(() -> world.put("k", 2 * MIB))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 2097152 bytes (maxRecordSize), got 2097153");
    }

    private static ProducerWorld notAllowed() {
        return notAllowed(ProducerConfig.defaults());
    }

    private static ProducerWorld notAllowed(ProducerConfig config) {
        Faults denied = (operation, request) -> operation.equals("DescribeStreamSummary")
                ? new Fault.ServiceFailure("AccessDeniedException", 400)
                : new Fault.None();
        return ProducerWorld.withFaults(config, 1, denied);
    }

    private static void streamTakes(ProducerWorld world, int mib) {
        world.get(world.admin.updateMaxRecordSize(
                r -> r.streamARN(world.kinesis.streamArn(STREAM)).maxRecordSizeInKiB(mib * 1024)));
        world.advance(Duration.ofSeconds(1));
    }

    private static boolean isWithinTheServicesLimit(PutRecordsRequest request) {
        return request.records().stream().mapToLong(RateWitness::size).sum() <= 10L * MIB;
    }
}
