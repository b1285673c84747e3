package io.shardline.aggregation;

import static io.shardline.aggregation.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AggregateEntryTest {
    @Test
    void hashKeyIsTheExplicitOneIfThereIsOne() {
        assertThat(entry("pk1", "123", "x").hashKey()).isEqualTo(HashKey.parse("123"));
        assertThat(entry("pk1", "x").hashKey()).isEqualTo(HashKey.ofPartitionKey("pk1"));
    }

    @Test
    void askingForTheHashKeyDoesNotMakeItExplicit() {
        AggregateEntry entry = entry("pk1", "x");
        assertThat(entry.hashKey()).isSameAs(entry.hashKey());
        assertThat(entry.explicitHashKey()).isNull();
        assertThat(entry).isEqualTo(entry("pk1", "x"));
    }

    @Test
    void entriesAreEqualByKeysAndContent() {
        assertThat(entry("pk", "1", "x")).isEqualTo(entry("pk", "1", "x")).hasSameHashCodeAs(entry("pk", "1", "x"));
        assertThat(entry("pk", "1", "x"))
                .isNotEqualTo(entry("pk2", "1", "x"))
                .isNotEqualTo(entry("pk", "2", "x"))
                .isNotEqualTo(entry("pk", "x"))
                .isNotEqualTo(entry("pk", "1", "y"));
    }

    @Test
    void dataIsNeitherCopiedNorPrinted() {
        byte[] data = {1, 2, 3};
        AggregateEntry entry = new AggregateEntry("pk", null, data);
        assertThat(entry.data()).isSameAs(data);
        assertThat(entry).hasToString("AggregateEntry[partitionKey=pk, explicitHashKey=null, data=3 bytes]");
    }
}
