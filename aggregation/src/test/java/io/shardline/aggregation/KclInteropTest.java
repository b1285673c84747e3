package io.shardline.aggregation;

import static io.shardline.aggregation.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.shardline.aggregation.Decoded.Aggregated;
import io.shardline.aggregation.Decoded.Malformed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.Messages;

/** Our aggregates in Amazon's KCL 3, KPL's schema as KCL has it in ours, and what KCL does where we differ. */
class KclInteropTest {
    private final AggregatorUtil kcl = new AggregatorUtil();

    @Property(tries = 200)
    void kclReadsOurAggregates(@ForAll("entryLists") List<AggregateEntry> entries) {
        List<KinesisClientRecord> records = deaggregate(AggregateCodec.encode(entries), HashKeyRange.FULL);
        assertThat(records.stream().map(KclInteropTest::toEntry)).isEqualTo(entries);
        for (int i = 0; i < records.size(); i++) {
            assertThat(records.get(i).aggregated()).isTrue();
            assertThat(records.get(i).subSequenceNumber()).isEqualTo(i);
            assertThat(records.get(i).sequenceNumber()).isEqualTo("49");
        }
    }

    @Property(tries = 200)
    void weReadWhatKplsSchemaWritesAndWriteTheSameBytes(@ForAll("entryLists") List<AggregateEntry> entries) {
        byte[] aggregate = Samples.frame(kplMessage(entries).build().toByteArray());
        assertThat(AggregateCodec.decode(aggregate)).isEqualTo(new Aggregated(entries));
        assertThat(AggregateCodec.encode(entries)).isEqualTo(aggregate);
    }

    @Test
    void weReadTagsAsKplsSchemaWritesThem() {
        Messages.AggregatedRecord.Builder message = kplMessage(Samples.TWO);
        AggregateEntry first = Samples.TWO.get(0);
        AggregateEntry withHeader =
                new AggregateEntry(first.partitionKey(), first.explicitHashKey(), first.data(), Map.of("key", "value"));
        message.getRecordsBuilder(0)
                .addTags(Messages.Tag.newBuilder().setKey("key").setValue("value"));
        assertThat(AggregateCodec.decode(Samples.frame(message.build().toByteArray())))
                .isEqualTo(new Aggregated(List.of(withHeader, Samples.TWO.get(1))));
        assertThat(AggregateCodec.encode(List.of(withHeader, Samples.TWO.get(1))))
                .isEqualTo(Samples.frame(message.build().toByteArray()));
    }

    @Test
    void kclReadsRecordsWithHeadersWithoutThem() {
        AggregateEntry with = new AggregateEntry("pk", null, new byte[] {1, 2}, Map.of("trace", "\u00e4-1"));
        List<KinesisClientRecord> records = deaggregate(AggregateCodec.encode(List.of(with)), HashKeyRange.FULL);
        assertThat(records.stream().map(KclInteropTest::toEntry))
                .containsExactly(new AggregateEntry("pk", null, new byte[] {1, 2}));
        assertThat(AggregateCodec.decode(AggregateCodec.encode(List.of(with))))
                .isEqualTo(new Aggregated(List.of(with)));
    }

    @Test
    void kclDropsTheWholeAggregateIfOneEntryIsOutsideTheRange() {
        List<AggregateEntry> entries = List.of(entry("in", "10", "1"), entry("in", "19", "2"), entry("out", "20", "3"));
        byte[] aggregate = AggregateCodec.encode(entries);

        assertThat(deaggregate(aggregate, HashKeyRange.parse("10", "20"))).hasSize(3);
        assertThat(deaggregate(aggregate, HashKeyRange.parse("10", "19"))).isEmpty();
    }

    @Test
    void kclAgreesWithUsWhereAnEntryWithoutExplicitHashKeyBelongs() {
        byte[] aggregate = AggregateCodec.encode(Samples.TWO);
        HashKey hashKey = HashKey.ofPartitionKey("pk1");

        assertThat(deaggregate(aggregate, new HashKeyRange(hashKey, hashKey))).hasSize(2);
        assertThat(deaggregate(aggregate, HashKeyRange.parse("0", "1"))).isEmpty();
    }

    @Test
    void kclAlsoDeliversARecordWithABadChecksumAsItCame() {
        byte[] damaged = Samples.TWO_BYTES.clone();
        damaged[10] ^= 1;
        assertThat(AggregateCodec.decode(damaged)).isInstanceOf(Malformed.class);
        assertDeliveredAsItCame(damaged);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1aff", "0a016b 1a02 0800", "0a016b 1a7f 0800"})
    void kclAlsoDeliversARecordOfBadProtobufAsItCame(String message) {
        byte[] data = Samples.frame(message);
        assertThat(AggregateCodec.decode(data)).isInstanceOf(Malformed.class);
        assertDeliveredAsItCame(data);
    }

    @Test
    void kclLosesAnAggregateWithoutEntriesThatWeDeliverAsItCame() {
        byte[] data = Samples.frame("0a016b");
        assertThat(AggregateCodec.decode(data)).isInstanceOf(Malformed.class);
        assertThat(deaggregate(data, HashKeyRange.FULL)).isEmpty();
    }

    /** KCL wants to log the record with a class that left the JDK with Java 11 and that its own dependencies lack. */
    @ParameterizedTest
    @ValueSource(strings = {"0a016b 1a05 0801 1a0164", "0a016b 120178 1a07 0800 1000 1a0164"})
    void kclFailsAtABadTableWhereWeDeliverTheRecordAsItCame(String message) {
        byte[] data = Samples.frame(message);
        assertThat(AggregateCodec.decode(data)).isInstanceOf(Malformed.class);
        assertThatThrownBy(() -> deaggregate(data, HashKeyRange.FULL))
                .isInstanceOf(NoClassDefFoundError.class)
                .hasMessageContaining("javax/xml/bind/DatatypeConverter");
    }

    @Test
    void kclAlsoTakesAFrameAroundNothingForAPlainRecord() {
        assertDeliveredAsItCame(Samples.frame(""));
    }

    private void assertDeliveredAsItCame(byte[] data) {
        List<KinesisClientRecord> records = deaggregate(data, HashKeyRange.FULL);
        assertThat(records).hasSize(1);
        assertThat(records.get(0).aggregated()).isFalse();
        assertThat(bytes(records.get(0).data())).isEqualTo(data);
    }

    private List<KinesisClientRecord> deaggregate(byte[] data, HashKeyRange range) {
        KinesisClientRecord record = KinesisClientRecord.builder()
                .data(ByteBuffer.wrap(data))
                .partitionKey("a")
                .sequenceNumber("49")
                .build();
        return kcl.deaggregate(
                new ArrayList<>(List.of(record)),
                range.start().toString(),
                range.end().toString());
    }

    private static AggregateEntry toEntry(KinesisClientRecord record) {
        String explicitHashKey = record.explicitHashKey();
        return new AggregateEntry(
                record.partitionKey(),
                explicitHashKey == null ? null : HashKey.parse(explicitHashKey),
                bytes(record.data()));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static Messages.AggregatedRecord.Builder kplMessage(List<AggregateEntry> entries) {
        List<String> partitionKeys = new ArrayList<>();
        List<String> hashKeys = new ArrayList<>();
        Messages.AggregatedRecord.Builder message = Messages.AggregatedRecord.newBuilder();
        for (AggregateEntry entry : entries) {
            Messages.Record.Builder record = message.addRecordsBuilder()
                    .setPartitionKeyIndex(indexOf(entry.partitionKey(), partitionKeys))
                    .setData(ByteString.copyFrom(entry.data()));
            HashKey hashKey = entry.explicitHashKey();
            if (hashKey != null) {
                record.setExplicitHashKeyIndex(indexOf(hashKey.toString(), hashKeys));
            }
        }
        return message.addAllPartitionKeyTable(partitionKeys).addAllExplicitHashKeyTable(hashKeys);
    }

    private static int indexOf(String key, List<String> table) {
        if (!table.contains(key)) {
            table.add(key);
        }
        return table.indexOf(key);
    }

    @Provide
    Arbitrary<List<AggregateEntry>> entryLists() {
        return Samples.entryLists();
    }
}
