package io.shardline.benchmarks.producer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What this process and its children cost, as Linux counts it.
 *
 * <p>Thread-safe.
 */
final class ProcessCost {

    /** Of {@code /proc/PID/stat}: the same on all architectures that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    /** Places of user and system time behind the name of the program, which is in brackets and may hold anything. */
    private static final int USER_TIME = 11;

    private static final int SYSTEM_TIME = 12;

    private ProcessCost() {}

    /** Processor time of user and system together. */
    static double cpuSeconds() throws IOException {
        long ticks = 0;
        for (long pid : pids()) {
            String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            ticks += Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    /** The most memory that was resident at a time, in MiB. */
    static long peakMib() throws IOException {
        long kib = 0;
        for (long pid : pids()) {
            try (Stream<String> lines = Files.lines(Path.of("/proc", String.valueOf(pid), "status"))) {
                kib += lines.filter(line -> line.startsWith("VmHWM:"))
                        .mapToLong(line ->
                                Long.parseLong(line.toLowerCase(Locale.ROOT).replaceAll("[^0-9]", "")))
                        .sum();
            }
        }
        return kib / 1024;
    }

    private static List<Long> pids() {
        ProcessHandle self = ProcessHandle.current();
        return Stream.concat(Stream.of(self), self.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }
}
