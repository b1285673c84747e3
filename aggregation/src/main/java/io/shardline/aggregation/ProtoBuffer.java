package io.shardline.aggregation;

import com.google.protobuf.CodedOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Protobuf fields that are appended one after the other. They are kept in pieces: one array that grows would be copied, and
 * would have more room than most aggregates need. Confined to its user.
 */
final class ProtoBuffer {
    private static final int SMALLEST_PIECE = 256;

    private static final int LARGEST_PIECE = 16 * 1024;

    /** A larger field has a piece for itself; else what it leaves empty of a shared one could be nearly as much as it fills. */
    private static final int LARGEST_SHARING = LARGEST_PIECE / 8;

    private final List<Piece> full = new ArrayList<>(0);
    private int sharedPiece = SMALLEST_PIECE;
    private Piece last = new Piece(sharedPiece);

    /** With a stream of its own, because one for each field would be an object for each record. Confined to the buffer. */
    private static final class Piece {
        private final byte[] bytes;
        private final CodedOutputStream out;

        /** How many bytes there are once all that was announced is written. */
        private int length;

        Piece(int capacity) {
            bytes = new byte[capacity];
            out = CodedOutputStream.newInstance(bytes);
        }

        int room() {
            return bytes.length - length;
        }

        int copyTo(byte[] target, int offset) {
            checkAllWritten();
            System.arraycopy(bytes, 0, target, offset, length);
            return offset + length;
        }

        void checkAllWritten() {
            if (out.getTotalBytesWritten() != length) {
                throw new IllegalStateException(
                        "announced were " + length + " bytes, written " + out.getTotalBytesWritten());
            }
        }
    }

    /**
     * Room behind what is there.
     *
     * @param size how many bytes the caller is about to write, all of them
     * @throws ArithmeticException if that is more than fits an array
     * @throws IllegalStateException if the caller before wrote another number of bytes than it said
     */
    CodedOutputStream append(long size) {
        int needed = Math.toIntExact(size);
        last.checkAllWritten();
        if (needed > last.room()) {
            full.add(last);
            last = new Piece(pieceFor(needed));
        }
        last.length += needed;
        return last.out;
    }

    private int pieceFor(int needed) {
        if (needed > LARGEST_SHARING) {
            sharedPiece = SMALLEST_PIECE / 2; // the next one is for what comes between large fields, perhaps little
            return needed;
        }
        sharedPiece = Math.max(needed, Math.min(2 * sharedPiece, LARGEST_PIECE));
        return sharedPiece;
    }

    /** Copies all of it; returns the place behind. */
    int copyTo(byte[] target, int offset) {
        int end = offset;
        for (Piece piece : full) {
            end = piece.copyTo(target, end);
        }
        return last.copyTo(target, end);
    }
}
