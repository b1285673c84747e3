package io.shardline.producer.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * The body of a PutRecords request in CBOR, in parts, so that large data need not be copied: what the SDK wrote of the request,
 * with {@code Records} appended. It is encoded as the SDK encodes it, by RFC 8949.
 *
 * <p>Confined to its user.
 */
final class CborBody {

    private static final int BYTES = 0x40;
    private static final int TEXT = 0x60;
    private static final int OPEN_ARRAY = 0x9F;
    private static final int OPEN_MAP = 0xBF;
    private static final int BREAK = 0xFF;

    /** The length follows in one, two, or four bytes. */
    private static final int ONE_BYTE = 24;

    private static final int TWO_BYTES = 25;
    private static final int FOUR_BYTES = 26;

    /** Smaller data is copied: parts cost, too. */
    private static final int LARGE = 4096;

    private final List<byte[]> parts = new ArrayList<>();
    private final ByteArrayOutputStream part = new ByteArrayOutputStream(LARGE);
    private int length;

    /** @param map a map without a stated number of members, as the SDK writes them */
    CborBody(byte[] map) {
        if (!isOpenMap(map)) {
            throw new IllegalArgumentException("not a CBOR map of open length, " + map.length + " bytes");
        }
        part.write(map, 0, map.length - 1);
    }

    /** Whether it begins and ends as a map does whose number of members is not stated. */
    static boolean isOpenMap(byte[] bytes) {
        return bytes.length >= 2 && (bytes[0] & 0xFF) == OPEN_MAP && (bytes[bytes.length - 1] & 0xFF) == BREAK;
    }

    void appendRecords(List<PutRecordsRequestEntry> records) {
        text("Records");
        part.write(OPEN_ARRAY);
        records.forEach(this::append);
        part.write(BREAK);
        part.write(BREAK);
        endPart();
    }

    /** All of it, from the beginning. */
    InputStream stream() {
        return new SequenceInputStream(Collections.enumeration(
                parts.stream().map(ByteArrayInputStream::new).toList()));
    }

    /** Of all of it, in bytes. */
    int length() {
        return length;
    }

    private void append(PutRecordsRequestEntry entry) {
        part.write(OPEN_MAP);
        text("Data");
        data(entry.data().asByteArrayUnsafe());
        if (entry.explicitHashKey() != null) {
            text("ExplicitHashKey");
            text(entry.explicitHashKey());
        }
        text("PartitionKey");
        text(entry.partitionKey());
        part.write(BREAK);
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        head(TEXT, bytes.length);
        part.writeBytes(bytes);
    }

    private void data(byte[] data) {
        head(BYTES, data.length);
        if (data.length < LARGE) {
            part.writeBytes(data);
        } else {
            endPart();
            parts.add(data);
            length += data.length;
        }
    }

    private void head(int type, int size) {
        if (size < ONE_BYTE) {
            part.write(type + size);
        } else if (size <= 0xFF) {
            part.write(type + ONE_BYTE);
            part.write(size);
        } else if (size <= 0xFFFF) {
            part.write(type + TWO_BYTES);
            part.write(size >>> 8);
            part.write(size);
        } else {
            part.write(type + FOUR_BYTES);
            part.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(size).array());
        }
    }

    private void endPart() {
        if (part.size() > 0) {
            parts.add(part.toByteArray());
            length += part.size();
            part.reset();
        }
    }
}
