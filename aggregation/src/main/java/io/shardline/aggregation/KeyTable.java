package io.shardline.aggregation;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /** The position of a key in the table; of a new one, the position it would get. */
    int indexOf(K key) {
        Integer index = indexes.get(key);
        return index == null ? texts.size() : index;
    }

    /**
     * What {@link #add} would have to be given for this key: its text in UTF-8, or null if the table has the key.
     *
     * @param index what {@link #indexOf} said, so that nothing is looked up twice
     */
    byte @Nullable [] textIfNew(K key, int index) {
        return index < texts.size() ? null : key.toString().getBytes(StandardCharsets.UTF_8);
    }

    void add(K key, byte[] text) {
        indexes.put(key, texts.size());
        texts.add(text);
    }

    void writeTo(CodedOutputStream out) throws IOException {
        for (byte[] text : texts) {
            out.writeByteArray(fieldNumber, text);
        }
    }
}
