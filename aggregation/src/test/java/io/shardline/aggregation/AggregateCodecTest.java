package io.shardline.aggregation;

import static io.shardline.aggregation.Samples.entry;
import static io.shardline.aggregation.Samples.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.shardline.aggregation.Decoded.Aggregated;
import io.shardline.aggregation.Decoded.Malformed;
import io.shardline.aggregation.Decoded.Plain;
import io.shardline.aggregation.Decoded.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AggregateCodecTest {
    /** Protobuf: a table with the one partition key "k". */
    private static final String TABLE = "0a016b";

    /** Protobuf: an entry of partition key 0 with data "d". */
    private static final String ENTRY = "1a05 0800 1a0164";

    @Test
    void goldenAggregatesAreWritten() {
        assertThat(AggregateCodec.encode(Samples.TWO)).isEqualTo(Samples.TWO_BYTES);
        assertThat(AggregateCodec.encode(Samples.MIXED)).isEqualTo(Samples.MIXED_BYTES);
    }

    @Test
    void goldenAggregatesAreRead() {
        assertThat(AggregateCodec.decode(Samples.TWO_BYTES)).isEqualTo(new Aggregated(Samples.TWO));
        assertThat(AggregateCodec.decode(Samples.MIXED_BYTES)).isEqualTo(new Aggregated(Samples.MIXED));
    }

    @Property(tries = 300)
    void whatIsWrittenIsRead(@ForAll("entryLists") List<AggregateEntry> entries) {
        assertThat(AggregateCodec.decode(AggregateCodec.encode(entries))).isEqualTo(new Aggregated(entries));
    }

    @Test
    void nothingCannotBeWritten() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AggregateCodec.encode(List.of()))
                .withMessageContaining("at least one entry");
    }

    @Test
    void unpairedSurrogateIsWrittenAsQuestionMark() {
        byte[] bytes = AggregateCodec.encode(List.of(entry("\ud800", "x")));
        assertThat(AggregateCodec.decode(bytes)).isEqualTo(new Aggregated(List.of(entry("?", "x"))));
        assertThat(HashKey.ofPartitionKey("\ud800")).isEqualTo(HashKey.ofPartitionKey("?"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "f3", "f3899a", "00", "68656c6c6f", "f3899ac3 0000000000000000000000000000000000"})
    void dataWithoutMagicIsPlain(String hex) {
        assertThat(AggregateCodec.decode(HexFormat.of().parseHex(hex.replace(" ", ""))))
                .isEqualTo(new Plain());
    }

    @Test
    void magicWithNothingBetweenItAndTheChecksumIsPlain() {
        byte[] empty = frame("");
        assertThat(empty).hasSize(20);
        for (int length = 0; length <= empty.length; length++) {
            assertThat(AggregateCodec.decode(Arrays.copyOf(empty, length))).isEqualTo(new Plain());
        }
    }

    @Test
    void anyChangedByteBehindTheMagicSpoilsTheChecksum() {
        for (int i = 4; i < Samples.MIXED_BYTES.length; i++) {
            byte[] changed = Samples.MIXED_BYTES.clone();
            changed[i] ^= 1;
            assertMalformed(changed, Reason.BAD_CHECKSUM, "MD5");
        }
    }

    @Test
    void truncatedAggregateHasABadChecksum() {
        assertMalformed(Arrays.copyOf(Samples.TWO_BYTES, Samples.TWO_BYTES.length - 1), Reason.BAD_CHECKSUM, "MD5");
    }

    @ParameterizedTest
    @CsvSource({
        "1aff, length cut off",
        "1a05 0800 1a02 64, data longer than its entry",
        "1a7f 0800 1a0164, entry longer than the message",
        "1affffffff07 0800, entry of 2 GiB",
        "1affffffffffffffffff01 0800, negative entry length",
        "1a0a 0800 1affffffff0764, data of 2 GiB",
        "1a0f 0800 1affffffffffffffffff0164, negative data length",
        "0affffffff0f 6b, partition key of negative length",
        "0affffffff07 6b, partition key of 2 GiB",
        "1affffffffffffffffffff01, varint of more than ten bytes",
        "1a03 1a0164, entry without partition key",
        "1a02 0800, entry without data",
        "1a00, empty entry",
        "1a04 0800 1a 01, tag without content",
        "1a06 0800 1a0164 00, field number zero in an entry",
        "00, field number zero",
        "0c, end of a group that never began",
        "1a06 0800 1a0164 0c, end of a group in an entry",
        "0b, group without end",
        "0f, wire type 7",
        "0880, cut in a varint"
    })
    void brokenProtobufIsMalformed(String hex, String ignoredWhatIsWrong) {
        assertMalformed(frame(TABLE + ENTRY + hex), Reason.BAD_PROTOBUF, "");
    }

    @Test
    void missingFieldIsNamed() {
        assertMalformed(
                frame(TABLE + ENTRY + "1a020800"), Reason.BAD_PROTOBUF, "entry 1 lacks the required field data");
        assertMalformed(
                frame(TABLE + "1a031a0164"),
                Reason.BAD_PROTOBUF,
                "entry 0 lacks the required field partition_key_index");
    }

    @Test
    void deeplyNestedGroupsAreMalformed() {
        byte[] groups = new byte[1_000_000];
        Arrays.fill(groups, (byte) 0x0b);
        assertMalformed(frame(groups), Reason.BAD_PROTOBUF, "");
    }

    @Test
    void partitionKeyIndexBeyondTheTableIsMalformed() {
        assertMalformed(
                frame(TABLE + "1a05 0801 1a0164"),
                Reason.INDEX_OUT_OF_RANGE,
                "entry 0 names partition key 1 of a table of 1");
        assertMalformed(frame(ENTRY), Reason.INDEX_OUT_OF_RANGE, "partition key 0 of a table of 0");
    }

    @Test
    void explicitHashKeyIndexBeyondTheTableIsMalformed() {
        assertMalformed(
                frame(TABLE + ENTRY + "1a07 0800 1000 1a0164"),
                Reason.INDEX_OUT_OF_RANGE,
                "entry 1 names explicit hash key 0 of a table of 0");
    }

    @Test
    void indexesThatWouldWrapAroundAsIntAreMalformed() {
        assertMalformed(
                frame(TABLE + "1a09 088080808010 1a0164"), Reason.INDEX_OUT_OF_RANGE, "partition key 4294967296 of");
        assertMalformed(
                frame(TABLE + "1a0e 08ffffffffffffffffff01 1a0164"),
                Reason.INDEX_OUT_OF_RANGE,
                "partition key 18446744073709551615 of");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "abc", "340282366920938463463374607431768211456"})
    void badHashKeyInTheTableIsMalformed(String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        String field = "12" + HexFormat.of().toHexDigits((byte) ascii.length)
                + HexFormat.of().formatHex(ascii);
        assertMalformed(frame(TABLE + field + ENTRY), Reason.BAD_HASH_KEY, "'" + text + "'");
    }

    @Test
    void aggregateWithoutEntriesIsMalformedSoThatItIsDeliveredAsItCame() {
        assertMalformed(frame(TABLE), Reason.NO_ENTRIES, "no entries");
    }

    @Test
    void unknownFieldsAreSkippedAndTagsAreHeaders() {
        String unknownVarint = "2001";
        String unknownGroup = "2b 0801 2c";
        String entryWithTag = "1a0c 0800 1a0164 2205 0a01741200";
        byte[] bytes = frame(unknownVarint + TABLE + unknownGroup + entryWithTag + "3201ff");
        assertThat(AggregateCodec.decode(bytes))
                .isEqualTo(new Aggregated(
                        List.of(new AggregateEntry("k", null, "d".getBytes(StandardCharsets.UTF_8), Map.of("t", "")))));
    }

    @Test
    void tablesMayFollowTheEntriesThatUseThem() {
        assertThat(AggregateCodec.decode(frame(ENTRY + TABLE))).isEqualTo(new Aggregated(List.of(entry("k", "d"))));
    }

    @Test
    void lastOfARepeatedSingleFieldCounts() {
        byte[] bytes = frame(TABLE + "0a016c" + "1a0a 0800 0801 1a0164 1a0165");
        assertThat(AggregateCodec.decode(bytes)).isEqualTo(new Aggregated(List.of(entry("l", "e"))));
    }

    @Test
    void partitionKeyThatIsNotUtf8IsReadWithReplacementCharacters() {
        assertThat(AggregateCodec.decode(frame("0a01ff" + ENTRY)))
                .isEqualTo(new Aggregated(List.of(entry("\ufffd", "d"))));
    }

    private static void assertMalformed(byte[] data, Reason reason, String detail) {
        assertThat(AggregateCodec.decode(data)).isInstanceOfSatisfying(Malformed.class, malformed -> {
            assertThat(malformed.reason()).isEqualTo(reason);
            assertThat(malformed.detail()).contains(detail).isNotBlank();
        });
    }

    @Provide
    Arbitrary<List<AggregateEntry>> entryLists() {
        return Samples.entryLists();
    }
}
