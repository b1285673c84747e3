package io.shardline.aggregation;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** MD5, which Kinesis uses to place partition keys and KPL to recognise aggregates. Thread-safe. */
final class Md5 {
    static final int LENGTH = 16;

    /**
     * One digest per thread: looking one up takes a tenth of the time of hashing a short key and leaves garbage, and
     * cloning a prototype is an optional operation of a provider. A digest is reset by every use, and holds no class of
     * ours that it could keep from being unloaded.
     */
    private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(Md5::newDigest);

    private Md5() {}

    static byte[] of(byte[] bytes) {
        return DIGEST.get().digest(bytes);
    }

    static byte[] of(byte[] bytes, int offset, int length) {
        MessageDigest digest = DIGEST.get();
        digest.update(bytes, offset, length);
        return digest.digest();
    }

    /** Writes the MD5 of {@code length} bytes from {@code offset} right behind them. */
    static void append(byte[] bytes, int offset, int length) {
        MessageDigest digest = DIGEST.get();
        digest.update(bytes, offset, length);
        try {
            digest.digest(bytes, offset + length, LENGTH);
        } catch (DigestException e) {
            throw new IllegalStateException("no room for an MD5 behind byte " + (offset + length), e);
        }
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(
                    "Kinesis places records by MD5, which this Java platform does not offer", e);
        }
    }
}
