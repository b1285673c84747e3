package io.shardline.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * A profiler for JMH: the CPU time of the whole process for each operation, in microseconds, the collector's included. Other
 * processes on the machine change it less than elapsed time. Confined to JMH's thread.
 */
public final class CpuTime implements InternalProfiler {

    private long before;

    /** JMH makes one. */
    public CpuTime() {}

    @Override
    public String getDescription() {
        return "CPU time of the process for each operation";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        before = cpuNanos();
    }

    @Override
    public List<ScalarResult> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double micros = (cpuNanos() - before) / 1e3;
        long operations = result.getMetadata().getAllOps();
        return List.of(new ScalarResult("cpu", micros / operations, "us/op", AggregationPolicy.AVG));
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
}
