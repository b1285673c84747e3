package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import io.shardline.testkit.StoredRecord;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records that expired before they were read: somebody is told, and nobody is told of what was not lost. */
class RetentionTest {

    private final SimulatedFleet fleet = new SimulatedFleet(1, 1);

    private SimulatedWorker workAndStop(String name) {
        SimulatedWorker worker = fleet.worker(name).start();
        fleet.advance(Duration.ofSeconds(20));
        worker.stop();
        return worker;
    }

    private Position positionOf(String text) {
        for (StoredRecord record : fleet.kinesis().records(SimulatedFleet.STREAM)) {
            if (record.data().asUtf8String().equals(text)) {
                return new Position(record.sequenceNumber(), 0);
            }
        }
        throw new AssertionError("no record " + text);
    }

    private static List<ConsumerEvent.RecordsMayHaveExpired> expired(SimulatedWorker worker) {
        return worker.events(ConsumerEvent.RecordsMayHaveExpired.class);
    }

    @Test
    void whatExpiredUnreadIsSaidWithBothEndsAndRemembered() {
        fleet.put("r1");
        workAndStop("w1");
        Position r1 = positionOf("r1");
        fleet.advance(Duration.ofHours(12));
        fleet.put("r2");
        fleet.advance(Duration.ofHours(30));
        fleet.put("r3");
        SimulatedWorker second = fleet.worker("w2").start();
        fleet.until(() -> fleet.texts().contains("r3"));
        fleet.advance(Duration.ofMinutes(1));

        assertThat(fleet.texts()).containsExactly("r1", "r3");
        assertThat(expired(second)).singleElement().satisfies(event -> {
            assertThat(event.from()).isEqualTo(r1);
            assertThat(event.to()).isEqualTo(positionOf("r3"));
            assertThat(event.lastAtTip()).isNotNull();
        });
        assertThat(second.consumer().health().shard(shardId(0)).orElseThrow().expiredAfter())
                .isEqualTo(r1);
    }

    @Test
    void aQuietShardWhoseCheckpointedRecordHasExpiredIsNoLoss() {
        fleet.put("r1");
        SimulatedWorker first = fleet.worker("w1").with(RetentionTest::quietly).start();
        fleet.advance(Duration.ofHours(40)); // the time is written in every half retention
        first.process().kill();
        fleet.advance(Duration.ofHours(6));
        fleet.put("r2");
        SimulatedWorker second = workAndStop("w2");
        fleet.advance(Duration.ofHours(23));
        fleet.put("r3");
        SimulatedWorker third = workAndStop("w3");

        assertThat(fleet.texts()).containsExactly("r1", "r2", "r3");
        assertThat(expired(second)).isEmpty();
        assertThat(expired(third)).isEmpty();
    }

    private static void quietly(ConsumerConfig.Builder config) {
        config.readsPerSecondAtTip(0.05).readsPerSecondBehind(0.1);
    }

    @Test
    void aNumberThatIsRefusedIsPassedOverOnceStreamAndShardAreKnownToBeTheSame() {
        fleet.put("r1");
        workAndStop("w1");
        Position r1 = positionOf("r1");
        fleet.put("r2");
        fleet.advance(Duration.ofHours(30));
        fleet.put("r3");
        SimulatedWorker second = fleet.worker("w2")
                .faults((operation, request) -> request.toString().contains("AT_SEQUENCE_NUMBER")
                        ? new Fault.ServiceFailure("InvalidArgumentException", 400)
                        : new Fault.None())
                .start();

        fleet.until(() -> fleet.texts().contains("r3"));
        fleet.advance(Duration.ofSeconds(5));

        assertThat(fleet.texts()).containsExactly("r1", "r3");
        assertThat(second.events(ConsumerEvent.ReadFailed.class)).hasSizeBetween(3, 6);
        assertThat(expired(second)).singleElement().satisfies(event -> {
            assertThat(event.from()).isEqualTo(r1);
            assertThat(event.to()).isEqualTo(positionOf("r3"));
        });
    }

    @Test
    void aNumberThatIsRefusedThoughNothingHasExpiredLosesAndRepeatsNothing() {
        fleet.put("r1", "r2");
        workAndStop("w1");
        fleet.put("r3");
        SimulatedWorker second = fleet.worker("w2")
                .faults((operation, request) -> request.toString().contains("AT_SEQUENCE_NUMBER")
                        ? new Fault.ServiceFailure("InvalidArgumentException", 400)
                        : new Fault.None())
                .start();

        fleet.until(() -> fleet.texts().contains("r3"));

        assertThat(fleet.texts()).containsExactly("r1", "r2", "r3");
        assertThat(expired(second)).isEmpty();
    }

    @Test
    void aShardThatIsGoneWithUnreadRecordsIsSaid() {
        fleet.put("r1");
        workAndStop("w1");
        Position r1 = positionOf("r1");
        fleet.put("r2");
        fleet.split(shardId(0));
        fleet.advance(Duration.ofHours(60));
        fleet.putInto(shardId(1), "r3");
        SimulatedWorker second = fleet.worker("w2").start();

        fleet.until(() -> fleet.texts().contains("r3"));
        fleet.advance(Duration.ofSeconds(5));

        assertThat(expired(second)).anySatisfy(event -> {
            assertThat(event.shardId()).isEqualTo(shardId(0));
            assertThat(event.from()).isEqualTo(r1);
            assertThat(event.to()).isNull();
        });
    }

    @Test
    void aRowOfTheVersionBeforeHasNoTimeAndIsReadAsItIs() {
        fleet.put("r1");
        fleet.table()
                .createLease(Lease.unowned(shardId(0), new Checkpoint.At(positionOf("r1")), ImmutableSet.of(), null))
                .join();
        fleet.put("r2");
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.until(() -> fleet.texts().contains("r2"));
        fleet.advance(Duration.ofSeconds(5));
        worker.stop();

        assertThat(fleet.texts()).containsExactly("r2");
        assertThat(expired(worker)).isEmpty();
        assertThat(fleet.row(shardId(0)).checkpoint())
                .isInstanceOfSatisfying(
                        Checkpoint.At.class, at -> assertThat(at.tipReadAt()).isNotNull());
    }

    @Test
    void twoHundredEmptyAnswersBeforeTheTipTakeLessThanAMinute() {
        fleet.put("r1");
        fleet.kinesis().faults().on("GetRecords").times(200).inject(new Fault.EmptyAnswer(Duration.ofHours(24)));
        SimulatedWorker worker = fleet.worker("w").start();
        long started = fleet.time().nowNanos();

        fleet.until(() -> fleet.texts().size() == 1);

        assertThat(Duration.ofNanos(fleet.time().nowNanos() - started)).isLessThan(Duration.ofMinutes(1));
        assertThat(worker.events(ConsumerEvent.ReadFailed.class)).isEmpty();
    }
}
