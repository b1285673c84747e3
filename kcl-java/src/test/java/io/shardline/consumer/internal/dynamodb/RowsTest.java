package io.shardline.consumer.internal.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.Position;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.ReadPressure;
import io.shardline.consumer.internal.lease.RetrievalChoice;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.lease.Timing;
import io.shardline.consumer.internal.lease.Worker;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class RowsTest {

    private static final SessionRow SESSION =
            SessionRow.created("a@1f", Worker.named("a"), Timing.of(Duration.ofSeconds(10)));
    private static final Lease LEASE = new Lease(
            "shard-1",
            "a@1f",
            7,
            new Checkpoint.At(new Position("4959", 3)),
            ImmutableSet.of("shard-0"),
            HashKeyRange.parse("5", "99"),
            2);
    private static final StreamRow STREAM = new StreamRow(
            "flights", Instant.parse("2026-01-01T00:00:00.123Z"), StartingPosition.Kind.LATEST, Instant.EPOCH, true);

    // --------------------------------------------------------------------------------------------------- leases

    @Property(tries = 300)
    void leaseIsReadAsItWasWritten(@ForAll("leases") Lease lease) {
        Item item = new Item(Rows.item(lease));

        assertThat(Rows.kindOf(item)).isEqualTo(Rows.Kind.LEASE);
        assertThat(Rows.isOurs(item)).isTrue();
        assertThat(Rows.lease(item)).isEqualTo(lease);
    }

    @Test
    void leaseHasTheAttributesThatKclWouldWrite() {
        assertThat(Rows.item(LEASE))
                .containsEntry("leaseKey", AttributeValue.fromS("shard-1"))
                .containsEntry("entityType", AttributeValue.fromS("LEASE"))
                .containsEntry("leaseOwner", AttributeValue.fromS("a@1f"))
                .containsEntry("leaseCounter", AttributeValue.fromN("7"))
                .containsEntry("checkpoint", AttributeValue.fromS("4959"))
                .containsEntry("checkpointSubSequenceNumber", AttributeValue.fromN("3"))
                .containsEntry("ownerSwitchesSinceCheckpoint", AttributeValue.fromN("2"))
                .containsEntry("parentShardId", AttributeValue.fromSs(List.of("shard-0")))
                .containsEntry("startingHashKey", AttributeValue.fromS("5"))
                .containsEntry("endingHashKey", AttributeValue.fromS("99"))
                .containsEntry("slOwner", AttributeValue.fromS("a@1f"))
                .containsEntry("slCounter", AttributeValue.fromN("7"))
                .hasSize(12);
    }

    @Test
    void freshLeaseHasNoOwnerNoParentsAndNoEmptyValue() {
        Lease fresh = Lease.unowned("shard-1", Checkpoint.trimHorizon(), ImmutableSet.of(), null);

        assertThat(Rows.item(fresh))
                .containsOnlyKeys(
                        "leaseKey",
                        "entityType",
                        "leaseCounter",
                        "slCounter",
                        "ownerSwitchesSinceCheckpoint",
                        "checkpoint",
                        "checkpointSubSequenceNumber")
                .containsEntry("checkpoint", AttributeValue.fromS("TRIM_HORIZON"))
                .containsEntry("checkpointSubSequenceNumber", AttributeValue.fromN("0"));
    }

    @Test
    void startTimeIsPrivateBecauseKclHasNone() {
        Checkpoint latest = new Checkpoint.AtStart(StartingPosition.Kind.LATEST, Instant.EPOCH);

        assertThat(Rows.checkpointAttributes(latest))
                .containsEntry("checkpoint", AttributeValue.fromS("LATEST"))
                .containsEntry("slStartAt", AttributeValue.fromS("1970-01-01T00:00:00Z"));
        assertThat(Rows.checkpointAttributes(Checkpoint.shardEnd()))
                .containsEntry("checkpoint", AttributeValue.fromS("SHARD_END"))
                .containsEntry("slStartAt", null);
    }

    @Test
    void whetherChildrenBeginThereIsPrivateAndOutlivesTheEnd() {
        Checkpoint start = new Checkpoint.AtStart(StartingPosition.Kind.LATEST, Instant.EPOCH, true);

        for (Checkpoint unread : List.of(start, start.ended())) {
            assertThat(Rows.checkpointAttributes(unread))
                    .containsEntry("slStartForChildren", AttributeValue.fromBool(true));
            Lease lease = Lease.unowned("shard-1", unread, ImmutableSet.of(), null);
            assertThat(Rows.lease(new Item(Rows.item(lease)))).isEqualTo(lease);
        }
        for (Checkpoint read : List.of(
                new Checkpoint.At(new Position("7", 1)),
                new Checkpoint.At(new Position("7", 1)).ended(),
                Checkpoint.trimHorizon().ended())) {
            assertThat(Rows.checkpointAttributes(read)).containsEntry("slStartForChildren", null);
        }
    }

    @Test
    void childrenOfUnreadShardsBeginWithTheOldestRecordElsewhere() { // KCL reads LATEST as now, whatever was put since
        Checkpoint start = new Checkpoint.AtStart(StartingPosition.Kind.LATEST, Instant.EPOCH, true).ofChild();

        assertThat(Rows.checkpointAttributes(start))
                .containsEntry("checkpoint", AttributeValue.fromS("TRIM_HORIZON"))
                .containsEntry("slChildStartAt", AttributeValue.fromS("1970-01-01T00:00:00Z"))
                .containsEntry("slStartAt", null);
        Lease lease = Lease.unowned("shard-1", start, ImmutableSet.of(), null);
        assertThat(Rows.lease(new Item(Rows.item(lease)))).isEqualTo(lease);
    }

    @Test
    void whenTheTipWasReadIsPrivateAndNotMissedWhereItIsAbsent() {
        Checkpoint.At known = new Checkpoint.At(new Position("7", 1), Instant.EPOCH);
        Checkpoint.At unknown = new Checkpoint.At(new Position("7", 1));

        assertThat(Rows.checkpointAttributes(known))
                .containsEntry("checkpoint", AttributeValue.fromS("7"))
                .containsEntry("slTipReadAt", AttributeValue.fromS("1970-01-01T00:00:00Z"));
        assertThat(Rows.checkpointAttributes(unknown)).containsEntry("slTipReadAt", null);
        for (Checkpoint.At checkpoint : List.of(known, unknown)) {
            Lease lease = Lease.unowned("shard-1", checkpoint, ImmutableSet.of(), null);
            assertThat(Rows.lease(new Item(Rows.item(lease)))).isEqualTo(lease);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"LATEST", "AT_TIMESTAMP"})
    void startThatKclWroteWithoutItsTimeIsKeptAndToBeSettled(String text) {
        Map<String, AttributeValue> written = Rows.item(LEASE);
        written.put("checkpoint", AttributeValue.fromS(text));
        Lease lease = Rows.lease(new Item(written));

        assertThat(lease.checkpoint()).isEqualTo(new Checkpoint.Unsettled(StartingPosition.Kind.valueOf(text)));
        assertThat(Rows.item(lease))
                .containsEntry("checkpoint", AttributeValue.fromS(text))
                .doesNotContainKey("slStartAt");
    }

    @Test
    void leaseOfZioKinesisThatWasNotBegunIsReadWithItsParents() {
        Map<String, AttributeValue> written = new LinkedHashMap<>();
        written.put("leaseKey", AttributeValue.fromS("shard-2"));
        written.put("leaseCounter", AttributeValue.fromN("3"));
        written.put("ownerSwitchesSinceCheckpoint", AttributeValue.fromN("0"));
        written.put("checkpoint", AttributeValue.fromNul(true));
        written.put("parentShardIds", AttributeValue.fromSs(List.of("shard-0", "shard-1")));
        Lease lease = Rows.lease(new Item(written));

        assertThat(lease.checkpoint()).isEqualTo(new Checkpoint.Unsettled(null));
        assertThat(lease.parents()).containsExactly("shard-0", "shard-1");
    }

    @Test
    void checkpointOfNothingIsWrittenSoThatVersionsThatCannotReadNullBeginWithTheOldestRecord() {
        Lease lease = Lease.unowned("shard-2", new Checkpoint.Unsettled(null), ImmutableSet.of(), null);
        Map<String, AttributeValue> item = Rows.item(lease);

        assertThat(item).containsEntry("checkpoint", AttributeValue.fromS("TRIM_HORIZON"));
        assertThat(Rows.lease(new Item(item))).isEqualTo(lease);
        // such a version moves the checkpoint, and leaves behind what it does not know
        item.put("checkpoint", AttributeValue.fromS("4959"));
        assertThat(Rows.lease(new Item(item)).checkpoint()).isEqualTo(new Checkpoint.At(new Position("4959", 0)));
        assertThat(Rows.checkpointAttributes(Checkpoint.trimHorizon())).containsEntry("slUnsettled", null);
    }

    @Test
    void leaseOfAnOldKclIsReadWithoutWhatItDoesNotHave() {
        Map<String, AttributeValue> old = new LinkedHashMap<>();
        old.put("leaseKey", AttributeValue.fromS("shard-1"));
        old.put("leaseCounter", AttributeValue.fromN("12"));
        old.put("checkpoint", AttributeValue.fromS("TRIM_HORIZON"));
        Lease lease = Rows.lease(new Item(old));

        assertThat(Rows.kindOf(new Item(old))).isEqualTo(Rows.Kind.LEASE);
        assertThat(lease)
                .isEqualTo(new Lease("shard-1", null, 12, Checkpoint.trimHorizon(), ImmutableSet.of(), null, 0));
    }

    @Test
    void ownerThatAnotherProgramWroteIsShownWithTheStateOfTheRow() {
        Map<String, AttributeValue> renewed = Rows.item(LEASE);
        renewed.put("leaseOwner", AttributeValue.fromS("kcl-1"));
        renewed.put("leaseCounter", AttributeValue.fromN("8"));
        assertThat(Rows.lease(new Item(renewed)).owner()).isEqualTo("kcl-1 (foreign, counter 8 of shard-1)");

        renewed.put("checkpointOwner", AttributeValue.fromS("kcl-2"));
        assertThat(Rows.lease(new Item(renewed)).owner())
                .isEqualTo("kcl-1 (foreign, counter 8 of shard-1, handed over by kcl-2)");
    }

    @Test
    void leasesOfOneForeignWorkerAreJudgedApart() {
        Map<String, AttributeValue> one = Rows.item(LEASE);
        one.put("leaseOwner", AttributeValue.fromS("kcl-1"));
        one.put("leaseCounter", AttributeValue.fromN("8"));
        Map<String, AttributeValue> other = new LinkedHashMap<>(one);
        other.put("leaseKey", AttributeValue.fromS("shard-2"));

        // What one row was at a lease duration ago says nothing about another that is there now.
        assertThat(Rows.lease(new Item(other)).owner())
                .isNotEqualTo(Rows.lease(new Item(one)).owner());
    }

    @Test
    void rowIsOursOnlyWithBothOfOurCopiesAndWithoutAHandOverOfKcl() {
        assertThat(Rows.isOurs(changed(Rows.item(LEASE), "slOwner", null))).isFalse();
        assertThat(Rows.isOurs(changed(Rows.item(LEASE), "slCounter", null))).isFalse();
        assertThat(Rows.isOurs(changed(Rows.item(LEASE), "leaseCounter", AttributeValue.fromN("8"))))
                .isFalse();
        assertThat(Rows.isOurs(changed(Rows.item(LEASE), "leaseOwner", null))).isFalse();
        assertThat(Rows.isOurs(changed(Rows.item(LEASE), "checkpointOwner", AttributeValue.fromS("x"))))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "leaseCounter, absent",
        "leaseCounter, S",
        "leaseCounter, fraction",
        "leaseCounter, huge",
        "leaseOwner, N",
        "leaseOwner, B",
        "checkpoint, absent",
        "checkpoint, N",
        "checkpoint, word",
        "checkpointSubSequenceNumber, S",
        "checkpointSubSequenceNumber, negative",
        "ownerSwitchesSinceCheckpoint, S",
        "ownerSwitchesSinceCheckpoint, negative",
        "parentShardId, S",
        "parentShardId, N",
        "startingHashKey, N",
        "startingHashKey, word",
        "endingHashKey, huge",
        "slStartAt, N",
        "checkpointOwner, N",
        "entityType, N"
    })
    void leaseWithAnIllTypedAttributeIsRefusedByName(String attribute, String kind) {
        Map<String, AttributeValue> written = Rows.item(LEASE);
        if (attribute.equals("slStartAt")) {
            written.put("checkpoint", AttributeValue.fromS("LATEST"));
        }
        Item item = changed(written, attribute, illTyped(kind));

        assertThatIllegalArgumentException().isThrownBy(() -> {
            Rows.kindOf(item);
            Rows.lease(item);
        });
    }

    @Test
    void complaintNamesTheAttributeItsValueAndTheRule() {
        Item item = changed(Rows.item(LEASE), "leaseCounter", AttributeValue.fromS("many"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rows.lease(item))
                .withMessageContaining("'leaseCounter' must be a whole number")
                .withMessageContaining("many");
    }

    // ------------------------------------------------------------------------------------------------- sessions

    @Property(tries = 200)
    void sessionIsReadAsItWasWritten(@ForAll("sessions") SessionRow session) {
        Item item = new Item(Rows.item(session));

        assertThat(Rows.kindOf(item)).isEqualTo(Rows.Kind.SESSION);
        assertThat(Rows.session(item)).isEqualTo(session);
    }

    @Test
    void sessionSaysWhenItMayBeJudgedInMilliseconds() {
        assertThat(Rows.item(SESSION))
                .containsEntry("leaseKey", AttributeValue.fromS("worker/a@1f"))
                .containsEntry("entityType", AttributeValue.fromS("SHARDLINE_WORKER"))
                .containsEntry("state", AttributeValue.fromS("ALIVE"))
                .containsEntry("judgeMs", AttributeValue.fromN("7500"))
                .containsEntry("beatMs", AttributeValue.fromN("3000"));
    }

    @ParameterizedTest
    @CsvSource({
        "leaseKey, word", "workerId, absent", "workerId, N", "state, absent", "state, word", "heartbeat, absent",
        "heartbeat, S", "leaseMs, absent", "judgeMs, absent", "judgeMs, negative", "judgeMs, S", "beatMs, huge",
        "leases, negative", "asks, S", "asks, map of words", "inbox, map of words", "inbox, N", "heir, N"
    })
    void sessionWithAnIllTypedAttributeIsRefused(String attribute, String kind) {
        Item item = changed(Rows.item(SESSION), attribute, illTyped(kind));

        assertThatIllegalArgumentException().isThrownBy(() -> Rows.session(item));
    }

    // -------------------------------------------------------------------------------------- the fleet, the stream

    @Test
    void theClaimOfSeveralStreamsStandsWhereAVersionThatMakesNoneDoesNotLook() {
        assertThat(Rows.fleet(new Item(Map.of("severalStreams", AttributeValue.fromBool(true))))
                        .claimedBy())
                .isEqualTo(FleetRow.SEVERAL_STREAMS);
        assertThat(Rows.fleet(new Item(Map.of("streamName", AttributeValue.fromS("flights"))))
                        .claimedBy())
                .isEqualTo("flights");
    }

    @Test
    void fleetRowThatOnlyHasSuspectsOrOnlyARevisionIsRead() {
        assertThat(Rows.fleet(new Item(Map.of()))).isEqualTo(FleetRow.EMPTY);
        assertThat(Rows.fleet(new Item(Map.of("rev", AttributeValue.fromN("4")))))
                .isEqualTo(new FleetRow(4, ImmutableSet.of()));
        assertThat(Rows.fleet(new Item(Map.of("suspects", AttributeValue.fromSs(List.of("b@2"))))))
                .isEqualTo(new FleetRow(0, ImmutableSet.of("b@2")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rows.fleet(new Item(Map.of("rev", AttributeValue.fromS("x")))));
    }

    @Test
    void streamIsReadAsItWasWritten() {
        StreamRow fromItsStart =
                new StreamRow("flights", Instant.EPOCH, StartingPosition.Kind.TRIM_HORIZON, null, false);

        assertThat(Rows.stream(new Item(Rows.item(STREAM)))).isEqualTo(STREAM);
        assertThat(Rows.stream(new Item(Rows.item(fromItsStart)))).isEqualTo(fromItsStart);
        StreamRow checked = STREAM.checked(StreamRow.Check.first("123456789012", Duration.ofDays(7)));
        assertThat(Rows.stream(new Item(Rows.item(checked)))).isEqualTo(checked);
    }

    @Test
    void streamThatIsReadAutomaticallyIsReadAsItWasWritten() {
        StreamRow chosen = STREAM.retrieved(
                RetrievalChoice.FIRST.switched(true, Instant.ofEpochSecond(7), "LAG", Duration.ofHours(2)));

        assertThat(Rows.stream(new Item(Rows.item(chosen)))).isEqualTo(chosen);
        assertThat(Rows.stream(new Item(Rows.item(STREAM))).retrieval()).isEqualTo(RetrievalChoice.FIRST);
    }

    @Test
    void streamThatALaterVersionChoseForIsReadAsFarAsItIsKnown() {
        Map<String, AttributeValue> item = new HashMap<>(Rows.item(STREAM));
        item.put("retrievalTurn", AttributeValue.fromN("4"));
        item.put("retrieval", AttributeValue.fromS("TELEPATHY"));

        assertThat(Rows.stream(new Item(item)).retrieval())
                .isEqualTo(new RetrievalChoice(false, Instant.EPOCH, "", Duration.ZERO, false, 4));
    }

    @Test
    void pressureThatCannotBeReadIsNone() {
        Map<String, AttributeValue> item = new HashMap<>(Rows.item(SESSION));
        assertThat(Rows.session(new Item(item)).pressure()).isNull();
        item.put("pressure", AttributeValue.fromS("much"));
        assertThat(Rows.session(new Item(item)).pressure()).isEmpty();
        item.put(
                "pressure",
                AttributeValue.fromM(Map.of(
                        "a", AttributeValue.fromS("1/2/3/4"),
                        "b", AttributeValue.fromS("1/2/3"),
                        "c", AttributeValue.fromN("1"),
                        "d", AttributeValue.fromS("5/6/7/8/9"))));
        assertThat(Rows.session(new Item(item)).pressure())
                .isEqualTo(ImmutableMap.of("a", new ReadPressure(1, 2, 3, 4), "d", new ReadPressure(5, 6, 7, 8)));
    }

    /** What a write of up to 1 KB costs, with names of usual length. */
    @Test
    void sessionWithAllItsHintsTakesLessThanOneKilobyte() {
        ImmutableMap.Builder<String, ReadPressure> pressure = ImmutableMap.builder();
        for (int i = 0; i < SessionRow.MAX_PRESSURES; i++) {
            pressure.put(ReadPressure.keyOf("stream-" + i), new ReadPressure(999, 999, 999, 999));
        }
        ImmutableMap.Builder<String, Integer> asks = ImmutableMap.builder();
        ImmutableMap.Builder<String, Long> inbox = ImmutableMap.builder();
        for (int i = 0; i < SessionRow.MAX_HINTS; i++) {
            asks.put("worker-" + i + ".example@0123456789abc", 100);
            inbox.put("shardId-00000000000" + i, 1_000_000L);
        }
        SessionRow row = SessionRow.created(
                "worker-1.example@0123456789abc", Worker.named("worker-1.example"), Timing.of(Duration.ofSeconds(10)));
        SessionRow full = new SessionRow(
                row.id(),
                row.worker(),
                true,
                false,
                100_000,
                row.timing(),
                100,
                asks.buildOrThrow(),
                inbox.buildOrThrow(),
                null,
                pressure.buildOrThrow());

        assertThat(bytes(Rows.item(full))).isLessThan(1024);
    }

    /** By the service's rule: names and values, three bytes for a map, one for each of its entries. */
    private static int bytes(Map<String, AttributeValue> item) {
        return item.entrySet().stream()
                .mapToInt(entry -> entry.getKey().length() + bytes(entry.getValue()))
                .sum();
    }

    private static int bytes(AttributeValue value) {
        if (value.hasM()) {
            return 3 + value.m().size() + bytes(value.m());
        }
        return value.s() != null
                ? value.s().length()
                : value.n() != null ? value.n().length() / 2 + 2 : 1;
    }

    @Test
    void leaseOfOneOfSeveralStreamsIsWrittenAsKclDoes() {
        String stream = "000000000000:flights:12:";
        Map<String, AttributeValue> item = Rows.item(
                Lease.unowned(stream + "shard-1", Checkpoint.trimHorizon(), ImmutableSet.of(stream + "shard-0"), null));

        assertThat(item)
                .containsEntry("leaseKey", AttributeValue.fromS("000000000000:flights:12:shard-1"))
                .containsEntry("streamName", AttributeValue.fromS("000000000000:flights:12"))
                .containsEntry("shardId", AttributeValue.fromS("shard-1"))
                .containsEntry("parentShardId", AttributeValue.fromSs(List.of("shard-0")));
    }

    @ParameterizedTest
    @CsvSource({"streamName, absent", "created, absent", "created, word", "from, absent", "from, word", "startAt, word"
    })
    void streamWithAnIllTypedAttributeIsRefused(String attribute, String kind) {
        Item item = changed(Rows.item(STREAM), attribute, illTyped(kind));

        assertThatIllegalArgumentException().isThrownBy(() -> Rows.stream(item));
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAM", "LEADER", "WORKER_METRIC_STATS", "TABLE_MIGRATION", "SOMETHING_NEW"})
    void rowsOfOthersAreNoLeases(String entity) {
        assertThat(Rows.kindOf(new Item(Map.of("entityType", AttributeValue.fromS(entity)))))
                .isEqualTo(Rows.Kind.OTHER);
    }

    // ------------------------------------------------------------------------------------------- foreign owners

    @Property(tries = 200)
    void nameOfAForeignOwnerSaysAllOfIt(
            @ForAll String leaseOwner,
            @ForAll long counter,
            @ForAll String leaseKey,
            @ForAll("optional") @Nullable String checkpointOwner) {
        ForeignOwner owner = new ForeignOwner(leaseOwner, counter, leaseKey, checkpointOwner);

        assertThat(ForeignOwner.parse(owner.name())).isEqualTo(owner);
    }

    @Property(tries = 200)
    void noSessionIsTakenForAForeignOwner(@ForAll String workerId, @ForAll long random) {
        assertThat(ForeignOwner.parse(workerId + "@" + Long.toHexString(random)))
                .isNull();
    }

    // --------------------------------------------------------------------------------------------------- values

    @Provide
    Arbitrary<String> optional() {
        return Arbitraries.strings().injectNull(0.5);
    }

    @Provide
    Arbitrary<Lease> leases() {
        return Combinators.combine(
                        names(),
                        names().injectNull(0.3),
                        Arbitraries.longs().greaterOrEqual(0),
                        checkpoints(),
                        names().set().ofMaxSize(2),
                        ranges().injectNull(0.2),
                        Arbitraries.integers().greaterOrEqual(0))
                .as((key, owner, counter, checkpoint, parents, range, switches) ->
                        new Lease(key, owner, counter, checkpoint, ImmutableSet.copyOf(parents), range, switches));
    }

    private static Arbitrary<Checkpoint> checkpoints() {
        Arbitrary<Instant> times =
                Arbitraries.longs().between(0, 4_000_000_000_000L).map(Instant::ofEpochMilli);
        return Arbitraries.oneOf(
                Arbitraries.of(Checkpoint.shardEnd(), new Checkpoint.ShardEnd(true), Checkpoint.trimHorizon()),
                times.map(time -> new Checkpoint.AtStart(StartingPosition.Kind.LATEST, time, true)),
                times.map(time -> new Checkpoint.AtStart(StartingPosition.Kind.LATEST, time, true).ofChild()),
                times.map(time -> new Checkpoint.AtStart(StartingPosition.Kind.LATEST, time)),
                times.map(time -> new Checkpoint.AtStart(StartingPosition.Kind.AT_TIMESTAMP, time.plusNanos(1))),
                Combinators.combine(
                                Arbitraries.bigIntegers().greaterOrEqual(BigInteger.ZERO),
                                Arbitraries.longs().greaterOrEqual(0))
                        .as((sequence, sub) -> new Checkpoint.At(new Position(sequence.toString(), sub))));
    }

    private static Arbitrary<HashKeyRange> ranges() {
        Arbitrary<Long> bounds = Arbitraries.longs().greaterOrEqual(0);
        return Combinators.combine(bounds, bounds)
                .as((a, b) -> HashKeyRange.parse(Long.toString(Math.min(a, b)), Long.toString(Math.max(a, b))));
    }

    @Provide
    Arbitrary<SessionRow> sessions() {
        Arbitrary<Timing> timings = Arbitraries.longs()
                .between(1_000_000_000, 3_600_000_000_000L)
                .map(nanos -> Timing.of(Duration.ofNanos(nanos)));
        Arbitrary<Map<String, Integer>> asks = Arbitraries.maps(
                        names(), Arbitraries.integers().greaterOrEqual(0))
                .ofMaxSize(8);
        Arbitrary<Map<String, Long>> inboxes =
                Arbitraries.maps(names(), Arbitraries.longs()).ofMaxSize(8);
        Arbitrary<SessionRow> living = Combinators.combine(names(), timings, Arbitraries.longs(), asks, inboxes)
                .as((id, timing, heartbeat, ask, inbox) -> new SessionRow(
                        id,
                        new Worker("w", heartbeat % 3 == 0 ? 7 : Integer.MAX_VALUE),
                        true,
                        heartbeat % 2 == 0,
                        heartbeat,
                        timing,
                        3,
                        ImmutableMap.copyOf(ask),
                        ImmutableMap.copyOf(inbox),
                        null));
        Arbitrary<SessionRow> dead = Combinators.combine(names(), timings, names().injectNull(0.5))
                .as((id, timing, heir) -> new SessionRow(
                        id, Worker.named("w"), false, false, 1, timing, 0, ImmutableMap.of(), ImmutableMap.of(), heir));
        return Arbitraries.oneOf(living, dead);
    }

    private static Arbitrary<String> names() {
        return Arbitraries.strings()
                .alpha()
                .numeric()
                .withChars("@-.")
                .ofMinLength(1)
                .ofMaxLength(20)
                .withoutEdgeCases();
    }

    private static Item changed(Map<String, AttributeValue> item, String attribute, @Nullable AttributeValue value) {
        Map<String, AttributeValue> changed = new LinkedHashMap<>(item);
        if (value == null) {
            changed.remove(attribute);
        } else {
            changed.put(attribute, value);
        }
        return new Item(changed);
    }

    private static @Nullable AttributeValue illTyped(String kind) {
        return switch (kind) {
            case "absent" -> null;
            case "S" -> AttributeValue.fromS("5 apples");
            case "N" -> AttributeValue.fromN("5");
            case "B" -> AttributeValue.fromB(SdkBytes.fromUtf8String("x"));
            case "word" -> AttributeValue.fromS("someday");
            case "fraction" -> AttributeValue.fromN("1.5");
            case "negative" -> AttributeValue.fromN("-1");
            case "huge" -> AttributeValue.fromN("99999999999999999999999999999999999999");
            case "map of words" -> AttributeValue.fromM(Map.of("k", AttributeValue.fromS("v")));
            default -> throw new IllegalArgumentException(kind);
        };
    }
}
