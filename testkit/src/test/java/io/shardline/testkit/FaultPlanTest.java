package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.bytes;
import static io.shardline.testkit.SimulatedKinesis.shard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.InternalFailureException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** Faults by operation, stream, shard, caller and time. Confined to one thread. */
class FaultPlanTest {
    private static final Fault THROTTLE = new Fault.Throttle();

    private final SimulatedKinesis kinesis = new SimulatedKinesis();
    private final FaultPlan faults = kinesis.emulator.faults();

    @BeforeEach
    void createStreams() {
        kinesis.emulator.createStream(STREAM, 2);
        kinesis.emulator.createStream("other", 1);
    }

    private CompletableFuture<PutRecordResponse> put(KinesisAsyncClient client, String stream, String key) {
        return client.putRecord(r -> r.streamName(stream).partitionKey(key).data(bytes("x")));
    }

    private void assertThrottled(CompletableFuture<PutRecordResponse> answer) {
        assertThat(kinesis.refusal(answer)).isInstanceOf(ProvisionedThroughputExceededException.class);
    }

    @Test
    void aRuleIsAboutOneOperationForSoManyCalls() {
        faults.on("PutRecord").times(2).inject(THROTTLE);
        kinesis.get(kinesis.client.listShards(r -> r.streamName(STREAM)));

        assertThrottled(put(kinesis.client, STREAM, "a"));
        assertThrottled(put(kinesis.client, STREAM, "a"));
        kinesis.get(put(kinesis.client, STREAM, "a"));
    }

    @Test
    void aRuleIsAboutOneStreamByNameOrArn() {
        faults.onAll().stream(STREAM).inject(THROTTLE);

        assertThrottled(put(kinesis.client, STREAM, "a"));
        kinesis.get(put(kinesis.client, "other", "a"));
        String arn = kinesis.emulator.streamArn(STREAM);
        assertThat(kinesis.refusal(kinesis.client.describeStreamSummary(r -> r.streamARN(arn))))
                .isInstanceOf(LimitExceededException.class);
        faults.clear();
        kinesis.get(put(kinesis.client, STREAM, "a"));
    }

    @Test
    void aRuleIsAboutOneShardOfWhateverCall() {
        String first = kinesis.iterator(shard(0), ShardIteratorType.LATEST);
        String second = kinesis.iterator(shard(1), ShardIteratorType.LATEST);
        faults.onAll().shard(shard(0)).inject(THROTTLE);

        // The hashes of "a" and "b" begin with 0c and 92.
        assertThrottled(put(kinesis.client, STREAM, "a"));
        kinesis.get(put(kinesis.client, STREAM, "b"));
        assertThat(kinesis.refusal(kinesis.client.getRecords(r -> r.shardIterator(first))))
                .isInstanceOf(ProvisionedThroughputExceededException.class);
        kinesis.read(second);
    }

    @Test
    void ofAPutRecordsCallOnlyTheEntriesForTheShardFail() {
        faults.on("PutRecords").stream(STREAM).shard(shard(1)).times(1).inject(THROTTLE);
        List<PutRecordsRequestEntry> entries = List.of(entry("a"), entry("b"), entry("a"));

        PutRecordsResponse answer =
                kinesis.get(kinesis.client.putRecords(r -> r.streamName(STREAM).records(entries)));

        assertThat(answer.records())
                .extracting(PutRecordsResultEntry::errorCode)
                .containsExactly(null, "ProvisionedThroughputExceededException", null);
        assertThat(kinesis.get(kinesis.client.putRecords(
                                r -> r.streamName(STREAM).records(entries)))
                        .failedRecordCount())
                .isZero();
    }

    private static PutRecordsRequestEntry entry(String key) {
        return PutRecordsRequestEntry.builder()
                .partitionKey(key)
                .data(bytes(key))
                .build();
    }

    @Test
    void aRuleIsAboutOneCaller() {
        faults.onAll().caller("worker-1").inject(new Fault.ServiceFailure("InternalFailureException", 500));
        KinesisAsyncClient worker =
                kinesis.emulator.client(ClientSettings.defaults().name("worker-1"));

        assertThat(kinesis.refusal(put(worker, STREAM, "a"))).isInstanceOf(InternalFailureException.class);
        kinesis.get(put(kinesis.client, STREAM, "a"));
    }

    @Test
    void aRuleIsAboutATime() {
        Instant now = kinesis.emulator.now();
        faults.onAll().from(now.plusSeconds(10)).until(now.plusSeconds(20)).inject(THROTTLE);

        kinesis.get(put(kinesis.client, STREAM, "a"));
        kinesis.time.advance(Duration.ofSeconds(10));
        assertThrottled(put(kinesis.client, STREAM, "a"));
        kinesis.time.advance(Duration.ofSeconds(10));
        kinesis.get(put(kinesis.client, STREAM, "a"));
    }

    @Test
    void aCallCanBeDelayedByADistribution() {
        faults.on("PutRecord")
                .delay(Latency.between(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        kinesis.time.process("network").random()));
        CompletableFuture<PutRecordResponse> answer = put(kinesis.client, STREAM, "a");
        kinesis.time.advance(Duration.ofMillis(999));
        assertThat(answer).isNotDone();
        kinesis.time.advance(Duration.ofMillis(1002));

        assertThat(answer).isCompleted();
    }

    @Test
    void aConnectionThatBreaksIsAnErrorOfTheClientWithoutEffect() {
        faults.on("PutRecord").inject(new Fault.ConnectionFailure());

        assertThat(kinesis.failure(put(kinesis.client, STREAM, "a")))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("Unable to execute HTTP request")
                .hasCauseInstanceOf(IOException.class);
        assertThat(kinesis.emulator.records(STREAM)).isEmpty();
    }

    @Test
    void aStaleListingDoesNotKnowOfALaterSplit() {
        kinesis.time.advance(Duration.ofSeconds(30));
        kinesis.split(shard(0), "1000");
        faults.on("ListShards").times(1).inject(new Fault.StaleListing(Duration.ofSeconds(20)));

        ListShardsResponse stale = kinesis.get(kinesis.client.listShards(r -> r.streamName(STREAM)));

        assertThat(stale.shards()).extracting(Shard::shardId).containsExactly(shard(0), shard(1));
        assertThat(stale.shards().get(0).sequenceNumberRange().endingSequenceNumber())
                .isNull();
        assertThat(kinesis.get(kinesis.client.listShards(r -> r.streamName(STREAM)))
                        .shards())
                .hasSize(4);
    }

    @Test
    void anIteratorCanExpireEarly() {
        String iterator = kinesis.iterator(shard(0), ShardIteratorType.LATEST);
        faults.on("GetRecords").times(1).inject(new Fault.ExpiredIterator());

        assertThat(kinesis.refusal(kinesis.client.getRecords(r -> r.shardIterator(iterator))))
                .isInstanceOf(ExpiredIteratorException.class);
        kinesis.read(iterator);
    }

    @Test
    void aRuleOfTheEmulatorGoesBeforeTheFaultsOfTheClient() {
        KinesisAsyncClient client =
                kinesis.emulator.client(ClientSettings.defaults().faults((operation, request) -> THROTTLE));
        faults.on("PutRecord").times(1).inject(new Fault.None());

        kinesis.get(put(client, STREAM, "a"));
        assertThrottled(put(client, STREAM, "a"));
        assertThatThrownBy(() -> faults.onAll().times(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0");
    }
}
