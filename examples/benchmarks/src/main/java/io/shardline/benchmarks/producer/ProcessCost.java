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

    /**
     * Places behind the name of the program, which is in brackets and may hold anything: user and system time of the process, then
     * those of its children that have ended and were waited for.
     */
    private static final int FIRST_TIME = 11;

    private static final int LAST_TIME = 14;

    private ProcessCost() {}

    /** Processor time of user and system together, also of children that have ended: KPL's JVM has one before its daemon. */
    static double cpuSeconds() throws IOException {
        long ticks = 0;
        for (long pid : pids()) {
            String stat = String.join("", lines(pid, "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ", -1);
            for (int place = FIRST_TIME; place <= LAST_TIME && place < fields.length; place++) {
                ticks += Long.parseLong(fields[place]);
            }
        }
        return ticks / TICKS_PER_SECOND;
    }

    /** The most memory that was resident at a time, in MiB. */
    static long peakMib() throws IOException {
        long kib = 0;
        for (long pid : pids()) {
            kib += lines(pid, "status").stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(
                            line -> Long.parseLong(line.toLowerCase(Locale.ROOT).replaceAll("[^0-9]", "")))
                    .sum();
        }
        return kib / 1024;
    }

    /** None if the process has ended meanwhile: it counts with its parent then. */
    private static List<String> lines(long pid, String file) throws IOException {
        Path path = Path.of("/proc", String.valueOf(pid), file);
        try {
            return Files.readAllLines(path);
        } catch (IOException e) {
            if (Files.exists(path)) {
                throw e;
            }
            return List.of();
        }
    }

    private static List<Long> pids() {
        ProcessHandle self = ProcessHandle.current();
        return Stream.concat(Stream.of(self), self.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }
}
