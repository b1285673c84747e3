package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.FailureReason;
import io.shardline.producer.OnLoss;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.ProducerStatistics;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;

/** A stream by its name and by its ARN. */
class StreamNamesTest {

    private static final int RECORDS = 40;

    private final ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 2);
    private final String arn = world.get(world.admin.describeStreamSummary(r -> r.streamName(STREAM)))
            .streamDescriptionSummary()
            .streamARN();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theyHaveOneSetOfLanesAndOneOrder(boolean nameIsFirst) {
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            puts.add(put(nameIsFirst == (i % 2 == 0) ? STREAM : arn, i));
            world.advance(Duration.ofMillis(10));
        }
        puts.forEach(world::get);

        assertThat(world.get(world.producer.lanes()))
                .extracting(ProducerStatistics.Lane::stream)
                .hasSize(2)
                .containsOnly(nameIsFirst ? STREAM : arn);
        assertThat(world.sentData().stream().flatMap(List::stream).toList())
                .isEqualTo(IntStream.range(0, RECORDS).mapToObj(String::valueOf).toList());
        assertThat(world.client.descriptions).isEqualTo(1);
        assertThat(world.client.listings).isEqualTo(1);
    }

    @Test
    void anArnOfAnotherAccountIsAnotherStream() {
        String foreign = arn.replaceAll(":[0-9]{12}:", ":999999999999:");
        CompletableFuture<PutReceipt> own = put(STREAM, 0);
        put(foreign, 1);
        world.get(own);

        assertThat(world.client.requests.stream().map(PutRecordsRequest::streamName))
                .containsOnly(STREAM);
        assertThat(world.sentData().stream().flatMap(List::stream)).containsExactly("0");
    }

    @Test
    void whereNobodyTellsTheyAreTwoAndNothingWaitsForLong() {
        world.kinesis.faults().on("DescribeStreamSummary").inject(new Fault.ServiceFailure("InternalFailure", 500));
        List<CompletableFuture<PutReceipt>> puts =
                Stream.of(STREAM, arn).map(stream -> put(stream, 0)).toList();

        assertThat(puts).allSatisfy(put -> assertThat(world.get(put).elapsed()).isLessThan(Duration.ofMillis(2_500)));
        assertThat(world.get(world.producer.lanes())).hasSize(4);
    }

    @Test
    void whatWaitsIsGivenUpAtTheEnd() {
        world.kinesis.faults().on("DescribeStreamSummary").inject(new Fault.ServiceFailure("InternalFailure", 500));
        put(STREAM, 0);
        CompletableFuture<PutReceipt> waits = put(arn, 1);
        world.advance(Duration.ofMillis(1));
        world.get(world.producer.close(Duration.ZERO));

        assertThat(waits).isCompletedExceptionally();
        assertThat(world.producer.freeBudget())
                .isEqualTo(ProducerConfig.defaults().memoryBudget());
    }

    @Test
    void flushDoesNotWaitForTheStreamOfThatNameInAnotherAccount() {
        String foreign = arn.replaceAll(":[0-9]{12}:", ":999999999999:");
        world.get(put(STREAM, 0));
        world.kinesis.faults().on("ListShards").inject(new Fault.ServiceFailure("InternalFailure", 500));
        CompletableFuture<PutReceipt> waits = put(foreign, 1);
        world.advance(Duration.ofSeconds(1));
        CompletableFuture<PutReceipt> own = put(STREAM, 2);
        world.get(world.producer.flush(STREAM));

        assertThat(own).isCompleted();
        assertThat(waits).isNotDone();
    }

    @Test
    void flushByOneNameWaitsForWhatCameByTheOther() {
        world.get(put(STREAM, 0));
        world.get(put(arn, 1));
        CompletableFuture<PutReceipt> byName = put(STREAM, 2);
        world.get(world.producer.flush(arn));

        assertThat(byName).isCompleted();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void lanesThatAreStoppedAreResumedByEitherName(boolean nameIsFirst) {
        ProducerWorld stops = ProducerWorld.healthy(
                ProducerConfig.builder().onLoss(OnLoss.STOP_LANE).build(), 1);
        String used = nameIsFirst ? STREAM : arn;
        stops.kinesis
                .faults()
                .on("PutRecords")
                .until(stops.kinesis.now().plusSeconds(1))
                .inject(new Fault.ServiceFailure("AccessDeniedException", 400));
        UserRecord record = UserRecord.of("key", "0");
        assertThat(stops.failure(stops.producer.put(used, record)).reason()).isEqualTo(FailureReason.ACCESS_DENIED);
        stops.advance(Duration.ofSeconds(1));
        assertThat(stops.failure(stops.producer.put(used, record)).reason()).isEqualTo(FailureReason.LANE_STOPPED);

        stops.producer.resume(nameIsFirst ? arn : STREAM);
        assertThat(stops.get(stops.producer.put(used, record)).attempts()).isEqualTo(1);
    }

    private CompletableFuture<PutReceipt> put(String stream, int number) {
        return world.producer.put(stream, UserRecord.of("key", number + ""));
    }
}
