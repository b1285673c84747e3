package io.shardline.testkit.junit;

import static io.shardline.testkit.junit.KinesisAssertions.assertThat;
import static io.shardline.testkit.junit.TestData.entry;
import static io.shardline.testkit.junit.TestData.putAggregate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.shardline.testkit.StoredRecord;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;

/** Assertions on what is stored, and what they say when it is something else. Confined to one thread. */
@KinesisTest(streams = @KinesisStream(name = "orders", shards = 2))
class KinesisAssertionsTest {

    private static final String FIRST = "shardId-000000000000";
    private static final String SECOND = "shardId-000000000001";
    private static final String MIDDLE = "170141183460469231731687303715884105728";

    private final TestKinesis kinesis;

    KinesisAssertionsTest(TestKinesis kinesis) {
        this.kinesis = kinesis;
    }

    private void put(String key, String hashKey, String text) {
        kinesis.client()
                .putRecord(r -> r.streamName("orders")
                        .partitionKey(key)
                        .explicitHashKey(hashKey)
                        .data(SdkBytes.fromUtf8String(text)))
                .join();
    }

    @Test
    void recordsAreCountedAndComparedByShard() {
        put("alice", "0", "1 book");
        put("bob", MIDDLE, "2 pens");
        put("alice", "0", "3 cups");

        assertThat(kinesis).stream("orders")
                .hasRecords(3)
                .hasUserRecords(3)
                .hasOpenShards(2)
                .records()
                .extracting(StoredRecord::partitionKey, StoredRecord::explicitHashKey)
                .containsExactly(tuple("alice", "0"), tuple("alice", "0"), tuple("bob", MIDDLE));
        assertThat(kinesis).stream("orders")
                .shard(SECOND)
                .hasRecords(1)
                .userRecords()
                .extracting(StoredUserRecord::text)
                .containsExactly("2 pens");
        assertThat(kinesis).stream("orders")
                .userRecordsOf("alice")
                .extracting(StoredUserRecord::text)
                .containsExactly("1 book", "3 cups");
    }

    @Test
    void aggregatesAreTakenApart() {
        putAggregate(kinesis, "x", entry("alice", "1 book"), entry("bob", "2 pens"));

        assertThat(kinesis).stream("orders")
                .hasRecords(1)
                .hasUserRecords(2)
                .userRecords()
                .extracting(StoredUserRecord::partitionKey, StoredUserRecord::subSequenceNumber, StoredUserRecord::text)
                .containsExactly(tuple("alice", 0, "1 book"), tuple("bob", 1, "2 pens"));
    }

    @Test
    void straysThatTheirProducerHasPutAgainDoNotCount() {
        // By their MD5 the first shard takes "alice" and the second "bob".
        putAggregate(kinesis, "a", entry("bob", "at home"), entry("alice", "stray"));

        assertThat(kinesis).stream("orders")
                .userRecords()
                .extracting(StoredUserRecord::text)
                .containsExactly("at home");
    }

    @Test
    void anEmptyStreamIsEmpty() {
        assertThat(kinesis.emulator()).stream("orders").isEmpty().shard(FIRST).isEmpty();
    }

    @Test
    void aWrongNumberIsToldWithWhatIsThere() {
        put("alice", "0", "1 book\nand more");
        putAggregate(kinesis, "x", entry("bob", "2 pens"), entry("carol", "3 cups"));
        String first = kinesis.emulator().records("orders").get(0).sequenceNumber();
        String second = kinesis.emulator().records("orders").get(1).sequenceNumber();

        assertThatThrownBy(() -> assertThat(kinesis).stream("orders").hasRecords(3))
                .isInstanceOf(AssertionError.class)
                .hasMessage("""
                        Expecting stream 'orders' to have 3 Kinesis records but it has 2 Kinesis records with 3 user records
                          shardId-000000000000:
                            %s/0 'alice' "1 book\\nand more"
                          shardId-000000000001:
                            %s/0 'bob' "2 pens"
                            %s/1 'carol' "3 cups"
                        (what a producer still holds is not stored: flush it before)\
                        """.formatted(first, second, second));
    }

    @Test
    void aDescriptionStaysAndAShardSpeaksForItself() {
        assertThatThrownBy(() -> assertThat(kinesis).as("after the sale").stream("orders")
                        .shard(SECOND)
                        .hasUserRecords(1))
                .hasMessage("""
                        [after the sale] \
                        Expecting shardId-000000000001 of stream 'orders' to have 1 user record but it has \
                        0 Kinesis records with 0 user records
                          shardId-000000000001: empty
                        (what a producer still holds is not stored: flush it before)""");
    }

    @Test
    void longAndBinaryDataIsShownByItsBeginning() {
        put("k", "0", "x".repeat(100));
        kinesis.client()
                .putRecord(r -> r.streamName("orders")
                        .partitionKey("k")
                        .explicitHashKey("0")
                        .data(SdkBytes.fromByteArray(new byte[20])))
                .join();

        assertThatThrownBy(() -> assertThat(kinesis).stream("orders").isEmpty())
                .hasMessageContaining("'k' \"" + "x".repeat(60) + "\"... (100 characters)")
                .hasMessageContaining("'k' 0x" + "00".repeat(16) + "... (20 bytes)");
    }

    @Test
    void manyRecordsAreShownByTheFirst() {
        for (int i = 0; i < 35; i++) {
            put("k", "0", "n" + i);
        }

        assertThatThrownBy(() -> assertThat(kinesis).stream("orders").isEmpty())
                .hasMessageContaining("\"n29\"")
                .hasMessageNotContaining("\"n30\"")
                .hasMessageEndingWith("and 5 more");
    }

    @Test
    void whatIsNotThereIsNamed() {
        put("alice", "0", "1 book");

        assertThatThrownBy(() -> assertThat(kinesis).stream("order"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("Expecting a stream 'order' but there is only [orders]");
        assertThatThrownBy(() -> assertThat(kinesis).stream("orders").shard("shardId-000000000007"))
                .hasMessage("Expecting stream 'orders' to have a shard 'shardId-000000000007' but it has [" + FIRST
                        + ", " + SECOND + "]");
        assertThatThrownBy(() -> assertThat(kinesis).stream("orders")
                        .userRecordsOf("alicia")
                        .isNotEmpty())
                .hasMessageContaining("[user records of partition key 'alicia' in stream 'orders',"
                        + " which has only the keys [alice]]");
        assertThatThrownBy(() -> assertThat(kinesis).stream("orders").hasOpenShards(3))
                .hasMessage("Expecting stream 'orders' to have 3 open shards but it has 2: [" + FIRST + ", " + SECOND
                        + "]");
    }
}
