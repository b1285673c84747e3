package io.shardline.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/**
 * Whatever the bytes are, reading them and asking where the entries belong takes work linear in their number.
 *
 * <p>The steps that are counted are the bytes that the thread allocates, which are the same in every run: no part of an
 * aggregate can be read, hashed or looked up without an object. What allocates nothing is held by the processor time of
 * the largest records.
 */
class DecodingCostTest {
    /** An entry of six bytes becomes objects of some hundred and fifty. */
    private static final long MAX_STEPS_PER_BYTE = 64;

    /** Also of no bytes. */
    private static final long MAX_STEPS_FIXED = 64 * 1024;

    /** A hundredth of what is needed if each entry hashes a long key, and ten times what is needed now. */
    private static final long MAX_NANOS_PER_BYTE = 1_000;

    private static final int MIB = 1 << 20;

    private static final HexFormat HEX = HexFormat.of();

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Parts that a message is made of; each is repeated up to a few hundred times, in any order. */
    enum Part {
        SHORT_KEY(delimited(1, bytes("k"))),
        LONG_KEY(delimited(1, bytes("k".repeat(256)))),
        LONG_KEY_OF_WIDE_CHARACTERS(delimited(1, bytes("\ud83d\udd11".repeat(256)))),
        KEY_THAT_IS_NOT_UTF8(delimited(1, new byte[] {-1, -1, -1, -1})),
        HASH_KEY(delimited(2, bytes("340282366920938463463374607431768211455"))),
        HASH_KEY_WITH_ZEROS(delimited(2, bytes("0".repeat(2_000) + "1"))),
        SMALLEST_ENTRY(HEX.parseHex("1a0408001a00")),
        ENTRY_OF_A_LATER_KEY(HEX.parseHex("1a0408011a00")),
        ENTRY_WITH_HASH_KEY(HEX.parseHex("1a06080010001a00")),
        ENTRY_THAT_SAYS_ALL_TWICE(HEX.parseHex("1a08080008001a001a00")),
        ENTRY_WITH_DATA(delimited(3, join(HEX.parseHex("0800"), delimited(3, new byte[1_000])))),
        ENTRY_WITH_HEADERS(entry(headers(40, 8))),
        ENTRY_WITH_ONE_HEADER_AGAIN_AND_AGAIN(entry(join(headers(1, 8), headers(1, 8), headers(1, 8)))),
        ENTRY_WITH_HEADERS_OF_ONE_HASH_CODE(entry(collidingHeaders(64))),
        UNKNOWN_FIELDS(HEX.parseHex("20012001")),
        NESTED_GROUPS(join(HEX.parseHex("2b".repeat(50)), HEX.parseHex("2c".repeat(50))));

        private final ByteString content;

        Part(byte[] bytes) {
            this.content = ByteString.copyFrom(bytes);
        }

        private byte[] toBytes() {
            return content.toByteArray();
        }
    }

    record Repeated(Part part, int times) {}

    @Property(tries = 100)
    void anyMessageTakesStepsLinearInItsBytes(@ForAll("messages") List<Repeated> message) {
        assertLinear(frame(message));
    }

    @Property(tries = 100)
    void anyBytesInAFrameTakeStepsLinearInTheirNumber(@ForAll byte[] message) {
        assertLinear(Samples.frame(message));
    }

    @Test
    void oneKeyOfAsManyBytesAsItsEntriesIsNotHashedForEachOfThem() {
        byte[] message = join(delimited(1, bytes("k".repeat(MIB / 2))), entries(87_370));

        assertLinear(Samples.frame(message));
        assertThat(AggregateCodec.decode(Samples.frame(message)))
                .isEqualTo(new Decoded.Malformed(
                        Decoded.Reason.KEY_TOO_LONG, "a partition key has at most 256 characters, had 524288"));
    }

    @Test
    void theLongestKeyIsHashedOnceForAllItsEntries() {
        byte[] message = join(Part.LONG_KEY_OF_WIDE_CHARACTERS.toBytes(), entries(10 * MIB / 6));

        assertLinear(Samples.frame(message));
    }

    @Test
    void headersOfOneHashCodeAreReadInLinearTime() {
        assertLinear(Samples.frame(join(Part.SHORT_KEY.toBytes(), entry(collidingHeaders(1 << 14)))));
    }

    private static void assertLinear(byte[] data) {
        Thread self = Thread.currentThread();
        work(data); // classes are loaded
        long nanosBefore = THREADS.getCurrentThreadCpuTime();
        long bytesBefore = THREADS.getThreadAllocatedBytes(self.getId());
        work(data);
        long steps = THREADS.getThreadAllocatedBytes(self.getId()) - bytesBefore;
        long nanos = THREADS.getCurrentThreadCpuTime() - nanosBefore;
        assertThat(steps)
                .as("steps for %d bytes", data.length)
                .isLessThan(MAX_STEPS_FIXED + MAX_STEPS_PER_BYTE * data.length);
        if (data.length >= MIB / 2) {
            assertThat(nanos).as("time for %d bytes", data.length).isLessThan(MAX_NANOS_PER_BYTE * data.length);
        }
    }

    private static void work(byte[] data) {
        if (AggregateCodec.decode(data) instanceof Decoded.Aggregated aggregate) {
            for (AggregateEntry entry : aggregate.entries()) {
                assertThat(entry.hashKey() != null).isTrue();
            }
        }
    }

    @Provide
    Arbitrary<List<Repeated>> messages() {
        Arbitrary<Integer> times = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.integers().between(1, 3)),
                Tuple.of(1, Arbitraries.integers().between(4, 500)));
        return Combinators.combine(Arbitraries.of(Part.values()), times)
                .as(Repeated::new)
                .list()
                .ofMaxSize(8);
    }

    private static byte[] frame(List<Repeated> message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Repeated repeated : message) {
            for (int i = 0; i < repeated.times(); i++) {
                out.writeBytes(repeated.part().toBytes());
            }
        }
        return Samples.frame(out.toByteArray());
    }

    private static byte[] entries(int count) {
        byte[] entry = Part.SMALLEST_ENTRY.toBytes();
        byte[] all = new byte[count * entry.length];
        for (int i = 0; i < count; i++) {
            System.arraycopy(entry, 0, all, i * entry.length, entry.length);
        }
        return all;
    }

    private static byte[] entry(byte[] headers) {
        return delimited(3, join(HEX.parseHex("08001a00"), headers));
    }

    private static byte[] headers(int count, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            out.writeBytes(header(String.format("%0" + length + "d", i)));
        }
        return out.toByteArray();
    }

    /** "Aa" and "BB" have the same hash code, and so has every text of as many of them. */
    private static byte[] collidingHeaders(int count) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            StringBuilder name = new StringBuilder();
            for (int bit = 1; bit < count; bit <<= 1) {
                name.append((i & bit) == 0 ? "Aa" : "BB");
            }
            out.writeBytes(header(name.toString()));
        }
        return out.toByteArray();
    }

    private static byte[] header(String name) {
        return delimited(4, join(delimited(1, bytes(name)), delimited(2, bytes("v"))));
    }

    private static byte[] delimited(int field, byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(content.length);
            out.writeRawBytes(content);
            out.flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
