package io.shardline.aggregation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;

/** Entries and aggregates that several tests use. Immutable. */
final class Samples {
    /** Two entries of one partition key. */
    static final List<AggregateEntry> TWO = List.of(entry("pk1", "hello"), entry("pk1", "world"));

    static final byte[] TWO_BYTES = HexFormat.of()
            .parseHex("f3899ac20a03706b311a0908001a0568656c6c6f1a0908001a05776f726c64"
                    + "f5fb92b07d5dc986bb5915e9657557aa");

    /** Entries with and without explicit hash key, one of them without data. */
    static final List<AggregateEntry> MIXED =
            List.of(entry("pk1", "hello"), entry("pk2", "123", "world"), entry("pk1", "123", ""));

    static final byte[] MIXED_BYTES = HexFormat.of()
            .parseHex("f3899ac20a03706b310a03706b3212033132331a0908001a0568656c6c6f1a0b080110001a05776f726c64"
                    + "1a06080010001a006a863f8c5d033d3350a1d0c757e7fedc");

    private Samples() {}

    static AggregateEntry entry(String partitionKey, String data) {
        return new AggregateEntry(partitionKey, null, data.getBytes(StandardCharsets.UTF_8));
    }

    static AggregateEntry entry(String partitionKey, String hashKey, String data) {
        return new AggregateEntry(partitionKey, HashKey.parse(hashKey), data.getBytes(StandardCharsets.UTF_8));
    }

    /** A message in its frame, made without the code under test. */
    static byte[] frame(byte[] message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(HexFormat.of().parseHex("f3899ac2"));
        out.writeBytes(message);
        out.writeBytes(md5(message));
        return out.toByteArray();
    }

    static byte[] frame(String messageInHex) {
        return frame(HexFormat.of().parseHex(messageInHex.replace(" ", "")));
    }

    static byte[] md5(byte[] bytes) {
        try {
            return MessageDigest.getInstance("MD5").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static Arbitrary<HashKey> hashKeys() {
        Arbitrary<Long> halves = Arbitraries.longs();
        return Combinators.combine(halves, halves).as(HashKey::new);
    }

    /** Entries of few and of many keys, ASCII and not, with and without data and explicit hash keys. */
    static Arbitrary<List<AggregateEntry>> entryLists() {
        Arbitrary<String> fewKeys = Arbitraries.of("a", "pk", "schl\u00fcssel", "\u9375", "\ud83d\udd11");
        Arbitrary<String> anyKeys = Arbitraries.strings()
                .ofMinLength(1)
                .ofMaxLength(40)
                .map(text -> new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        Arbitrary<byte[]> data = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
        Arbitrary<@Nullable HashKey> hashKeys = hashKeys().injectNull(0.7);
        return Combinators.combine(Arbitraries.oneOf(fewKeys, anyKeys), hashKeys, data)
                .as(AggregateEntry::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(200);
    }
}
