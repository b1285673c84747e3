package io.shardline.aggregation;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * One of the two key tables of an aggregate while it is made: every key once, in the order first seen, written as what its
 * {@code toString} says. Confined to the aggregate's user.
 */
final class KeyTable<K> {
    private static final int FIRST_CAPACITY = 16;

    /** Room for more is made when they come. */
    private static final int MOST_EXPECTED = 16 * 1024;

    private final int fieldNumber;
    private final ProtoBuffer written = new ProtoBuffer();
    private Object[] keys;

    /** Of the keys, so that other keys are told apart without a look at them. */
    private int[] hashes;

    private int count;

    /**
     * The position of a key and one, or 0 for a free slot; a key is at its hash code's slot or behind it. A table of objects
     * would need an object for each key, and a look at another place in memory to compare it.
     */
    private int[] slots;

    /** @param expected about how many keys there will be; it grows if there are more */
    KeyTable(int fieldNumber, int expected) {
        int capacity = FIRST_CAPACITY;
        while (capacity < Math.min(expected, MOST_EXPECTED)) {
            capacity *= 2;
        }
        this.fieldNumber = fieldNumber;
        this.keys = new Object[capacity];
        this.hashes = new int[capacity];
        this.slots = new int[2 * capacity];
    }

    int count() {
        return count;
    }

    /** The position of a key in the table; of a new one, the position it would get. */
    int indexOf(K key) {
        int position = slots[slotOf(key, key.hashCode())];
        return position == 0 ? count : position - 1;
    }

    /** Whether {@link #indexOf} spoke of a key that is not in the table. */
    boolean isNew(int index) {
        return index == count;
    }

    /** What a new key takes in the aggregate, in bytes. */
    long sizeOf(K key) {
        return CodedOutputStream.computeStringSize(fieldNumber, key.toString());
    }

    /** @param size what {@link #sizeOf} said */
    void add(K key, long size) {
        try {
            written.append(size).writeString(fieldNumber, key.toString());
        } catch (IOException e) {
            throw new IllegalStateException("a key takes more than its size said, " + size + " bytes", e);
        }
        if (count == keys.length) {
            grow();
        }
        int hash = key.hashCode();
        keys[count] = key;
        hashes[count] = hash;
        count++;
        slots[slotOf(key, hash)] = count;
    }

    /** Writes the fields of all keys; returns the place behind. */
    int writeTo(byte[] bytes, int offset) {
        return written.copyTo(bytes, offset);
    }

    /** The slot of a key, or the free one that it would get. */
    private int slotOf(Object key, int hash) {
        int mask = slots.length - 1;
        int slot = (hash ^ (hash >>> 16)) & mask;
        while (slots[slot] != 0 && !isAt(slots[slot] - 1, key, hash)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private boolean isAt(int position, Object key, int hash) {
        return hashes[position] == hash && keys[position].equals(key);
    }

    /** Keeps half of the slots free. */
    private void grow() {
        keys = Arrays.copyOf(keys, 2 * count);
        hashes = Arrays.copyOf(hashes, 2 * count);
        slots = new int[4 * count];
        for (int i = 0; i < count; i++) {
            slots[slotOf(keys[i], hashes[i])] = i + 1;
        }
    }
}
