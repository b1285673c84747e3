package io.shardline.aggregation;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One of the two key tables of an aggregate while it is made: every key once, in the order first seen, written as what its
 * {@code toString} says. Confined to the aggregate's user.
 */
final class KeyTable<K> {
    private final int fieldNumber;
    private final Map<K, Integer> indexes = new HashMap<>();
    private final List<byte[]> texts = new ArrayList<>();

    KeyTable(int fieldNumber) {
        this.fieldNumber = fieldNumber;
    }

    /** The position of a key in the table; of a new one, the position that {@link #add} would give it. */
    int indexOf(K key) {
        Integer index = indexes.get(key);
        return index == null ? texts.size() : index;
    }

    /** By how many bytes the table grows if this key is added. */
    long growth(K key) {
        return indexes.containsKey(key) ? 0 : Wire.fieldSize(utf8(key).length);
    }

    void add(K key) {
        if (indexes.putIfAbsent(key, texts.size()) == null) {
            texts.add(utf8(key));
        }
    }

    void writeTo(CodedOutputStream out) throws IOException {
        for (byte[] text : texts) {
            out.writeByteArray(fieldNumber, text);
        }
    }

    private static byte[] utf8(Object key) {
        return key.toString().getBytes(StandardCharsets.UTF_8);
    }
}
