package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.InMemoryLeaseStore;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.simulation.ForwardingLeaseStore;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedFleet.Handled;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.consumer.simulation.UnreadableRows;
import io.shardline.testkit.Fault;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesis.model.AccessDeniedException;

/** What becomes of a consumer when a service is gone, silent, slow or refuses it: one clear message, nothing lost. */
class TroubleTest {

    private static final Duration D = Duration.ofSeconds(10);

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);

    @Test
    void aKinesisThatDoesNotAnswerFailsTheStartAfterItsLimit() {
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.startTimeout(Duration.ofSeconds(20)))
                .faults((operation, request) -> new Fault.RequestLost(Duration.ofSeconds(6)));
        CompletableFuture<Void> start = worker.begin();

        fleet.until(start::isDone);

        assertThat(Duration.ofNanos(fleet.time().nowNanos())).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(21));
        assertThatThrownBy(start::join)
                .cause()
                .isInstanceOf(ConsumerException.class)
                .hasMessageContaining("the consumer of stream 'flights' did not start within 20.0 s (startTimeout)")
                .hasMessageContaining("waiting for Kinesis behind the client that was given: NoAnswer")
                .hasMessageContaining("check the endpoint, the region, the network and the credentials");
        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.FAILED);
    }

    @Test
    void aLeaseTableThatDoesNotAnswerFailsTheStartAfterItsLimit() {
        SimulatedWorker worker = fleet.worker("w");
        worker.network().cut();
        CompletableFuture<Void> start = worker.begin();

        fleet.until(start::isDone);

        assertThatThrownBy(start::join)
                .cause()
                .hasMessageContaining(
                        "did not start within 60.0 s (startTimeout), waiting for the lease table: no answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"createSession", "moveRevision", "scan", "watch", "registerStream", "createLease"})
    void whatTheLeaseTableForbidsFailsTheStart(String operation) {
        SimulatedWorker worker = fleet.worker("w");
        worker.network().always(operation, Fate.DENIED);
        worker.begin();

        fleet.until(() -> worker.consumer().state() == ConsumerState.FAILED);
        CloseReport report = fleet.get(worker.consumer().ended());

        assertThat(report.failure()).hasMessage("lease table 'simulated': " + operation + " is not allowed");
        assertThat(worker.events(ConsumerEvent.ConsumerFailed.class))
                .singleElement()
                .satisfies(event -> assertThat(event.why()).isSameAs(report.failure()));
    }

    @Test
    void aWorkerThatMayNoLongerWriteLetsItsShardsGoAndJoinsAgainWhenItMay() {
        SimulatedWorker denied = fleet.worker("denied").start();
        fleet.worker("other").start();
        fleet.put("1", "2", "3");
        fleet.until(() -> fleet.texts().size() == 3);
        fleet.advance(D);
        denied.network().deny();
        fleet.until(() -> denied.consumer().state() == ConsumerState.DISCONNECTED);
        fleet.advance(D);
        ConsumerHealth health = denied.consumer().health();
        int handled = fleet.handled().size();
        fleet.putInto(shardId(0), "4");
        fleet.putInto(shardId(1), "5");
        fleet.until(() -> fleet.texts().containsAll(List.of("4", "5")));

        assertThat(health.isHealthy()).isFalse();
        assertThat(health.shards()).isEmpty();
        assertThat(health.problems())
                .containsExactly("the worker has no session in the lease table, and so no shards: "
                        + "lease table 'simulated': createSession is not allowed");
        assertThat(fleet.handled().subList(handled, fleet.handled().size()))
                .extracting(Handled::worker)
                .containsOnly("other");
        assertThat(denied.events(ConsumerEvent.LeaseTableUnusable.class))
                .first()
                .satisfies(event -> assertThat(event.why()).contains("is not allowed"));

        fleet.advance(Duration.ofHours(1));
        denied.network().mend();
        long mended = fleet.time().nowNanos();
        fleet.until(() -> denied.consumer().health().isHealthy()
                && denied.consumer().health().shards().size() == 1);

        assertThat(Duration.ofNanos(fleet.time().nowNanos() - mended))
                .as("a try, and two heartbeats for its share")
                .isLessThan(Duration.ofSeconds(20));
        assertThat(denied.events(ConsumerEvent.LeaseTableUnusable.class))
                .as("once a minute")
                .hasSizeBetween(55, 65);
        assertThat(denied.consumer().state()).isEqualTo(ConsumerState.RUNNING);
    }

    @Test
    void aWorkerThatIsDeniedBarelyCostsTheTableAnything() {
        SimulatedWorker denied = fleet.worker("denied").start();
        denied.network().deny();
        fleet.advance(Duration.ofMinutes(10));
        int before = denied.network().sent().size();

        fleet.advance(Duration.ofMinutes(10));

        assertThat(denied.network().sent().size() - before)
                .as("calls in ten minutes, for its session, its last checkpoints and the shards")
                .isLessThan(600);
    }

    @Test
    void aWorkerThatMayCreateSessionsAndNotRenewThemDoesNotFillTheTableWithThem() {
        SimulatedWorker denied = fleet.worker("denied").start();
        denied.network().always("renew", Fate.DENIED);
        denied.network().always("retire", Fate.DENIED);
        fleet.advance(Duration.ofMinutes(30));

        assertThat(denied.network().sent("createSession")).hasSizeLessThan(100);
        assertThat(denied.consumer().health().problems())
                .singleElement()
                .asString()
                .endsWith(" is not allowed");
    }

    @Test
    void aScanThatIsForbiddenWhileTheSessionLivesIsAProblemAndPasses() {
        SimulatedWorker worker = fleet.worker("w").start();
        worker.network().next(3, "scan", Fate.DENIED);
        fleet.table().moveRevision();
        fleet.until(() -> !worker.consumer().health().isHealthy());

        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.RUNNING);
        assertThat(worker.consumer().health().problems())
                .containsExactly("lease table 'simulated': scan is not allowed");
        fleet.until(() -> worker.consumer().health().isHealthy());
    }

    @Test
    void anOutageEndsTheConsumerWhereTheSettingsSaySo() {
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.endAfterOutage(Duration.ofMinutes(5)))
                .start();
        fleet.advance(D);
        worker.network().cut();
        long cut = fleet.time().nowNanos();

        fleet.advance(Duration.ofMinutes(5));
        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.DISCONNECTED);
        CloseReport report = fleet.get(worker.consumer().ended());

        assertThat(Duration.ofNanos(fleet.time().nowNanos() - cut))
                .isLessThan(Duration.ofMinutes(5).plus(D.multipliedBy(2)));
        assertThat(report.failure())
                .hasMessageContaining("the lease table could not be used for PT5M (endAfterOutage)")
                .hasMessageContaining("no answer");
    }

    @Test
    void aWorkerThatIsClosedWhileTheTableForbidsAllEnds() {
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.put("1");
        fleet.until(() -> fleet.texts().size() == 1);
        worker.network().deny();

        CloseReport report = fleet.get(worker.consumer().closeAsync());

        assertThat(report.isOrderly()).isFalse();
        assertThat(report.dropped()).containsExactly(shardId(0), shardId(1));
        assertThat(report.failure()).hasMessageContaining("is not allowed");
    }

    @Test
    void aDisconnectedWorkerThatIsClosedEnds() {
        SimulatedWorker worker = fleet.worker("w").start();
        worker.network().deny();
        fleet.until(() -> worker.consumer().state() == ConsumerState.DISCONNECTED);

        CloseReport report = fleet.get(worker.consumer().closeAsync());

        assertThat(report.dropped()).isEmpty();
        assertThat(worker.consumer().state()).isIn(ConsumerState.STOPPED, ConsumerState.FAILED);
    }

    @Test
    void aTableThatIsDeletedEndsTheConsumer() {
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.advance(D);
        for (String operation : new String[] {"renew", "checkpoint", "watch", "scan", "createSession"}) {
            worker.network().always(operation, Fate.NO_TABLE);
        }

        CloseReport report = fleet.get(worker.consumer().ended());

        assertThat(report.failure()).hasMessage("lease table 'simulated': there is no table");
        assertThat(report.dropped()).containsExactly(shardId(0), shardId(1));
    }

    @Test
    void aTableThatIsMadeAgainEmptyIsNotTakenForTheOldOne() {
        InMemoryLeaseStore madeAgain = new InMemoryLeaseStore();
        ForwardingLeaseStore table = new ForwardingLeaseStore(fleet.table());
        SimulatedWorker worker = fleet.worker("w").table(table).start();
        fleet.put("1");
        fleet.until(() -> fleet.texts().size() == 1);
        table.turnTo(madeAgain);

        CloseReport report = fleet.get(worker.consumer().ended());

        assertThat(report.failure()).hasMessageContaining("it was deleted and made again");
        assertThat(fleet.texts()).containsExactly("1");
        assertThat(madeAgain.scan().join().leases()).isEmpty();
    }

    @Test
    void aLeaseWhoseRowIsFullIsSetAsideAndNothingElseSuffers() {
        SimulatedWorker worker = fleet.worker("w");
        worker.network().always("take", shardId(0), Fate.TOO_LARGE);
        worker.start();
        fleet.get(worker.consumer().ready());
        fleet.putInto(shardId(0), "full");
        fleet.putInto(shardId(1), "fine");
        fleet.until(() -> fleet.texts().contains("fine"));
        int calls = worker.network().sent("scan").size();
        fleet.advance(Duration.ofMinutes(4));

        assertThat(worker.consumer().health().problems())
                .containsExactly("shard " + shardId(0)
                        + " is read by nobody, as its lease cannot be written: lease table 'simulated': the"
                        + " row is full");
        assertThat(worker.consumer().health().isHealthy()).isFalse();
        assertThat(worker.events(ConsumerEvent.LeaseUnusable.class))
                .singleElement()
                .satisfies(event -> assertThat(event.shardId()).isEqualTo(shardId(0)));
        assertThat(fleet.texts()).containsExactly("fine");
        assertThat(worker.network().sent("take")).hasSize(2);
        assertThat(worker.network().sent("scan").size() - calls).isLessThan(4);
        fleet.advance(Duration.ofMinutes(20));
        assertThat(worker.network().sent("take")).as("tried again").hasSize(6);
        assertThat(worker.events(ConsumerEvent.LeaseUnusable.class)).hasSize(1);
        worker.network().always("take", shardId(0), Fate.ANSWERED);
        fleet.until(() ->
                fleet.texts().contains("full") && worker.consumer().health().isHealthy());
    }

    @Test
    void aListedShardWhoseRowCannotBeReadIsNamedUntilItIsMended() {
        UnreadableRows table = new UnreadableRows(fleet.table(), shardId(0), shardId(7));
        for (String key : List.of(shardId(0), shardId(7))) { // the other one is of a shard that is gone
            fleet.table()
                    .createLease(Lease.unowned(key, Checkpoint.trimHorizon(), ImmutableSet.of(), HashKeyRange.FULL))
                    .join();
        }
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.shardSyncInterval(Duration.ofMinutes(1)))
                .table(table);
        worker.start();
        fleet.putInto(shardId(0), "first");
        fleet.advance(Duration.ofMinutes(10));

        assertThat(worker.consumer().health().isHealthy()).isFalse();
        assertThat(worker.consumer().health().problems())
                .containsExactly("shard " + shardId(0) + " is read by nobody, as its lease cannot be read: "
                        + UnreadableRows.WHY);
        assertThat(worker.events(ConsumerEvent.LeaseUnusable.class))
                .containsExactly(new ConsumerEvent.LeaseUnusable(shardId(0), UnreadableRows.WHY));

        table.mend();
        fleet.until(() -> worker.consumer().health().isHealthy());
        fleet.until(() -> fleet.texts().contains("first"));
    }

    @Test
    void aRowThatCannotBeReadKeepsNobodyBusy() {
        fleet.table()
                .createLease(Lease.unowned(shardId(0), Checkpoint.trimHorizon(), ImmutableSet.of(), HashKeyRange.FULL))
                .join();
        int[] moves = {0};
        SimulatedWorker worker = fleet.worker("w")
                .with(config -> config.shardSyncInterval(Duration.ofMinutes(1)))
                .table(new UnreadableRows(
                        new ForwardingLeaseStore(fleet.table()) {
                            @Override
                            public CompletableFuture<FleetRow> moveRevision() {
                                moves[0]++;
                                return super.moveRevision();
                            }
                        },
                        shardId(0)));
        worker.start();
        fleet.advance(Duration.ofMinutes(2));
        int movesAtFirst = moves[0];

        fleet.advance(Duration.ofMinutes(20));

        assertThat(moves[0]).isEqualTo(movesAtFirst);
        assertThat(worker.consumer().health().isReady()).isTrue();
    }

    @Test
    void aLeaseWhoseRowFillsUpWhileItIsHeldIsSetAside() {
        SimulatedWorker worker = fleet.worker("w").start();
        worker.network().always("checkpoint", shardId(0), Fate.TOO_LARGE);
        worker.network().always("take", shardId(0), Fate.TOO_LARGE);
        fleet.putInto(shardId(0), "full");
        fleet.putInto(shardId(1), "fine");
        fleet.until(() -> !worker.events(ConsumerEvent.LeaseLost.class).isEmpty());
        fleet.until(() -> !worker.consumer().health().problems().isEmpty());
        fleet.putInto(shardId(1), "as ever");
        fleet.until(() -> fleet.texts().contains("as ever"));

        assertThat(worker.consumer().health().shards())
                .extracting(ShardHealth::shardId)
                .containsExactly(shardId(1));
        worker.stop();
        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.STOPPED);
    }

    @Test
    void anErrorInTheLoopEndsTheConsumerAndAnExceptionDoesNot() {
        Queue<Throwable> thrown = new ArrayDeque<>();
        SimulatedWorker worker = fleet.worker("w").table(new ForwardingLeaseStore(fleet.table()) {
            @Override
            public CompletableFuture<Scan> scan() {
                return super.scan().thenApply(scan -> thrown.isEmpty() ? scan : scanThatThrows(scan, thrown.remove()));
            }
        });
        worker.start();
        thrown.add(new IllegalStateException("odd"));
        fleet.table().moveRevision();
        fleet.until(thrown::isEmpty);
        fleet.advance(Duration.ofSeconds(1));
        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.RUNNING);
        thrown.add(new StackOverflowError("deep"));
        fleet.table().moveRevision();

        CloseReport report = fleet.get(worker.consumer().ended());

        assertThat(report.failure()).hasMessage("the consumer's loop failed with java.lang.StackOverflowError: deep");
    }

    private static Scan scanThatThrows(Scan scan, Throwable thrown) {
        List<Lease> leases = new AbstractList<>() {
            @Override
            public Lease get(int index) {
                Throwables.throwIfUnchecked(thrown);
                throw new AssertionError(thrown);
            }

            @Override
            public int size() {
                return 1;
            }
        };
        return new Scan(scan.fleet(), scan.sessions(), leases, scan.streams());
    }

    @Test
    void aPermissionThatIsGoneForAMomentEndsNothing() {
        SimulatedWorker worker = fleet.worker("w").start();
        worker.network().next(3, "renew", Fate.DENIED);
        worker.network().next(5, "watch", Fate.DENIED);
        worker.network().next(5, "scan", Fate.DENIED);
        fleet.table().moveRevision();
        fleet.advance(Duration.ofMinutes(1));

        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.RUNNING);
        assertThat(worker.events(ConsumerEvent.SessionOver.class)).isEmpty();
    }

    @Test
    void recordsThatMayNotBeReadAreReportedAndWaitedFor() {
        boolean[] denied = {true};
        SimulatedWorker worker = fleet.worker("w")
                .faults((operation, request) -> operation.equals("GetRecords") && denied[0]
                        ? new Fault.ServiceFailure("AccessDeniedException", 400)
                        : new Fault.None())
                .start();
        fleet.put("1");
        fleet.advance(Duration.ofMinutes(1));
        assertThat(worker.events(ConsumerEvent.ReadFailed.class))
                .anySatisfy(event -> assertThat(event.failure()).isInstanceOf(AccessDeniedException.class));
        assertThat(fleet.handled()).isEmpty();

        denied[0] = false;
        fleet.until(() -> fleet.texts().contains("1"));
    }

    @Test
    void aStreamThatIsDeletedWhileItIsReadEndsTheConsumerWithAWordOfWhatToDo() {
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.get(fleet.kinesis().client().deleteStream(r -> r.streamName(SimulatedFleet.STREAM)));

        CloseReport report = fleet.get(worker.consumer().ended());

        assertThat(report.failure())
                .hasMessageContaining("stream 'flights' was deleted")
                .hasMessageContaining("use another application name, or delete the lease table to start over");
        assertThat(fleet.table().scan().join().leases()).noneMatch(lease -> lease.isEnded());
    }

    @Test
    void aStreamThatIsMadeAgainWhileItIsReadIsNotTakenForTheOldOne() {
        SimulatedWorker worker = fleet.worker("w").start();
        fleet.put("1", "2", "3");
        fleet.until(() -> fleet.texts().size() == 3);
        CompletableFuture<?> deleted = fleet.kinesis().client().deleteStream(r -> r.streamName(SimulatedFleet.STREAM));
        worker.process().pause(Duration.ofSeconds(5)); // it does not see that there is none in between
        fleet.get(deleted);
        fleet.advance(Duration.ofSeconds(1));
        fleet.kinesis().createStream(SimulatedFleet.STREAM, 1);
        fleet.put("of another stream");

        CloseReport report = fleet.get(worker.consumer().ended());

        assertThat(report.failure())
                .hasMessageContaining("stream 'flights' was created at 2026-01-01T00:0")
                .hasMessageContaining("use another application name, or delete the lease table to start over");
        assertThat(fleet.texts()).doesNotContain("of another stream");
        assertThat(fleet.table().scan().join().leases()).noneMatch(lease -> lease.isEnded());
    }

    @Test
    void aWorkerThatCannotReachTheLeaseTableIsReplacedAndComesBack() {
        SimulatedWorker cutOff = fleet.worker("cut off").start();
        fleet.worker("other").start();
        fleet.until(() -> fleet.table().scan().join().leases().stream()
                        .map(lease -> String.valueOf(lease.owner()).replaceFirst("@.*", ""))
                        .distinct()
                        .count()
                == 2);
        cutOff.network().cut();
        fleet.advance(D.multipliedBy(2));
        fleet.putInto(shardId(0), "0");
        fleet.putInto(shardId(1), "1");
        fleet.until(() -> fleet.texts().size() == 2);
        assertThat(fleet.handled()).extracting(Handled::worker).containsOnly("other");

        cutOff.network().mend();
        fleet.until(() -> cutOff.events(ConsumerEvent.SessionStarted.class).size() == 2);
        fleet.advance(D.multipliedBy(2));

        assertThat(fleet.table().scan().join().leases())
                .as("shared again")
                .extracting(lease -> String.valueOf(lease.owner()).replaceFirst("@.*", ""))
                .containsExactlyInAnyOrder("cut off", "other");
        assertThat(fleet.texts()).containsExactlyInAnyOrder("0", "1");
    }

    @Test
    void aTableThatThrottlesOneWorkerCostsNoRecordAndNoOrder() {
        SimulatedWorker throttled = fleet.worker("throttled").start();
        for (String operation : new String[] {"renew", "checkpoint", "watch", "scan", "take"}) {
            throttled.network().next(4, operation, Fate.REQUEST_LOST);
        }
        for (int i = 0; i < 20; i++) {
            fleet.putInto(shardId(0), "%02d".formatted(i));
            fleet.advance(Duration.ofSeconds(1));
        }

        fleet.until(() -> fleet.texts().size() >= 20);

        assertThat(fleet.texts().stream().distinct()).isSorted().hasSize(20);
        assertThat(throttled.consumer().state()).isEqualTo(ConsumerState.RUNNING);
    }

    @Test
    void aWorkerThatCannotReachKinesisKeepsItsShardsAndGoesOn() {
        boolean[] unreachable = {false};
        SimulatedWorker worker = fleet.worker("w")
                .faults((operation, request) ->
                        unreachable[0] ? new Fault.RequestLost(Duration.ofSeconds(6)) : new Fault.None())
                .start();
        fleet.put("1");
        fleet.until(() -> fleet.texts().size() == 1);
        unreachable[0] = true;
        fleet.put("2");
        fleet.advance(Duration.ofMinutes(10)); // longer than the interval of shard sync

        assertThat(worker.consumer().state()).isEqualTo(ConsumerState.RUNNING);
        assertThat(worker.events(ConsumerEvent.SessionOver.class)).isEmpty();
        unreachable[0] = false;
        fleet.until(() -> fleet.texts().size() == 2);
        assertThat(fleet.texts()).containsExactly("1", "2");
    }
}
