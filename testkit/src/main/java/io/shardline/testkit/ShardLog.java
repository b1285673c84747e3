package io.shardline.testkit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * The records of one shard, in the order of their arrival, each with an ordinal that it keeps when older ones are trimmed.
 *
 * <p>Kept in segments: it grows without copying, and trimming gives memory back. Confined to the engine's lock.
 */
final class ShardLog {
    private static final int SEGMENT = 4096;

    private final List<@Nullable Entry[]> segments = new ArrayList<>();
    private int droppedSegments;
    private int first;
    private int end;
    private long lastArrivalMillis;

    /** One record as kept; its sequence number follows from its ordinal, its arrival and its shard. Immutable. */
    static final class Entry {
        private final String partitionKey;
        private final @Nullable String explicitHashKey;
        private final byte[] data;
        private final long arrivalMillis;
        private final boolean encrypted;

        /** What was put, with a copy of the data, as a wire would make it: a caller may use its buffer again. */
        Entry(PutRecordsRequestEntry put, long arrivalMillis, boolean encrypted) {
            this.partitionKey = put.partitionKey();
            this.explicitHashKey = put.explicitHashKey();
            this.data = put.data().asByteArray();
            this.arrivalMillis = arrivalMillis;
            this.encrypted = encrypted;
        }

        String partitionKey() {
            return partitionKey;
        }

        @Nullable
        String explicitHashKey() {
            return explicitHashKey;
        }

        /** The log's own bytes, which nobody changes. */
        SdkBytes data() {
            return SdkBytes.fromByteArrayUnsafe(data);
        }

        long arrivalMillis() {
            return arrivalMillis;
        }

        /** Whether the stream was encrypted when it arrived. */
        boolean isEncrypted() {
            return encrypted;
        }

        /** Bytes of data and partition key, which is what the service counts. */
        int size() {
            return data.length + utf8Length(partitionKey);
        }

        private static int utf8Length(String text) {
            int bytes = text.length();
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                // A surrogate is half of four bytes.
                bytes += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
            return bytes;
        }
    }

    /** An empty log. */
    ShardLog(long createdMillis) {
        this.lastArrivalMillis = createdMillis;
    }

    /** Adds a record and returns its ordinal. */
    int append(Entry entry) {
        int offset = end % SEGMENT;
        if (offset == 0) {
            segments.add(new Entry[SEGMENT]);
        }
        segments.get(segments.size() - 1)[offset] = entry;
        lastArrivalMillis = entry.arrivalMillis();
        return end++;
    }

    /** The ordinal of the oldest record that has not been trimmed; the end if there is none. */
    int first() {
        return first;
    }

    /** The ordinal of the next record to come. */
    int end() {
        return end;
    }

    /** A record that is there; trimmed ones are not. */
    Entry get(int ordinal) {
        Entry entry = segments.get(ordinal / SEGMENT - droppedSegments)[ordinal % SEGMENT];
        if (entry == null || ordinal < first) {
            throw new IndexOutOfBoundsException("no record " + ordinal + " in " + first + " to " + end);
        }
        return entry;
    }

    /** The latest arrival so far, so that time stamps never go back; the creation if there was none. */
    long lastArrivalMillis() {
        return lastArrivalMillis;
    }

    /** The ordinal of the first record that arrived at that time or later. */
    int firstAt(long arrivalMillis) {
        int low = first;
        int high = end;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle).arrivalMillis() < arrivalMillis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Forgets what arrived before that time. */
    void trim(long horizonMillis) {
        if (first == end || get(first).arrivalMillis() >= horizonMillis) {
            return;
        }
        first = firstAt(horizonMillis);
        int whole = first / SEGMENT - droppedSegments;
        segments.subList(0, whole).clear();
        droppedSegments += whole;
    }
}
