package io.shardline.aggregation;

import static io.shardline.aggregation.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.kinesis.agg.AggRecord;
import com.amazonaws.kinesis.agg.RecordAggregator;
import com.amazonaws.services.kinesis.clientlibrary.types.UserRecord;
import com.amazonaws.services.kinesis.model.Record;
import io.shardline.aggregation.Decoded.Aggregated;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** AWS Labs' kinesis-aggregation and us: its aggregator into our decoder, our encoder into its deaggregating routine. */
class KinesisAggregationInteropTest {
    @Test
    void weReadItsAggregates() throws Exception {
        RecordAggregator aggregator = new RecordAggregator();
        for (AggregateEntry entry : Samples.MIXED) {
            HashKey hashKey = entry.explicitHashKey();
            aggregator.addUserRecord(entry.partitionKey(), hashKey == null ? null : hashKey.toString(), entry.data());
        }
        AggRecord aggregate = aggregator.clearAndGet();

        assertThat(AggregateCodec.decode(aggregate.toRecordBytes()))
                .isEqualTo(new Aggregated(List.of(
                        entry("pk1", HashKey.ofPartitionKey("pk1").toString(), "hello"),
                        entry("pk2", "123", "world"),
                        entry("pk1", "123", ""))));
        assertThat(aggregate.getPartitionKey()).isEqualTo("pk1");
    }

    @Test
    void itsAggregateIsByteForByteOursWhenAllHashKeysAreWritten() throws Exception {
        RecordAggregator aggregator = new RecordAggregator();
        AggregateBuilder builder = new AggregateBuilder();
        for (int i = 0; i < 300; i++) {
            AggregateEntry entry = entry("key " + i % 150, Integer.toString(i % 200), "data " + i);
            aggregator.addUserRecord(entry.partitionKey(), Integer.toString(i % 200), entry.data());
            builder.tryAdd(entry, Integer.MAX_VALUE);
        }
        assertThat(builder.build()).isEqualTo(aggregator.clearAndGet().toRecordBytes());
    }

    @Property(tries = 100)
    void itReadsOurAggregates(@ForAll("entryLists") List<AggregateEntry> entries) {
        Record record = new Record()
                .withData(ByteBuffer.wrap(AggregateCodec.encode(entries)))
                .withPartitionKey("a")
                .withSequenceNumber("49");
        List<UserRecord> userRecords = UserRecord.deaggregate(List.of(record));
        assertThat(userRecords.stream().map(KinesisAggregationInteropTest::toEntry))
                .isEqualTo(entries);
    }

    private static AggregateEntry toEntry(UserRecord record) {
        String explicitHashKey = record.getExplicitHashKey();
        return new AggregateEntry(
                record.getPartitionKey(),
                explicitHashKey == null ? null : HashKey.parse(explicitHashKey),
                record.getData().array());
    }

    @Provide
    Arbitrary<List<AggregateEntry>> entryLists() {
        return Samples.entryLists();
    }
}
