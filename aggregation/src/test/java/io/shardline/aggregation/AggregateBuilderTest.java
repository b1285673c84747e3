package io.shardline.aggregation;

import static io.shardline.aggregation.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.shardline.aggregation.Decoded.Aggregated;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AggregateBuilderTest {
    private static final int UNLIMITED = Integer.MAX_VALUE;

    private final AggregateBuilder builder = new AggregateBuilder();

    @Test
    void writesTheGoldenAggregate() {
        Samples.TWO.forEach(entry -> builder.tryAdd(entry, UNLIMITED));
        assertThat(builder.build()).isEqualTo(Samples.TWO_BYTES);
        assertThat(builder.entries()).isEqualTo(Samples.TWO);
        assertThat(builder.count()).isEqualTo(2);
    }

    @Property(tries = 100)
    void sizeIsExactAfterEveryEntry(@ForAll("entryLists") List<AggregateEntry> entries) {
        AggregateBuilder growing = new AggregateBuilder();
        for (AggregateEntry entry : entries) {
            assertThat(growing.tryAdd(entry, UNLIMITED)).isTrue();
            assertThat(growing.build()).hasSize(growing.size());
        }
        assertThat(growing.entries()).isEqualTo(entries);
    }

    @Property(tries = 100)
    void whatIsExpectedChangesNothing(
            @ForAll("entryLists") List<AggregateEntry> entries,
            @ForAll @IntRange(max = 100) int expectedEntries,
            @ForAll @IntRange(max = 100) int expectedKeys) {
        AggregateBuilder expecting = new AggregateBuilder(expectedEntries, expectedKeys);
        AggregateBuilder expectingNothing = new AggregateBuilder();
        for (AggregateEntry entry : entries) {
            expecting.tryAdd(entry, UNLIMITED);
            expectingNothing.tryAdd(entry, UNLIMITED);
        }

        assertThat(expecting.build()).isEqualTo(expectingNothing.build());
        assertThat(expecting.partitionKeyCount()).isEqualTo((int)
                entries.stream().map(AggregateEntry::partitionKey).distinct().count());
    }

    @Test
    void roomIsNotMadeForFewerThanNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AggregateBuilder(-1, 0))
                .withMessageContaining("-1 and 0");
    }

    @Property(tries = 200)
    void entryIsAddedExactlyWhenTheResultFits(
            @ForAll("entryLists") List<AggregateEntry> entries, @ForAll @IntRange(max = 5_000) int maxBytes) {
        AggregateBuilder limited = new AggregateBuilder();
        for (AggregateEntry entry : entries) {
            byte[] before = limited.count() == 0 ? new byte[0] : limited.build();
            AggregateBuilder unlimited = new AggregateBuilder();
            limited.entries().forEach(e -> unlimited.tryAdd(e, UNLIMITED));
            unlimited.tryAdd(entry, UNLIMITED);
            boolean fits = limited.count() == 0 || unlimited.size() <= maxBytes;

            assertThat(limited.tryAdd(entry, maxBytes)).isEqualTo(fits);
            assertThat(limited.build()).isEqualTo(fits ? unlimited.build() : before);
            assertThat(limited.size()).isEqualTo(limited.build().length);
        }
    }

    @Test
    void sizeIsExactWhereTheLengthsOfNumbersChange() {
        for (int i = 0; i < 17_000; i++) {
            builder.tryAdd(entry("key " + i, ""), UNLIMITED);
            if (i < 300 || Math.abs(i - 16_384) < 4) {
                assertThat(builder.build()).hasSize(builder.size());
            }
        }
        assertThat(builder.build()).hasSize(builder.size());
        assertThat(AggregateCodec.decode(builder.build())).isEqualTo(new Aggregated(builder.entries()));
    }

    @Test
    void firstEntryIsAddedHoweverLargeItIs() {
        assertThat(builder.tryAdd(new AggregateEntry("pk", null, new byte[1_000]), 10))
                .isTrue();
        assertThat(builder.tryAdd(entry("pk", ""), 10)).isFalse();
        assertThat(builder.count()).isEqualTo(1);
        assertThat(builder.build()).hasSize(builder.size());
    }

    @Test
    void oneExplicitHashKeyMakesAllHashKeysWritten() {
        builder.tryAdd(entry("pk1", "before"), UNLIMITED);
        builder.tryAdd(entry("pk2", "123", "with"), UNLIMITED);
        builder.tryAdd(entry("pk1", "after"), UNLIMITED);

        String hashOfPk1 = HashKey.ofPartitionKey("pk1").toString();
        assertThat(builder.build())
                .hasSize(builder.size())
                .isEqualTo(AggregateCodec.encode(List.of(
                        entry("pk1", hashOfPk1, "before"),
                        entry("pk2", "123", "with"),
                        entry("pk1", hashOfPk1, "after"))));
    }

    @Test
    void explicitHashKeyThatDoesNotFitLeavesTheOthersUnwritten() {
        builder.tryAdd(entry("pk1", "hello"), UNLIMITED);
        builder.tryAdd(entry("pk1", "world"), UNLIMITED);
        assertThat(builder.tryAdd(entry("pk1", "123", ""), builder.size() + 50)).isFalse();
        assertThat(builder.build()).isEqualTo(Samples.TWO_BYTES);
    }

    @Test
    void emptyBuilderHasNoSizeAndBuildsNothing() {
        assertThat(builder.size()).isZero();
        assertThatIllegalStateException().isThrownBy(builder::build).withMessageContaining("at least one entry");
    }

    @Provide
    Arbitrary<List<AggregateEntry>> entryLists() {
        return Samples.entryLists();
    }
}
