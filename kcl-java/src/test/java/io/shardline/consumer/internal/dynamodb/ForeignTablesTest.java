package io.shardline.consumer.internal.dynamodb;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.DynamoDbTable;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.testkit.ForeignLeaseTable;
import io.shardline.testkit.ForeignLeaseTable.Checkpoint;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The lease tables of other libraries, in DynamoDB: a consumer that is started on one handles exactly what they left. */
class ForeignTablesTest {

    private final DynamoDbAsyncClient client = DynamoDbLocal.client();
    private final DynamoDbTable table = DynamoDbLocal.newTable().build();
    private final SimulatedFleet fleet = new SimulatedFleet(1, 3);
    private final Map<String, Checkpoint> checkpoints = new LinkedHashMap<>();

    /**
     * Shard 0 is finished and one of its children begun, shard 1 stands in the middle, shard 2 was split and is not finished, and its
     * children have no leases yet.
     */
    @ParameterizedTest
    @EnumSource(ForeignLeaseTable.class)
    void exactlyTheRestIsHandledInTheMiddleOfReshards(ForeignLeaseTable library) {
        fleet.putAggregate("a0", "a1", "a2"); // shard 0
        fleet.putInto(shardId(1), "b0");
        fleet.putInto(shardId(1), "b1");
        fleet.putInto(shardId(2), "c0");
        fleet.putInto(shardId(2), "c1");
        fleet.split(shardId(0)); // 3, 4
        fleet.split(shardId(2)); // 5, 6
        fleet.putAggregate("d0", "d1", "d2"); // shard 3
        fleet.putInto(shardId(4), "e0");
        fleet.putInto(shardId(5), "f0");
        fleet.putInto(shardId(6), "g0");
        at(shardId(0), new Checkpoint("SHARD_END"));
        at(shardId(1), behind(shardId(1), 0, 0));
        at(shardId(2), behind(shardId(2), 0, 0));
        at(shardId(3), behind(shardId(3), 0, 1));
        at(shardId(4), new Checkpoint("TRIM_HORIZON"));
        leave(library);

        fleet.worker("w")
                .table(DynamoDbLocal.newStore(table, (key, what) -> {}))
                .from(StartingPosition.trimHorizon())
                .start();
        fleet.until(() -> fleet.texts().size() >= 6);
        fleet.advance(Duration.ofMinutes(1));

        assertThat(fleet.texts()).containsExactlyInAnyOrder("b1", "c1", "d2", "e0", "f0", "g0");
    }

    private void at(String shardId, Checkpoint checkpoint) {
        checkpoints.put(shardId, checkpoint);
    }

    /** Behind an entry of one of the records of a shard, by their numbers. */
    private Checkpoint behind(String shardId, int record, long entry) {
        String sequenceNumber = fleet.kinesis().records(SimulatedFleet.STREAM).stream()
                .filter(stored -> stored.shardId().equals(shardId))
                .toList()
                .get(record)
                .sequenceNumber();
        return new Checkpoint(sequenceNumber, entry);
    }

    private void leave(ForeignLeaseTable library) {
        DynamoDbLocal.newStore(table, (key, what) -> {}); // makes the table
        library.items(fleet.kinesis().shards(SimulatedFleet.STREAM), checkpoints)
                .forEach(item -> client.putItem(
                                request -> request.tableName(table.tableName()).item(attributes(item)))
                        .join());
    }

    private static Map<String, AttributeValue> attributes(Map<String, Map<String, Object>> item) {
        Map<String, AttributeValue> attributes = new LinkedHashMap<>();
        item.forEach((name, value) -> attributes.put(name, attribute(value)));
        return attributes;
    }

    private static AttributeValue attribute(Map<?, ?> value) {
        Map.Entry<?, ?> typed = value.entrySet().iterator().next();
        Object of = typed.getValue();
        return switch (String.valueOf(typed.getKey())) {
            case "S" -> AttributeValue.fromS(String.valueOf(of));
            case "N" -> AttributeValue.fromN(String.valueOf(of));
            case "SS" ->
                AttributeValue.fromSs(
                        ((List<?>) of).stream().map(String::valueOf).toList());
            case "NULL" -> AttributeValue.fromNul(true);
            case "L" ->
                AttributeValue.fromL(((List<?>) of)
                        .stream().map(each -> attribute((Map<?, ?>) each)).toList());
            case "M" -> {
                Map<String, AttributeValue> members = new LinkedHashMap<>();
                ((Map<?, ?>) of)
                        .forEach((name, each) -> members.put(String.valueOf(name), attribute((Map<?, ?>) each)));
                yield AttributeValue.fromM(members);
            }
            default -> throw new IllegalArgumentException("an attribute of type " + typed.getKey());
        };
    }
}
