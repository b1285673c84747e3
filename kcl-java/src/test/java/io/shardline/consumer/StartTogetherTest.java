package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import io.shardline.consumer.simulation.SimulatedWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** One worker or several on an empty table: how soon they are at work, and what the creation of the leases costs. */
class StartTogetherTest {

    private static final int SHARDS = 200;

    private final SimulatedFleet fleet = new SimulatedFleet(1, SHARDS);
    private final List<SimulatedWorker> workers = new ArrayList<>();

    @Test
    void theFirstRecordIsHandledLongBeforeTheLastShardHasALease() {
        fleet.putInto(shardId(0), "first");
        begin(1, Duration.ZERO);

        fleet.until(() -> fleet.texts().contains("first"));

        assertThat(leases()).hasSizeLessThan(SHARDS / 2);
    }

    @Test
    void shardsWhoseParentsAreNotReadDoNotWaitForTheLastLeaseEither() {
        for (int i = 0; i < SHARDS; i++) {
            fleet.split(shardId(i));
        }
        fleet.advance(Duration.ofMinutes(1));
        StartingPosition now = StartingPosition.atTimestamp(fleet.time().instant());
        fleet.putInto(shardId(SHARDS), "first");
        CompletableFuture<Void> start = fleet.worker("w").from(now).begin();

        fleet.until(() -> fleet.texts().contains("first"));

        assertThat(start).isNotDone();
    }

    @Test
    void workersThatStartTogetherCreateEachLeaseOnceAndTakeTheSame() {
        begin(5, Duration.ZERO);

        untilAllAreHeld();

        assertThat(calls("createLease")).isEqualTo(SHARDS);
        assertThat(calls("take")).isEqualTo(SHARDS);
        assertThat(holders().values()).allMatch(held -> held == SHARDS / 5);
        fleet.advance(Duration.ofMinutes(2));
        assertThat(calls("give")).isZero();
    }

    @Test
    void workersThatStartOneAfterTheOtherCreateFewLeasesTwice() {
        for (int millis = 5; millis < 200; millis += 45) {
            StartTogetherTest other = new StartTogetherTest();
            other.begin(5, Duration.ofMillis(millis));

            other.untilAllAreHeld();

            assertThat(other.calls("createLease"))
                    .as("%d ms apart", millis)
                    .isBetween((long) SHARDS, SHARDS + SHARDS / 5L);
        }
    }

    @Test
    void whatAWorkerThatDiesHasNotCreatedTheOthersCreate() {
        for (int millis = 10; millis < 250; millis += 30) {
            StartTogetherTest other = new StartTogetherTest();
            List<CompletableFuture<Void>> starts = other.begin(3, Duration.ZERO);
            other.fleet.advance(Duration.ofMillis(millis));

            other.workers.get(1).process().kill();
            other.fleet.until(() -> starts.get(0).isDone() && starts.get(2).isDone());

            assertThat(other.leases()).as("dead after %d ms", millis).hasSize(SHARDS);
            other.untilAllAreHeld();
        }
    }

    @Test
    void aWorkerThatIsCutOffWhileItCreatesHoldsNobodyUp() {
        List<CompletableFuture<Void>> starts = begin(2, Duration.ZERO);
        workers.get(1).network().always("createLease", Fate.REQUEST_LOST);

        fleet.until(() -> starts.get(0).isDone());

        assertThat(leases()).hasSize(SHARDS);
    }

    @Test
    void aStreamThatIsAddedIsCreatedByOneAndReadByAll() {
        StreamConfig flights = new StreamConfig(SimulatedFleet.STREAM, StartingPosition.trimHorizon());
        StreamConfig trains = new StreamConfig("trains", StartingPosition.trimHorizon());
        fleet.kinesis().createStream("trains", 100);
        for (int i = 0; i < 4; i++) {
            workers.add(fleet.worker("w" + i).streams(flights));
        }
        List<CompletableFuture<Void>> starts =
                workers.stream().map(SimulatedWorker::begin).toList();
        fleet.until(() -> starts.stream().allMatch(CompletableFuture::isDone));
        fleet.advance(Duration.ofSeconds(10));

        fleet.get(workers.get(2).consumer().addStream(trains));

        assertThat(leases()).hasSize(SHARDS + 100);
        assertThat(calls("createLease")).isEqualTo(SHARDS + 100L);
        untilAllAreHeld();
    }

    private List<CompletableFuture<Void>> begin(int count, Duration apart) {
        List<CompletableFuture<Void>> starts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SimulatedWorker worker = fleet.worker("w" + i);
            workers.add(worker);
            starts.add(worker.begin());
            fleet.advance(apart);
        }
        return starts;
    }

    private long calls(String operation) {
        return workers.stream()
                .mapToLong(worker -> worker.network().sent(operation).size())
                .sum();
    }

    private List<Lease> leases() {
        return fleet.table().scan().join().leases();
    }

    private void untilAllAreHeld() {
        for (int tenths = 0; tenths < 600; tenths++) {
            List<Lease> leases = leases();
            if (leases.size() >= SHARDS && leases.stream().allMatch(lease -> lease.owner() != null)) {
                return;
            }
            fleet.advance(Duration.ofMillis(100));
        }
        fail("not all leases are held after a minute: %s", holders());
    }

    private Map<String, Integer> holders() {
        Map<String, Integer> holders = new TreeMap<>();
        leases().forEach(lease -> holders.merge(String.valueOf(lease.owner()), 1, Integer::sum));
        return holders;
    }
}
