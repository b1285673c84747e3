package io.shardline.producer.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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

    private static final int FIRST_PIECE = 4 * 1024;

    /** Larger data is not copied; what is smaller is written into pieces of up to this size, because parts cost, too. */
    private static final int LARGEST_PIECE = 64 * 1024;

    private final List<ByteBuffer> parts = new ArrayList<>();
    private int pieceSize = FIRST_PIECE;
    private ByteBuffer piece = ByteBuffer.allocate(pieceSize);

    /** @param map a map without a stated number of members, as the SDK writes them */
    CborBody(byte[] map) {
        if (!isOpenMap(map)) {
            throw new IllegalArgumentException("not a CBOR map of open length, " + map.length + " bytes");
        }
        write(map, 0, map.length - 1);
    }

    /** Whether it begins and ends as a map does whose number of members is not stated. */
    static boolean isOpenMap(byte[] bytes) {
        return bytes.length >= 2 && (bytes[0] & 0xFF) == OPEN_MAP && (bytes[bytes.length - 1] & 0xFF) == BREAK;
    }

    /** To be called once, at the end. */
    void appendRecords(List<PutRecordsRequestEntry> records) {
        text("Records");
        write(OPEN_ARRAY);
        records.forEach(this::append);
        write(BREAK);
        write(BREAK);
        endPart();
    }

    /** All of it, in order. */
    List<ByteBuffer> parts() {
        return parts;
    }

    private void append(PutRecordsRequestEntry entry) {
        write(OPEN_MAP);
        text("Data");
        data(entry.data().asByteArrayUnsafe());
        if (entry.explicitHashKey() != null) {
            text("ExplicitHashKey");
            text(entry.explicitHashKey());
        }
        text("PartitionKey");
        text(entry.partitionKey());
        write(BREAK);
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        head(TEXT, bytes.length);
        write(bytes, 0, bytes.length);
    }

    private void data(byte[] data) {
        head(BYTES, data.length);
        if (data.length < LARGEST_PIECE) {
            write(data, 0, data.length);
        } else {
            endPart();
            parts.add(ByteBuffer.wrap(data));
        }
    }

    private void head(int type, int size) {
        if (size < ONE_BYTE) {
            write(type + size);
        } else if (size <= 0xFF) {
            write(type + ONE_BYTE);
            write(size);
        } else if (size <= 0xFFFF) {
            write(type + TWO_BYTES);
            write(size >>> 8);
            write(size);
        } else {
            write(type + FOUR_BYTES);
            write(size >>> 24);
            write(size >>> 16);
            write(size >>> 8);
            write(size);
        }
    }

    private void write(int singleByte) {
        if (!piece.hasRemaining()) {
            nextPiece();
        }
        piece.put((byte) singleByte);
    }

    private void write(byte[] bytes, int offset, int length) {
        int from = offset;
        int end = offset + length;
        while (from < end) {
            if (!piece.hasRemaining()) {
                nextPiece();
            }
            int fitting = Math.min(end - from, piece.remaining());
            piece.put(bytes, from, fitting);
            from += fitting;
        }
    }

    private void nextPiece() {
        endPart();
        pieceSize = Math.min(2 * pieceSize, LARGEST_PIECE);
        piece = ByteBuffer.allocate(pieceSize);
    }

    /** What is behind goes into the rest of the piece, as another part. */
    private void endPart() {
        ByteBuffer rest = piece.slice();
        if (piece.position() > 0) {
            parts.add(piece.flip());
        }
        piece = rest;
    }
}
