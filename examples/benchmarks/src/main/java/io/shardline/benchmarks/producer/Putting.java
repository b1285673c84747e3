package io.shardline.benchmarks.producer;

import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One thread that puts: as fast as the contender takes the records, with a bounded number of open futures, each of which it
 * looks at.
 *
 * <p>Confined to its thread.
 */
final class Putting {

    /** Of so many records the time from put to future is measured for one. */
    static final int SAMPLE = 100;

    private static final int FEW = 10;

    private final Contender contender;
    private final Workload workload;
    private final Future<?>[] open;
    private final String[] keys;
    private int nextKey;
    private long nextNumber;

    // Places in what is open: the next put's, and the oldest one's. Counted up, to spare a division for every record.
    private int putAt;
    private int oldestAt;
    private long putCount;
    private long acknowledged;
    private long sum;

    /**
     * Makes a thread's work.
     *
     * @param keys in turn; if there are none, every record has one of its own
     * @param firstNumber what the first record begins with; later ones have the following numbers
     */
    Putting(Contender contender, Workload workload, String[] keys, long firstNumber) {
        this.contender = contender;
        this.workload = workload;
        this.open = new Future<?>[workload.windowOfThread()];
        this.keys = keys;
        this.nextNumber = firstNumber;
    }

    /** So often puts a few records and waits for them; measures nothing. */
    long[] putFew(int times) throws InterruptedException, ExecutionException {
        for (int i = 0; i < times; i++) {
            putAndAwait(FEW);
        }
        return new long[0];
    }

    /** Puts until told to stop, and waits for what is open; measures nothing. */
    long[] putUntil(AtomicBoolean enough) throws InterruptedException, ExecutionException {
        do {
            put(SAMPLE);
        } while (!enough.get());
        awaitAll();
        return new long[0];
    }

    /** Puts so many and waits for them; the latencies of the samples, in nanoseconds. */
    long[] putAndAwait(int records) throws InterruptedException, ExecutionException {
        long[] latencies = put(records);
        awaitAll();
        return latencies;
    }

    private long[] put(int records) throws InterruptedException, ExecutionException {
        long[] latencies = new long[(records + SAMPLE - 1) / SAMPLE];
        for (int i = 0; i < records; i++) {
            if (i % SAMPLE == 0) {
                int sample = i / SAMPLE;
                long start = System.nanoTime();
                put(contender.put(key(), data(), () -> latencies[sample] = System.nanoTime() - start));
            } else {
                put(contender.put(key(), data()));
            }
        }
        return latencies;
    }

    long acknowledged() {
        return acknowledged;
    }

    /** Of the numbers of the records that were put. */
    long sum() {
        return sum;
    }

    long nextNumber() {
        return nextNumber;
    }

    private void put(Future<?> future) throws InterruptedException, ExecutionException {
        if (putCount - acknowledged == open.length) {
            awaitOldest();
        }
        open[putAt] = future;
        putAt = behind(putAt, open.length);
        putCount++;
    }

    private void awaitAll() throws InterruptedException, ExecutionException {
        contender.flush();
        while (acknowledged < putCount) {
            awaitOldest();
        }
    }

    private void awaitOldest() throws InterruptedException, ExecutionException {
        open[oldestAt].get();
        oldestAt = behind(oldestAt, open.length);
        acknowledged++;
    }

    private String key() {
        if (keys.length == 0) {
            return "key-" + nextNumber;
        }
        String key = keys[nextKey];
        nextKey = behind(nextKey, keys.length);
        return key;
    }

    private static int behind(int place, int length) {
        return place + 1 == length ? 0 : place + 1;
    }

    private byte[] data() {
        byte[] data = new byte[workload.size];
        ByteBuffer.wrap(data).putLong(nextNumber);
        sum += nextNumber;
        nextNumber++;
        return data;
    }
}
