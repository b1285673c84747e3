package io.shardline.consumer.internal.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.DynamoDbTable;
import io.shardline.consumer.Position;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.internal.lease.RowTooLargeException;
import io.shardline.consumer.internal.lease.WriteResult;
import io.shardline.consumer.internal.lease.WriteResult.Refused;
import io.shardline.consumer.internal.lease.WriteResult.Written;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Rows that Shardline did not write: of a KCL application, of its tools, of nobody knows whom. */
class ForeignRowsTest {

    private static final String ME = "a@1f";
    private static final Checkpoint POSITION = new Checkpoint.At(new Position("4960", 0));

    private final DynamoDbTable table = DynamoDbLocal.newTable().build();
    private final List<String> reports = new ArrayList<>();
    private DynamoDbAsyncClient client = new FakeDynamoDb();
    private DynamoDbLeaseStore store = new DynamoDbLeaseStore(client, table);

    @BeforeEach
    void createTable() {
        client = DynamoDbLocal.client();
        store = DynamoDbLocal.newStore(table, (key, what) -> reports.add(key + " " + what));
    }

    @Test
    void leaseOfAStoppedKclApplicationIsTakenAsItWasSeen() {
        put(kclLease());
        Lease seen = scanned();

        Lease taken = written(store.take(seen, ME).join());

        assertThat(seen.owner()).isEqualTo("kcl-1 (foreign, counter 41 of shard-1)");
        assertThat(taken.owner()).isEqualTo(ME);
        assertThat(taken.counter()).isEqualTo(42);
        assertThat(taken.ownerSwitches()).isEqualTo(1);
        assertThat(taken.checkpoint()).isEqualTo(new Checkpoint.At(new Position("4959", 2)));
        assertThat(taken.parents()).containsExactly("shard-0");
        assertThat(reports).singleElement().asString().contains("shard-1 was last written by another program");
    }

    @Test
    void leaseThatKclMovedMeanwhileIsNotTaken() {
        put(kclLease());
        Lease seen = scanned();
        Map<String, AttributeValue> renewed = kclLease();
        renewed.put("leaseCounter", AttributeValue.fromN("42"));
        put(renewed);

        assertThat(store.take(seen, ME).join()).isInstanceOf(Refused.class);
        assertThat(scanned().owner()).isEqualTo("kcl-1 (foreign, counter 42 of shard-1)");
    }

    @Test
    void leaseThatKclBeganToHandOverMeanwhileIsNotTaken() {
        put(kclLease());
        Lease seen = scanned();
        Map<String, AttributeValue> handedOver = kclLease();
        handedOver.put("leaseOwner", AttributeValue.fromS("kcl-2"));
        handedOver.put("checkpointOwner", AttributeValue.fromS("kcl-1"));
        put(handedOver); // KCL leaves the counter alone when it does that

        assertThat(store.take(seen, ME).join()).isInstanceOf(Refused.class);
        Lease inHandOver = scanned();
        assertThat(inHandOver.owner()).isEqualTo("kcl-2 (foreign, counter 41 of shard-1, handed over by kcl-1)");
        assertThat(written(store.take(inHandOver, ME).join()).owner()).isEqualTo(ME);
        assertThat(row()).doesNotContainKey("checkpointOwner");
    }

    @Test
    void leaseThatKclTookFromUsIsForeignAgainAndOurWriteIsRefused() {
        put(kclLease());
        Lease held = written(store.take(scanned(), ME).join());
        Map<String, AttributeValue> stolen = new LinkedHashMap<>(row());
        stolen.put("leaseOwner", AttributeValue.fromS("kcl-2"));
        stolen.put("leaseCounter", AttributeValue.fromN("43"));
        put(stolen);

        WriteResult<Lease> answer = store.checkpoint(held, POSITION).join();

        assertThat(Objects.requireNonNull(((Refused<Lease>) answer).row()).owner())
                .isEqualTo("kcl-2 (foreign, counter 43 of shard-1)");
    }

    @Test
    void leaseWithoutAnOwnerIsFreeWhoeverWroteIt() {
        Map<String, AttributeValue> unowned = kclLease();
        unowned.remove("leaseOwner");
        put(unowned);

        assertThat(scanned().owner()).isNull();
        assertThat(written(store.take(scanned(), ME).join()).owner()).isEqualTo(ME);
        assertThat(reports).isEmpty();
    }

    @Test
    void whatKclWroteAndWeDoNotKnowStays() {
        put(kclLease());
        Lease held = written(store.take(scanned(), ME).join());
        Lease moved = written(store.checkpoint(held, POSITION).join());
        store.give(moved, POSITION, null).join();

        assertThat(row())
                .containsEntry("throughputKBps", AttributeValue.fromN("12.5"))
                .containsEntry("childShardIds", AttributeValue.fromSs(List.of("shard-7", "shard-8")))
                .containsEntry("checkpoint", AttributeValue.fromS("4960"))
                .doesNotContainKeys("leaseOwner", "slOwner")
                .doesNotContainKeys(
                        "pendingCheckpoint", "pendingCheckpointState"); // gone with the checkpoint, as in KCL
    }

    @Test
    void noSessionIsReadForAForeignOwner() {
        put(kclLease());

        assertThat(store.readSession(String.valueOf(scanned().owner())).join()).isEmpty();
    }

    @Test
    void rowsThatAreNoLeasesAreSkippedAndReportedOnce() {
        put(kclLease());
        for (String entity : List.of("STREAM", "LEADER", "WORKER_METRIC_STATS")) {
            put(Map.of(
                    "leaseKey", AttributeValue.fromS("row of " + entity), "entityType", AttributeValue.fromS(entity)));
        }

        assertThat(store.scan().join().leases()).hasSize(1);
        assertThat(store.scan().join().leases()).hasSize(1);
        assertThat(reports)
                .filteredOn(report -> report.contains("is not Shardline's"))
                .hasSize(3);
    }

    @Test
    void rowsThatCannotBeReadAreLeftOutOfAScan() {
        put(kclLease());
        put(Map.of("leaseKey", AttributeValue.fromS("broken"), "leaseCounter", AttributeValue.fromS("many")));
        put(Map.of(
                "leaseKey",
                AttributeValue.fromS("worker/b@2"),
                "entityType",
                AttributeValue.fromS("SHARDLINE_WORKER")));
        put(Map.of("leaseKey", AttributeValue.fromS("strange"), "entityType", AttributeValue.fromN("5")));

        Scan scan = store.scan().join();

        assertThat(scan.leases()).extracting(Lease::key).containsExactly("shard-1");
        assertThat(scan.unreadable()).containsOnlyKeys("broken");
        assertThat(scan.unreadable().get("broken"))
                .startsWith("attribute 'leaseCounter' must be a whole number of 64 bits, was ");
        assertThat(scan.sessions()).isEmpty();
        assertThat(reports)
                .filteredOn(report -> report.contains("cannot be read and is skipped"))
                .hasSize(3)
                .anyMatch(report -> report.startsWith("broken ") && report.contains("'leaseCounter'"));
        assertThat(store.watch(Set.of("b@2")).join().sessions()).isEmpty();
    }

    @Test
    void whatOthersWroteIsReportedOnOneLineAndCut() {
        Map<String, AttributeValue> forged = kclLease();
        forged.put("leaseOwner", AttributeValue.fromS("kcl\n2026-01-01 ERROR all is lost " + "x".repeat(10_000)));
        put(forged);
        put(Map.of("leaseKey", AttributeValue.fromS("shard-2\nERROR"), "leaseCounter", AttributeValue.fromN("1")));

        assertThat(store.scan().join().leases()).extracting(Lease::key).containsExactly("shard-1");

        assertThat(reports)
                .anyMatch(report -> report.contains("its owner is 'kcl\\u000a2026-01-01 ERROR"))
                .anyMatch(report -> report.contains("attribute 'leaseKey' must be at most 200 characters"))
                .allSatisfy(report -> assertThat(report.substring(report.indexOf(' ')))
                        .doesNotContain("\n")
                        .hasSizeLessThan(600));
    }

    @Test
    void leaseThatChangedHandsMoreOftenThanCanBeCountedIsTakenAllTheSame() {
        Map<String, AttributeValue> worn = kclLease();
        worn.put("ownerSwitchesSinceCheckpoint", AttributeValue.fromN("2147483647"));
        put(worn);
        Lease seen = store.scan().join().leases().get(0);

        assertThat(store.take(seen, "a@1").join()).isInstanceOf(WriteResult.Written.class);
        assertThat(row()).containsEntry("ownerSwitchesSinceCheckpoint", AttributeValue.fromN("2147483647"));
    }

    @Test
    void leaseWhoseRowIsFullIsToldFromOtherRefusals() {
        Map<String, AttributeValue> full = kclLease();
        full.put("childShardIds", AttributeValue.fromSs(List.of("x".repeat(400 * 1024 - 480))));
        put(full);
        Lease seen = store.scan().join().leases().get(0);

        assertThatThrownBy(() -> store.take(seen, "a@" + "1".repeat(400)).join())
                .hasCauseInstanceOf(RowTooLargeException.class)
                .hasMessageContaining("remove what does not belong there");
    }

    @Test
    void rowThatCannotBeReadIsNotAbsent() {
        put(Map.of("leaseKey", AttributeValue.fromS("broken"), "leaseCounter", AttributeValue.fromS("many")));
        put(Map.of(
                "leaseKey",
                AttributeValue.fromS("worker/b@2"),
                "entityType",
                AttributeValue.fromS("SHARDLINE_WORKER")));

        assertThatThrownBy(() -> store.readLeases(List.of("broken")).join()).hasMessageContaining("row 'broken'");
        assertThatThrownBy(() -> store.readSession("b@2").join()).hasMessageContaining("row 'worker/b@2'");
    }

    @Test
    void rowThatCannotBeReadDoesNotKeepTheOthersFromThoseWhoCanDoWithoutIt() {
        put(Map.of("leaseKey", AttributeValue.fromS("broken"), "leaseCounter", AttributeValue.fromS("many")));
        Lease fine = Lease.unowned("shard-1", Checkpoint.trimHorizon(), ImmutableSet.of(), null);
        store.createLease(fine).join();

        assertThat(store.readReadable(List.of("broken", "shard-1", "absent")).join())
                .containsExactly(fine);
    }

    @Test
    void creatingALeaseLeavesARowThatCannotBeReadAlone() {
        Map<String, AttributeValue> broken =
                Map.of("leaseKey", AttributeValue.fromS("shard-1"), "leaseCounter", AttributeValue.fromS("many"));
        put(broken);
        Lease fresh = Lease.unowned("shard-1", Checkpoint.trimHorizon(), ImmutableSet.of(), null);

        assertThat(store.createLease(fresh).join()).isEqualTo(new Refused<Lease>(null));
        assertThat(row()).isEqualTo(broken);
    }

    /** As KCL 3.5 writes it, with what only KCL knows. */
    private static Map<String, AttributeValue> kclLease() {
        Map<String, AttributeValue> item = new LinkedHashMap<>();
        item.put("leaseKey", AttributeValue.fromS("shard-1"));
        item.put("entityType", AttributeValue.fromS("LEASE"));
        item.put("leaseOwner", AttributeValue.fromS("kcl-1"));
        item.put("leaseCounter", AttributeValue.fromN("41"));
        item.put("checkpoint", AttributeValue.fromS("4959"));
        item.put("checkpointSubSequenceNumber", AttributeValue.fromN("2"));
        item.put("ownerSwitchesSinceCheckpoint", AttributeValue.fromN("0"));
        item.put("parentShardId", AttributeValue.fromSs(List.of("shard-0")));
        item.put("childShardIds", AttributeValue.fromSs(List.of("shard-7", "shard-8")));
        item.put("throughputKBps", AttributeValue.fromN("12.5"));
        item.put("pendingCheckpoint", AttributeValue.fromS("4961"));
        item.put("pendingCheckpointSubSequenceNumber", AttributeValue.fromN("0"));
        item.put("pendingCheckpointState", AttributeValue.fromB(SdkBytes.fromUtf8String("state")));
        return item;
    }

    private void put(Map<String, AttributeValue> item) {
        client.putItem(request -> request.tableName(table.tableName()).item(item))
                .join();
    }

    private Map<String, AttributeValue> row() {
        return client.getItem(request -> request.tableName(table.tableName())
                        .key(Map.of("leaseKey", AttributeValue.fromS("shard-1")))
                        .consistentRead(true))
                .join()
                .item();
    }

    private Lease scanned() {
        return store.scan().join().leases().get(0);
    }

    private static Lease written(WriteResult<Lease> result) {
        return ((Written<Lease>) result).row();
    }
}
