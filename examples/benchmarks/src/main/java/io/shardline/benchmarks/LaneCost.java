package io.shardline.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of a record at 2,000 puts a second, with few shards and with many, and in an outage: everything but the SDK and the
 * service, the simulation in which the producer runs included. One microsecond is 0.2 % of a core.
 *
 * <p>All cases put the same records. With 4 shards, 50 records share a Kinesis record; with 5,000 shards each lane gets a record
 * every 2.5 seconds, so nearly every record is a Kinesis record with an answer of its own, in six times as many requests. This
 * cost is of the traffic, not of the lanes, and counts here nevertheless. Without aggregation both send the same Kinesis records.
 *
 * <p>On a busy machine compare what {@link CpuTime} says. Each iteration does the same, however long it takes. Confined to JMH's
 * thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgs = {"-XX:+UseSerialGC", "-Xms1g", "-Xmx1g"})
@Warmup(iterations = 50, time = 1, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 1, timeUnit = TimeUnit.MILLISECONDS)
public class LaneCost {

    private static final int PUTS = 50 * PacedPuts.PUTS_PER_SECOND;

    /** Of the stream. */
    @Param({"4", "5000"})
    public int shards;

    /** Whether the service is unavailable all the time. */
    @Param({"false", "true"})
    public boolean outage;

    /** Whether records are aggregated. */
    @Param("true")
    public boolean aggregation;

    private PacedPuts puts = new PacedPuts(1, true);

    /** JMH makes one. */
    public LaneCost() {}

    /** A producer that knows its shards. */
    @Setup
    public void start() {
        puts = new PacedPuts(shards, aggregation);
        puts.outage(outage);
    }

    /** 50 seconds of puts. */
    @Benchmark
    @OperationsPerInvocation(PUTS)
    public void put() {
        for (int i = 0; i < PUTS; i++) {
            puts.putOne();
        }
    }
}
