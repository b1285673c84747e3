package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.PendingCheckpoint;
import io.shardline.consumer.Position;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.consumer.internal.lease.WriteResult.Refused;
import io.shardline.consumer.internal.lease.WriteResult.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;

/** What every lease store must do: the condition of each operation, and the row before and after. */
abstract class LeaseStoreContract {

    private static final String A = "a@1";
    private static final String B = "b@1";
    private static final Checkpoint POSITION =
            new Checkpoint.At(new Position("49590338271490256608559692538361571095", 7));
    private static final SessionRow SESSION =
            SessionRow.created(A, Worker.named("a"), Timing.of(Duration.ofSeconds(10)));
    private static final Lease LEASE =
            Lease.unowned("shard-1", Checkpoint.trimHorizon(), ImmutableSet.of("shard-0"), HashKeyRange.FULL);

    private LeaseStore store = new InMemoryLeaseStore();

    /** A store without rows. */
    abstract LeaseStore newStore();

    @BeforeEach
    void start() {
        store = newStore();
    }

    @Nested
    class Sessions {

        @Test
        void aSessionIsCreatedOnce() {
            assertThat(written(store.createSession(SESSION))).isEqualTo(SESSION);
            assertThat(refused(store.createSession(SESSION))).isEqualTo(SESSION);
            assertThat(store.readSession(A).join()).contains(SESSION);
        }

        @Test
        void aRenewalAddsOneToTheHeartbeatItNames() {
            store.createSession(SESSION).join();

            SessionRow renewed = written(store.renew(A, 0, new Renewal(3, true, ImmutableMap.of(), ImmutableMap.of())));

            assertThat(renewed.heartbeat()).isEqualTo(1);
            assertThat(renewed.leases()).isEqualTo(3);
            assertThat(renewed.leaving()).isTrue();
            assertThat(renewed.timing()).isEqualTo(SESSION.timing());
        }

        @Test
        void aRenewalFromAnotherHeartbeatIsRefusedWithTheRowAsItIs() {
            store.createSession(SESSION).join();
            SessionRow now = written(store.renew(A, 0, nothingRead()));

            assertThat(refused(store.renew(A, 0, nothingRead()))).isEqualTo(now);
            assertThat(refused(store.renew(A, 2, nothingRead()))).isEqualTo(now);
        }

        @Test
        void aRenewalCreatesNoRow() {
            assertThat(store.renew(A, 0, nothingRead()).join()).isEqualTo(new Refused<SessionRow>(null));
            assertThat(store.readSession(A).join()).isEmpty();
        }

        @Test
        void aMarkNeedsTheHeartbeatThatWasWatched() {
            store.createSession(SESSION).join();
            store.renew(A, 0, nothingRead()).join();

            assertThat(refused(store.markDead(A, 0, B)).alive()).isTrue();
            assertThat(written(store.markDead(A, 1, B)).alive()).isFalse();
        }

        @Test
        void deathIsFinal() {
            store.createSession(SESSION).join();
            store.markDead(A, 0, B).join();

            assertThat(refused(store.renew(A, 0, nothingRead())).alive()).isFalse();
            assertThat(refused(store.markDead(A, 0, B)).alive()).isFalse();
            assertThat(refused(store.retire(A, B)).heir()).isNull();
            assertThat(refused(store.createSession(SESSION)).alive()).isFalse();
        }

        @Test
        void aSessionRetiresAtAnyHeartbeatAndNamesItsHeir() {
            store.createSession(SESSION).join();
            store.renew(A, 0, nothingRead()).join();

            SessionRow retired = written(store.retire(A, B));

            assertThat(retired.alive()).isFalse();
            assertThat(retired.heir()).isEqualTo(B);
        }

        @Test
        void asksComeBackWithTheRenewalUntilTheyAreRead() {
            store.createSession(SESSION).join();
            store.ask(A, B, 2).join();

            SessionRow first = written(store.renew(A, 0, nothingRead()));
            SessionRow second =
                    written(store.renew(A, 1, new Renewal(0, false, ImmutableMap.of(B, 2), ImmutableMap.of())));

            assertThat(first.asks()).containsEntry(B, 2);
            assertThat(second.asks()).isEmpty();
        }

        @Test
        void anotherAskOfTheSameAskerReplacesTheFirst() {
            store.createSession(SESSION).join();
            store.ask(A, B, 2).join();

            assertThat(written(store.ask(A, B, 1)).asks()).hasSize(1).containsEntry(B, 1);
        }

        @Test
        void noMoreAsksAreTakenThanARowHolds() {
            store.createSession(SESSION).join();
            for (int i = 0; i < SessionRow.MAX_HINTS; i++) {
                written(store.ask(A, "asker-" + i, 1));
            }

            assertThat(refused(store.ask(A, "one-more", 1)).asks()).hasSize(SessionRow.MAX_HINTS);
            assertThat(written(store.ask(A, "asker-0", 5)).asks()).containsEntry("asker-0", 5);
        }

        @Test
        void moreNoticesThanARowHoldsBecomeAScan() {
            store.createSession(SESSION).join();
            for (int i = 0; i <= SessionRow.MAX_HINTS; i++) {
                store.notify(A, "shard-" + i, i).join();
            }

            SessionRow row = store.readSession(A).join().orElseThrow();
            assertThat(row.inbox()).containsKey(SessionRow.SCAN).doesNotContainKey("shard-8");
            assertThat(written(store.renew(A, 0, new Renewal(0, false, ImmutableMap.of(), row.inbox())))
                            .inbox())
                    .isEmpty();
        }

        @Test
        void whatWasRepeatedSinceItWasReadIsNotRemoved() {
            store.createSession(SESSION).join();
            store.notify(A, "shard-1", 5).join();
            store.ask(A, B, 2).join();
            Renewal read = new Renewal(0, false, ImmutableMap.of(B, 2), ImmutableMap.of("shard-1", 5L));
            store.notify(A, "shard-1", 6).join();

            SessionRow found = refused(store.renew(A, 0, read));

            assertThat(found.heartbeat()).isEqualTo(0);
            assertThat(found.inbox()).containsEntry("shard-1", 6L);
            assertThat(written(store.renew(A, 0, read.readingNothing())).inbox())
                    .containsEntry("shard-1", 6L);
        }

        @Test
        void theDeadAreNeitherAskedNorNotified() {
            store.createSession(SESSION).join();
            store.ask(A, B, 1).join();
            store.markDead(A, 0, B).join();

            assertThat(refused(store.ask(A, B, 1)).asks()).isEmpty();
            assertThat(refused(store.notify(A, "shard-1", 1)).inbox()).isEmpty();
            assertThat(store.ask("nobody@1", B, 1).join()).isEqualTo(new Refused<SessionRow>(null));
            assertThat(store.notify("nobody@1", "shard-1", 1).join()).isEqualTo(new Refused<SessionRow>(null));
        }
    }

    @Nested
    class Leases {

        @Test
        void aLeaseIsCreatedOnce() {
            assertThat(written(store.createLease(LEASE))).isEqualTo(LEASE);
            Lease taken = written(store.take(LEASE, A));

            assertThat(refused(store.createLease(LEASE))).isEqualTo(taken);
        }

        @Test
        void aTakeNeedsTheOwnerAndTheCounterThatWereSeen() {
            store.createLease(LEASE).join();

            Lease taken = written(store.take(LEASE, A));

            assertThat(taken.owner()).isEqualTo(A);
            assertThat(taken.counter()).isEqualTo(1);
            assertThat(refused(store.take(LEASE, B))).isEqualTo(taken);
            assertThat(refused(store.take(LEASE.ownedBy(B), B))).isEqualTo(taken);
            assertThat(written(store.take(taken, B)).owner()).isEqualTo(B);
        }

        @Test
        void whatItsShardsEndIsAtIsTakenByNobody() {
            store.createLease(LEASE).join();
            Lease taken = written(store.take(LEASE, A));
            Lease ended = written(store.checkpoint(taken, Checkpoint.shardEnd()));

            assertThat(refused(store.take(ended, B))).isEqualTo(ended);
        }

        @Test
        void aCheckpointNeedsTheOwnerAndTheCounterAndMovesTheCounter() {
            store.createLease(LEASE).join();
            Lease taken = written(store.take(LEASE, A));

            Lease moved = written(store.checkpoint(taken, POSITION));

            assertThat(moved.checkpoint()).isEqualTo(POSITION);
            assertThat(moved.counter()).isEqualTo(2);
            assertThat(moved.owner()).isEqualTo(A);
            assertThat(refused(store.checkpoint(taken, POSITION))).isEqualTo(moved);
        }

        @Test
        void aGiftMovesOwnerCheckpointAndCounterInOneStep() {
            store.createLease(LEASE).join();
            Lease taken = written(store.take(LEASE, A));

            Lease given = written(store.give(taken, POSITION, B));

            assertThat(given.owner()).isEqualTo(B);
            assertThat(given.checkpoint()).isEqualTo(POSITION);
            assertThat(given.counter()).isEqualTo(2);
            assertThat(refused(store.give(taken, POSITION, A))).isEqualTo(given);
            assertThat(refused(store.checkpoint(taken, POSITION))).isEqualTo(given);
        }

        @Test
        void aReleaseLeavesNoOwner() {
            store.createLease(LEASE).join();
            Lease taken = written(store.take(LEASE, A));

            assertThat(written(store.give(taken, POSITION, null)).owner()).isNull();
        }

        @Test
        void noWriteOfALeaseCreatesIt() {
            assertThat(store.take(LEASE, A).join()).isEqualTo(new Refused<Lease>(null));
            assertThat(store.checkpoint(LEASE, POSITION).join()).isEqualTo(new Refused<Lease>(null));
            assertThat(store.give(LEASE, POSITION, B).join()).isEqualTo(new Refused<Lease>(null));
            assertThat(store.scan().join().leases()).isEmpty();
        }

        @Test
        void changesOfOwnerAreCountedUntilTheNextCheckpoint() {
            store.createLease(LEASE).join();
            Lease byA = written(store.take(LEASE, A));
            Lease byB = written(store.take(byA, B));

            assertThat(byA.ownerSwitches()).isZero();
            assertThat(byB.ownerSwitches()).isEqualTo(1);
            assertThat(written(store.checkpoint(byB, POSITION)).ownerSwitches()).isZero();
        }

        @Test
        void aRowIsReadAsItWasWritten() {
            Lease latest = Lease.unowned(
                    "shard-2",
                    new Checkpoint.AtStart(StartingPosition.Kind.LATEST, Instant.parse("2026-01-01T00:00:00Z")),
                    ImmutableSet.of(),
                    null);
            store.createLease(LEASE).join();
            store.createLease(latest).join();

            assertThat(store.readLeases(List.of("shard-2", "shard-1", "shard-9"))
                            .join())
                    .containsExactlyInAnyOrder(LEASE, latest);
        }
    }

    @Nested
    class Fleet {

        @Test
        void theRevisionMovesByOne() {
            long before = store.scan().join().fleet().revision();

            assertThat(store.moveRevision().join().revision()).isEqualTo(before + 1);
            assertThat(store.watch(Set.of()).join().fleet().revision()).isEqualTo(before + 1);
        }

        @Test
        void aTableIsClaimedOnceAndLeavesTheRestOfTheRowAlone() {
            long before = store.moveRevision().join().revision();

            assertThat(store.claim("flights").join()).isEqualTo(claimed(before, "flights"));
            assertThat(store.claim("others").join()).isEqualTo(claimed(before, "flights"));
            assertThat(store.claim(FleetRow.SEVERAL_STREAMS).join()).isEqualTo(claimed(before, "flights"));
            assertThat(store.watch(Set.of()).join().fleet()).isEqualTo(claimed(before, "flights"));
        }

        @Test
        void soIsOneOfSeveralStreamsAlsoBeforeThereIsARow() {
            FleetRow row = store.claim(FleetRow.SEVERAL_STREAMS).join();

            assertThat(row.claimedBy()).isEqualTo(FleetRow.SEVERAL_STREAMS);
            assertThat(store.claim("flights").join()).isEqualTo(row);
            assertThat(store.setPlanned(true).join().claimedBy()).isEqualTo(FleetRow.SEVERAL_STREAMS);
        }

        private FleetRow claimed(long revision, String application) {
            return new FleetRow(revision, ImmutableSet.of(), false, application);
        }

        @Test
        void suspectsComeAndGoAndLeaveTheRevisionAlone() {
            long before = store.scan().join().fleet().revision();

            assertThat(store.suspect(A, true).join().suspects()).containsExactly(A);
            assertThat(store.suspect(A, true).join().suspects()).containsExactly(A);
            assertThat(store.suspect(B, false).join().suspects()).containsExactly(A);
            assertThat(store.suspect(A, false).join()).isEqualTo(new FleetRow(before, ImmutableSet.of()));
        }

        @Test
        void aWatchGivesTheSessionsItIsAskedForAndLeavesOutTheAbsent() {
            store.createSession(SESSION).join();

            assertThat(store.watch(Set.of(A, B)).join().sessions()).containsExactly(SESSION);
            assertThat(store.watch(Set.of()).join().sessions()).isEmpty();
        }

        @Test
        void aScanGivesEveryRowSortedByKey() {
            for (String key : List.of("shard-3", "shard-1", "shard-2")) {
                store.createLease(Lease.unowned(key, Checkpoint.trimHorizon(), ImmutableSet.of(), null))
                        .join();
            }
            store.createSession(SESSION).join();

            LeaseStore.Scan scan = store.scan().join();
            assertThat(scan.leases()).extracting(Lease::key).containsExactly("shard-1", "shard-2", "shard-3");
            assertThat(scan.sessions()).containsExactly(SESSION);
        }

        @Test
        void whoRegistersAStreamFirstDecides() {
            StreamRow first =
                    new StreamRow("flights", Instant.EPOCH, StartingPosition.Kind.LATEST, Instant.EPOCH, false);
            StreamRow second = new StreamRow("flights", Instant.EPOCH, StartingPosition.Kind.TRIM_HORIZON, null, false);

            assertThat(store.registerStream(first).join()).isEqualTo(new Written<>(first));
            assertThat(store.registerStream(second).join()).isEqualTo(new Refused<>(first));
        }

        @Test
        void aCheckOfAStreamIsCountedUnlessItIsOfAnotherOne() {
            StreamRow row = new StreamRow("flights", Instant.EPOCH, StartingPosition.Kind.TRIM_HORIZON, null, false);
            StreamRow.Check check = StreamRow.Check.first("123456789012", Duration.ofHours(24));
            assertThat(store.checked("flights", Instant.EPOCH, check).join()).isEqualTo(new Refused<>(null));
            store.registerStream(row).join();

            StreamRow once = written(store.checked("flights", Instant.EPOCH, check));
            StreamRow twice = written(store.checked("flights", Instant.EPOCH, check));

            assertThat(once).isEqualTo(row.checked(check));
            assertThat(twice).isEqualTo(row.checked(check).checked(check));
            assertThat(store.checked("flights", Instant.EPOCH.plusMillis(1), check)
                            .join())
                    .isEqualTo(new Refused<>(twice));
            assertThat(store.scan().join().streams()).containsExactly(twice);
        }

        @Test
        void aStreamThatIsRemovedShowsInScansUntilItIsReadAgain() {
            assertThat(store.setRemoved("flights", true).join()).isEqualTo(new Refused<>(null));
            StreamRow row = new StreamRow("flights", Instant.EPOCH, StartingPosition.Kind.TRIM_HORIZON, null, false);
            store.registerStream(row).join();
            assertThat(store.scan().join().removed()).isEmpty();

            assertThat(written(store.setRemoved("flights", true))).isEqualTo(row.removed(true));
            assertThat(store.scan().join().removed()).containsExactly("flights");
            assertThat(store.registerStream(row).join()).isEqualTo(new Refused<>(row.removed(true)));

            assertThat(written(store.setRemoved("flights", false))).isEqualTo(row);
            assertThat(store.scan().join().removed()).isEmpty();
        }

        @Test
        void howAStreamIsReadChangesTurnByTurn() {
            RetrievalChoice fanOut =
                    RetrievalChoice.FIRST.switched(true, Instant.ofEpochSecond(9), "LAG", Duration.ofMillis(3_600_001));
            assertThat(store.setRetrieval("flights", fanOut).join()).isEqualTo(new Refused<>(null));
            StreamRow row = new StreamRow("flights", Instant.EPOCH, StartingPosition.Kind.TRIM_HORIZON, null, false);
            store.registerStream(row).join();
            assertThat(store.readStreams(List.of("flights", "trains")).join()).containsExactly(row);

            assertThat(written(store.setRetrieval("flights", fanOut))).isEqualTo(row.retrieved(fanOut));
            RetrievalChoice late = RetrievalChoice.FIRST.owned(true);
            assertThat(store.setRetrieval("flights", late).join()).isEqualTo(new Refused<>(row.retrieved(fanOut)));
            RetrievalChoice ours = fanOut.owned(true);
            assertThat(written(store.setRetrieval("flights", ours))).isEqualTo(row.retrieved(ours));

            assertThat(written(store.setRemoved("flights", true)).retrieval()).isEqualTo(ours);
            assertThat(store.scan().join().streams())
                    .containsExactly(row.retrieved(ours).removed(true));
            assertThat(store.readStreams(List.of("flights")).join())
                    .containsExactly(row.retrieved(ours).removed(true));
        }

        @Test
        void aRenewalTellsThePressureAndKeepsItIfItHasNone() {
            store.createSession(SESSION).join();
            ImmutableMap<String, ReadPressure> pressure =
                    ImmutableMap.of(ReadPressure.keyOf("flights"), new ReadPressure(1, 2, 3, 4));

            SessionRow felt =
                    written(store.renew(A, 0, new Renewal(0, false, ImmutableMap.of(), ImmutableMap.of(), pressure)));
            assertThat(felt.pressure()).isEqualTo(pressure);
            assertThat(written(store.renew(A, 1, nothingRead())).pressure()).isEqualTo(pressure);
            assertThat(written(store.notify(A, "shard-1", 1)).pressure()).isEqualTo(pressure);
            assertThat(store.scan().join().sessions().get(0).pressure()).isEqualTo(pressure);
        }

        @Test
        void aCounterAtTheLargestLongGoesOnWithTheSmallest() {
            Lease last = new Lease(
                    "s", "x@1", Long.MAX_VALUE, Checkpoint.trimHorizon(), ImmutableSet.of(), HashKeyRange.FULL, 0);
            store.createLease(last).join();

            Lease taken = written(store.take(last, A));
            assertThat(taken.counter()).isEqualTo(Long.MIN_VALUE);
            assertThat(store.readLeases(List.of("s")).join()).containsExactly(taken);
            assertThat(refused(store.take(last, B))).isEqualTo(taken);
            Lease moved = written(store.checkpoint(taken, POSITION));
            Lease given = written(store.give(moved, POSITION, B));
            assertThat(given.counter()).isEqualTo(Long.MIN_VALUE + 2);
            assertThat(given.owner()).isEqualTo(B);
        }

        @Test
        void aPendingCheckpointStaysUntilTheCheckpointMoves() {
            PendingCheckpoint pending = new PendingCheckpoint("4960", 2, SdkBytes.fromUtf8String("note"));
            Lease created = new Lease(
                    "s", null, 0, new Checkpoint.At(new Position("4959", 0)), ImmutableSet.of(), null, 0, pending);
            store.createLease(created).join();

            Lease taken = written(store.take(created, A));
            assertThat(taken.pending()).isEqualTo(pending);
            Lease given = written(store.give(taken, taken.checkpoint(), B));
            assertThat(store.readLeases(List.of("s")).join()).containsExactly(given);
            assertThat(given.pending()).isEqualTo(pending);
            Lease moved = written(store.checkpoint(given, new Checkpoint.At(new Position("4959", 1))));
            assertThat(moved.pending()).isNull();
            assertThat(store.readLeases(List.of("s")).join()).containsExactly(moved);
        }

        @Test
        void leasesOfSeveralStreamsKeepTheirParentsApart() {
            String stream = LeaseKey.streamOf("000000000000", "flights", Instant.ofEpochSecond(12));
            Lease child = Lease.unowned(
                    stream + "shard-1", Checkpoint.trimHorizon(), ImmutableSet.of(stream + "shard-0"), null);
            store.createLease(child).join();

            assertThat(store.readLeases(List.of("000000000000:flights:12:shard-1"))
                            .join())
                    .containsExactly(child);
            assertThat(written(store.take(child, A)).parents()).isEqualTo(child.parents());
        }
    }

    private static Renewal nothingRead() {
        return new Renewal(0, false, ImmutableMap.of(), ImmutableMap.of());
    }

    private static <T> T written(CompletableFuture<WriteResult<T>> result) {
        return ((Written<T>) result.join()).row();
    }

    private static <T> T refused(CompletableFuture<WriteResult<T>> result) {
        return Objects.requireNonNull(((Refused<T>) result.join()).row());
    }

    @Test
    void onlyAFinishedLeaseThatIsAsSeenIsDeleted() {
        Lease created = Lease.unowned("s", Checkpoint.trimHorizon(), ImmutableSet.of(), null);
        store.createLease(created).join();
        Lease taken = written(store.take(created, "w@1"));
        assertThat(store.deleteLease(taken).join()).isInstanceOf(WriteResult.Refused.class);
        Lease ended = written(store.checkpoint(taken, Checkpoint.shardEnd()));

        assertThat(store.deleteLease(taken).join()).isInstanceOf(WriteResult.Refused.class);
        assertThat(store.deleteLease(ended).join()).isInstanceOf(WriteResult.Written.class);
        assertThat(store.readLeases(List.of("s")).join()).isEmpty();
        assertThat(store.deleteLease(ended).join()).isEqualTo(new Refused<>(null));
    }

    @Test
    void onlyADeadSessionIsDeleted() {
        SessionRow row = SessionRow.created("w@1", Worker.named("w"), Timing.of(Duration.ofSeconds(10)));
        store.createSession(row).join();
        assertThat(store.deleteSession("w@1").join()).isInstanceOf(WriteResult.Refused.class);
        store.retire("w@1", null).join();

        assertThat(store.deleteSession("w@1").join()).isInstanceOf(WriteResult.Written.class);
        assertThat(store.readSession("w@1").join()).isEmpty();
        assertThat(store.deleteSession("w@1").join()).isEqualTo(new Refused<>(null));
    }
}
