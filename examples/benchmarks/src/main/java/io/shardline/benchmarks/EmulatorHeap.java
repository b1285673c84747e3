package io.shardline.benchmarks;

/**
 * Prints how many bytes of live heap the emulator takes for each record, over the record's payload.
 *
 * <p>Immutable.
 */
public final class EmulatorHeap {
    private static final int STEP = 1_000_000;
    private static final int RECORDS = 5_000_000;

    private EmulatorHeap() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        try (Load load = new Load(4)) {
            load.put();
            long before = liveBytes();
            for (int records = STEP; records <= RECORDS; records += STEP) {
                load.fill(STEP);
                long each = (liveBytes() - before) / records;
                System.out.printf(
                        "%,d records of %d bytes: %d bytes of heap each, %d over the payload%n",
                        records, Load.RECORD_BYTES, each, each - Load.RECORD_BYTES);
            }
        }
    }

    /** What is left after a full collection. */
    private static long liveBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
